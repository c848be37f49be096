/** <entry-rows>: the fields of one or more entries, with the points of each row as one types. */

import { isSame } from "../../drafts.js";
import { clearFaults, emptyFields, field, input, lines, showFaults, valuesOf } from "../../fields.js";
import { elementOf, html, nextFrame, render, say } from "../../html.js";
import { byCategory, pointsOf, quantityOf, readingsOf, takesParts } from "../../points.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";

const t = reportText.form;
const POINTER = /^(?:\/entries\/(\d+))?\/([a-z_]+)/;
const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
let made = 0;
/** A row made ahead: to make one takes longer than to show it, and whoever presses for it should not wait for that. */
let ahead;

/** A row as the API takes it. */
export function entryOf({ document_ids: ids, unit, relevant_percent: percent, ...row }) {
  const documents = ids === undefined ? {} : { document_ids: ids.split(",").filter(Boolean) };
  const share = percent && quantityOf({ quantity: percent });
  return { ...row, ...documents, ...(unit && { unit }), ...(share && { relevant_percent: share }), quantity: quantityOf(row) };
}

/** Whether nothing was typed into a row. */
export const isBlank = (row) => Object.values(row).every((value) => !String(value).trim());

class EntryRows extends HTMLElement {
  #program;
  #cycle;
  #isSingle;
  #home;
  #documents = new Map();

  /**
   * Begin with rows of the cycle; `isSingle` for the edit of one entry, `home` where documents for them belong (without
   * one there are none), `documents` those that are known. Dispatches `typed` when anything changes.
   */
  open(program, cycle, rows, { isSingle = false, home, documents = [] } = {}) {
    this.#home = home;
    this.#know(documents);
    this.#program = program;
    this.#cycle = cycle;
    this.#isSingle = isSingle;
    this.classList.add("rows");
    this.fill(rows);
    this.addEventListener("input", ({ target }) => this.#typed(target.closest(".row")));
    this.addEventListener("focusout", (event) => this.#left(event));
    this.addEventListener("click", ({ target }) => {
      if (target.closest(".remove")) this.#remove(target.closest(".row"));
      if (target.closest(".change-documents")) this.#changeDocuments(target.closest(".row"));
    });
  }

  /** Replace all rows. */
  fill(rows) {
    this.replaceChildren(...(rows.length ? rows : [{}]).map((row) => this.#row(row)));
    this.#number();
  }

  /** Take out the rows of these entries, as the API takes them, each once; the others stay as they are. */
  leaveOut(entries) {
    const rows = [...this.children];
    for (const entry of entries) {
      const index = rows.findIndex((row) => isSame(entryOf(valuesOf(row)), entry));
      if (index >= 0) rows.splice(index, 1)[0].remove();
    }
    if (this.rows.every(isBlank)) this.fill([]);
    this.#number();
  }

  /** What stands in the rows. */
  get rows() {
    return [...this.children].map(valuesOf);
  }

  /** Add an empty row and go there. */
  add() {
    this.append(this.#row({}));
    this.#number();
    this.#typed();
    this.lastElementChild.querySelector("select").focus(); // Last: to focus something lays the page out.
  }

  /** Say what is empty in these rows, by their numbers; gives the fields as `{id, detail}`. */
  showEmpty(numbers) {
    clearFaults(this);
    return numbers.flatMap((index) => {
      const row = valuesOf(this.children[index]);
      const faults = [...emptyFields(row, t.required), ...this.#numberFaults(row)];
      return this.#named(showFaults(this.children[index], faults), index);
    });
  }

  /** What is typed in digits has to be a number, and one that cannot be read as another. */
  #numberFaults(row) {
    return ["quantity", "relevant_percent"].flatMap((name) => {
      const typed = (row[name] ?? "").trim();
      if (!typed || quantityOf({ quantity: typed }) > 0) return [];
      const readings = readingsOf(typed);
      const takes = name === "relevant_percent" || takesParts(this.#program, row);
      return [{ field: name, detail: readings ? text.twoReadings(typed, readings) : t.inDigits(takes) }];
    });
  }

  /** Show the API's faults; `numbers` says which row each entry of the request was. Gives the fields as `{id, detail}`. */
  showFaults(errors, numbers) {
    clearFaults(this);
    return [...this.children].flatMap((row, index) => this.#named(showFaults(row, this.#faultsOf(errors, numbers, index)), index));
  }

  /** Faults with the number of their row, where there is more than one. */
  #named(faults, index) {
    if (this.children.length === 1) return faults;
    return faults.map(({ id, detail }) => ({ id, detail: `${t.row(index)}: ${detail}` }));
  }

  #faultsOf(errors, numbers, index) {
    return errors
      .map(({ pointer, detail }) => ({ match: pointer.match(POINTER), detail }))
      .filter(({ match }) => match && numbers[Number(match[1] ?? 0)] === index)
      .map(({ match, detail }) => ({ field: match[2], detail }));
  }

  /** What decides how an empty row looks. */
  get #kind() {
    return [this.#cycle.starts_on, this.#cycle.ends_on, Boolean(this.#home)].join();
  }

  #makeAhead() {
    if (ahead?.program === this.#program && ahead.kind === this.#kind) return;
    ahead = { program: this.#program, kind: this.#kind, row: this.#blank() };
  }

  #row(values) {
    const isFit = ahead?.program === this.#program && ahead.kind === this.#kind;
    const row = isFit ? ahead.row : this.#blank();
    if (isFit) ahead = undefined;
    nextFrame().then(() => whenIdle(() => this.#makeAhead()));
    for (const control of row.querySelectorAll("[name]")) {
      control.value = values[control.name] ?? "";
      if (control.selectedIndex === -1) control.selectedIndex = 0; // an activity that is none any more
    }
    Object.assign(row.querySelector(".counted-in").dataset, { unit: values.unit ?? "", percent: values.relevant_percent ?? "" });
    this.#describe(row);
    return row;
  }

  #blank() {
    const id = `row-${(made += 1)}`;
    const days = { type: "date", min: this.#cycle.starts_on, max: this.#cycle.ends_on };
    return elementOf(html`<fieldset class="row" id="${id}">
      <legend class="unseen"></legend>
      <div class="row-head"><span aria-hidden="true" class="row-name"></span><output></output>
        <button type="button" class="quiet remove"><span aria-hidden="true">${t.remove}</span><span class="unseen"></span></button></div>
      <div class="fields">
        ${field({ id: `${id}-activity`, name: "activity", label: t.activity, hint: " ", wide: true }, (ties) => this.#choice(ties))}
      </div>
      <div class="fields">
        ${input({ id: `${id}-title`, name: "title", label: t.titleField, hint: t.titleHint, maxlength: 200 })}
        ${input({ id: `${id}-organization`, name: "organization", label: t.organization, hint: t.organizationHint, maxlength: 200 })}
      </div>
      <div class="fields">
        ${input({ id: `${id}-quantity`, name: "quantity", label: t.quantity, inputmode: "decimal", autocomplete: "off" })}
        <div class="counted-in" hidden></div>
        ${input({ id: `${id}-started_on`, name: "started_on", label: t.started_on, ...days })}
        ${input({ id: `${id}-ended_on`, name: "ended_on", label: t.ended_on, ...days })}
        ${lines({ id: `${id}-notes`, name: "notes", label: t.notes, optional: true, wide: true, rows: 2, maxlength: 300 })}
      </div>
      ${this.#home && html`<div class="row-documents" data-field="document_ids"><span class="label">${t.documents}</span> <span class="named"></span>
        <button type="button" class="quiet change-documents">${t.addDocuments}</button><input type="hidden" name="document_ids"><p class="fault" hidden></p></div>`}
    </fieldset>`);
  }

  #choice(ties) {
    return html`<select${ties}>
      <option value="">${t.chooseActivity}</option>
      ${byCategory(this.#program).map(
        ([category, activities]) => html`<optgroup label="${reportText.categories[category] ?? activities[0].category_title}">
          ${activities.map((each) => html`<option value="${each.code}">${each.title}</option>`)}
        </optgroup>`,
      )}
    </select>`;
  }

  #number() {
    const isOnly = this.children.length === 1;
    [...this.children].forEach((row, index) => {
      say(row.querySelector("legend"), t.row(index));
      say(row.querySelector(".row-name"), this.#isSingle ? "" : t.row(index));
      row.querySelector(".remove").hidden = isOnly;
      say(row.querySelector(".remove > .unseen"), t.removeRow(index));
    });
  }

  #describe(row) {
    const values = valuesOf(row);
    const activity = this.#program.activities.find((each) => each.code === values.activity);
    const points = pointsOf(this.#program, values);
    const rule = activity && (activity.is_plain ? t.per(activity) : activity.rule.slice(activity.title.length + 2).replace(/\.$/, ""));
    say(row.querySelector("output"), points ? text.points(points) : "");
    say(row.querySelector('[data-field="quantity"] [data-label]'), activity ? t.quantityOf(values.unit || activity.unit) : t.quantity);
    say(row.querySelector('[data-field="activity"] .hint'), [rule, activity?.requires_document && t.needsDocument].filter(Boolean).join(". "));
    this.#describeUnits(row, activity);
    this.#describeDocuments(row, values.document_ids ?? "", activity);
  }

  /** In which unit the quantity is, and how much of it is relevant, where the activity asks for that. */
  #describeUnits(row, activity) {
    const place = row.querySelector(".counted-in");
    if (!activity || place.dataset.of === activity.code) return;
    const { of, unit, percent } = place.dataset;
    place.dataset.of = activity.code;
    const choice = (ties) => html`<select${ties}>${activity.units.map((each) => html`<option value="${each}" ${!of && each === unit && html`selected`}>${each}</option>`)}</select>`;
    render(
      place,
      html`${activity.units.length > 1 && field({ id: `${row.id}-unit`, name: "unit", label: t.unit }, choice)}
      ${activity.relevant_share && input({ id: `${row.id}-relevant_percent`, name: "relevant_percent", label: t.relevant, inputmode: "decimal", autocomplete: "off", optional: true, value: of ? "" : percent })}`,
    );
    place.hidden = !place.children.length;
  }

  #know(documents) {
    for (const each of documents) this.#documents.set(each.document_id, each);
  }

  #describeDocuments(row, ids, activity) {
    const place = row.querySelector(".row-documents");
    if (!place) return;
    const titles = ids.split(",").filter(Boolean).map((id) => this.#documents.get(id)?.title ?? t.unknownDocument);
    const missing = activity?.requires_document ? t.documentLater : t.noDocuments;
    say(place.querySelector(".named"), titles.join(", ") || missing);
  }

  async #changeDocuments(row) {
    const { manageDocuments } = await import("../document-dialog/document-dialog.js");
    const hidden = row.querySelector('[name="document_ids"]');
    const { activity, title } = valuesOf(row);
    const isKind = this.#program.document_kinds.some((each) => each.code === activity);
    const { ids, documents } = await manageDocuments({
      program: this.#program,
      name: title,
      ids: hidden.value.split(",").filter(Boolean),
      known: [...this.#documents.values()],
      kind: isKind ? activity : undefined,
      home: this.#home,
    });
    this.#know(documents);
    hidden.value = ids.join(",");
    this.#typed(row);
    row.querySelector(".change-documents").focus();
  }

  /** Most things last a day: the last day follows the first, once that is typed whole. */
  #left({ target }) {
    const row = target.closest(".row");
    const last = row?.querySelector('[name="ended_on"]');
    if (target.name !== "started_on" || !target.value || last.value) return;
    last.value = target.value;
    this.#typed(row);
  }

  /** Something changed: in one row, or in which there are. */
  #typed(row) {
    if (row) this.#describe(row);
    this.dispatchEvent(new CustomEvent("typed", { detail: this.rows }));
  }

  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#number();
    this.#typed();
    next.querySelector("select").focus();
  }
}

customElements.define("entry-rows", EntryRows);
