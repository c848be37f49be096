/** <standing-claims>: what accrues by itself, employment, memberships and offices: entered, changed, ended, deleted. */

import * as api from "../../api.js";
import { pathOf } from "../../certification.js";
import { ask } from "../../confirm.js";
import { Draft, isSame } from "../../drafts.js";
import { busy, emptyFields, faultsOf, field, input, lines, showFaults, valuesOf } from "../../fields.js";
import { day, span } from "../../format.js";
import { elementOf, html, render } from "../../html.js";
import { pencil, trashCan } from "../../icons.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import "../problem-message/problem-message.js";

const t = reportText.standing;
const f = reportText.form;
const NAMES = ["activity", "title", "organization", "started_on", "ended_on", "notes"];

const rowOf = (claim) => Object.fromEntries(NAMES.map((name) => [name, claim[name] ?? ""]));
const bodyOf = ({ ended_on: last, ...row }) => ({ ...row, ...(last && { ended_on: last }) });

class StandingClaims extends HTMLElement {
  #program;
  #dashboard;
  /** The claim that is being entered or changed: `{row, id, version}`. */
  #draft;
  /** What the form is about: the `{id, version}` of a claim, of a new one without them. */
  #target;

  /** Show the claims of a dashboard; a form that is open stays as it is. Dispatches `changed` with `{message}`. */
  show(program, dashboard) {
    this.#program = program;
    this.#dashboard = dashboard;
    this.#draft = new Draft(`standing:${dashboard.certification.certification_id}`);
    if (!this.firstElementChild) render(this, html`<ul class="entries"></ul><div class="standing-form"></div>`);
    const list = this.querySelector("ul");
    list.hidden = !dashboard.standing.length;
    list.replaceChildren(...dashboard.standing.map((claim) => this.#item(claim)));
    const kept = this.#draft.read()?.value;
    if (kept && !this.#form) this.#open(kept);
  }

  /** Begin a new one. */
  add() {
    this.#open({ row: {} });
    this.#form.querySelector("select").focus();
  }

  get #form() {
    return this.querySelector("form");
  }

  get #path() {
    return pathOf(this.#dashboard.certification.certification_id, "/standing-claims");
  }

  get #isChangeable() {
    return ["entering", "complete", "returned"].includes(this.#dashboard.cycle.state) && !this.#dashboard.door;
  }

  #titleOf(code) {
    return this.#program.activities.find((each) => each.code === code)?.title ?? code;
  }

  #item(claim) {
    const { standing_id: id, title, started_on: first, ended_on: last } = claim;
    const accrued = this.#dashboard.entries.filter((each) => each.standing_id === id).reduce((sum, each) => sum + each.points_counted, 0);
    const item = elementOf(html`<li class="entry">
      <div class="entry-what"><h3>${title}</h3><p>${this.#titleOf(claim.activity)} · ${claim.organization}</p>
        <p class="small soft numbers">${last ? span(first, last) : t.since(day(first))}</p>${claim.notes && html`<p class="small">${claim.notes}</p>`}</div>
      <p class="entry-points">${text.points(accrued)}</p>
      <div class="entry-actions">${
        this.#isChangeable &&
        html`${!last && html`<button type="button" class="quiet end">${t.end}<span class="unseen"> ${title}</span></button>`}
        <button type="button" class="icon edit" title="${t.edit("")}" aria-label="${t.edit(title)}">${pencil}</button>
        <button type="button" class="icon delete" title="${t.delete("")}" aria-label="${t.delete(title)}">${trashCan}</button>`
      }</div>
      <div class="entry-more"><problem-message></problem-message></div>
    </li>`);
    const edit = (name) => {
      this.#open({ row: rowOf(claim), id, version: claim.version });
      this.#form.querySelector(`[name="${name}"]`).focus();
    };
    item.querySelector(".end")?.addEventListener("click", () => edit("ended_on"));
    item.querySelector(".edit")?.addEventListener("click", () => edit("title"));
    item.querySelector(".delete")?.addEventListener("click", ({ currentTarget }) => this.#delete(claim, item, currentTarget));
    return item;
  }

  #open({ row, id, version }) {
    this.#target = { id, version };
    const standing = this.#program.activities.filter((each) => each.standing);
    const choice = (ties) => html`<select${ties}><option value="">${f.chooseActivity}</option>${standing.map((each) => html`<option value="${each.code}" ${each.code === row.activity && html`selected`}>${each.title}</option>`)}</select>`;
    render(
      this.querySelector(".standing-form"),
      html`<form class="row stack" novalidate aria-labelledby="standing-form-title">
        <h3 id="standing-form-title">${id ? t.change : t.enter}</h3>
        <p class="draft-mark" role="status" ${!this.#draft.read()?.value && html`hidden`}>${text.draft.mark}</p>
        <problem-message></problem-message>
        <div class="fields">${field({ id: "claim-activity", name: "activity", label: t.activity, wide: true }, choice)}</div>
        <div class="fields">
          ${input({ id: "claim-title", name: "title", label: f.titleField, hint: t.titleHint, value: row.title, maxlength: 200 })}
          ${input({ id: "claim-organization", name: "organization", label: f.organization, value: row.organization, maxlength: 200 })}
          ${input({ id: "claim-started_on", name: "started_on", label: f.started_on, hint: t.startedHint, type: "date", value: row.started_on })}
          ${input({ id: "claim-ended_on", name: "ended_on", label: f.ended_on, hint: t.endedHint, type: "date", optional: true, value: row.ended_on })}
          ${lines({ id: "claim-notes", name: "notes", label: f.notes, optional: true, wide: true, rows: 2, maxlength: 300, value: row.notes })}
        </div>
        <div class="buttons"><button class="main save">${f.saveEdit}</button><button type="button" class="leave">${text.cancel}</button></div>
      </form>`,
    );
    const form = this.#form;
    form.addEventListener("input", () => {
      this.#draft.write(this.#typed);
      form.querySelector(".draft-mark").hidden = false;
    });
    form.querySelector(".leave").addEventListener("click", () => this.#close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form.querySelector(".save"), () => this.#save());
    });
  }

  #close() {
    this.#draft.clear();
    render(this.querySelector(".standing-form"), html``);
  }

  get #typed() {
    return this.#form && { row: valuesOf(this.#form), ...this.#target };
  }

  async #save() {
    const form = this.#form;
    const problem = form.querySelector("problem-message");
    problem.clear();
    const row = valuesOf(form);
    const { activity, title, organization, started_on } = f.required;
    const empty = showFaults(form, emptyFields(row, { activity, title, organization, started_on }));
    if (empty.length) {
      problem.show(new Refusal("invalid-request", { detail: text.faults(empty.length) }), { fields: empty });
      return;
    }
    try {
      const { id, version } = this.#target;
      const claim = id ? await this.#put(id, bodyOf(row), version) : await this.#post(bodyOf(row));
      this.#saved(form, row, claim);
      this.#tell(t.saved(row.title));
    } catch (refusal) {
      this.#refused(refusal, problem);
    }
  }

  /** What was changed since it was sent is a further change of the claim, and its form stays. */
  #saved(form, row, { standing_id: id, version }) {
    if (this.#form === form && isSame(valuesOf(form), row)) {
      this.#close();
      return;
    }
    if (this.#form === form) this.#target = { id, version };
    this.#draft.settle(this.#typed);
  }

  async #put(id, body, version) {
    return (await api.call("PUT", `${this.#path}/${encodeURIComponent(id)}`, { body, version })).body;
  }

  /** An earlier save whose answer was lost may have arrived: then what is typed by now is a change of that. */
  async #post(body) {
    const { answer, isEarlier } = await this.#draft.post(this.#path, body);
    const { standing_id: id, version } = answer.standing_claim;
    return isEarlier ? this.#put(id, body, version) : answer.standing_claim;
  }

  #refused(refusal, problem) {
    const faults = faultsOf(refusal);
    const isStale = ["version-conflict", "not-found"].includes(refusal.code);
    const isOver = isStale || ["points-complete", "cycle-locked", "certification-lapsed"].includes(refusal.code);
    problem.show(refusal, {
      fields: showFaults(this.#form, faults),
      retry: refusal.isUncertain ? () => this.#form.requestSubmit() : undefined,
      next: isOver ? this.#lookAgain() : undefined,
      isKept: !isStale && refusal.code !== "invalid-request",
    });
    this.#listenAgain(problem);
  }

  async #delete(claim, item, button) {
    const choices = [{ value: "delete", label: t.deleteYes, kind: "danger" }];
    if (!(await ask({ title: t.deleteTitle, detail: t.deleteDetail(claim.title), choices, refuse: t.deleteNo }))) return;
    await busy(button, async () => {
      try {
        await api.call("DELETE", `${this.#path}/${encodeURIComponent(claim.standing_id)}`, { version: claim.version });
      } catch (refusal) {
        if (refusal.code !== "not-found") {
          const problem = item.querySelector("problem-message");
          const next = refusal.code === "version-conflict" ? this.#lookAgain() : undefined;
          problem.show(refusal, { next, retry: refusal.isUncertain ? () => this.#delete(claim, item, button) : undefined });
          this.#listenAgain(problem);
          return;
        }
      }
      this.#tell(t.deleted(claim.title));
    });
  }

  #lookAgain() {
    return html`<button type="button" class="look-again">${text.lookAgain}</button>`;
  }

  #listenAgain(problem) {
    problem.querySelector(".look-again")?.addEventListener("click", () => {
      this.#close();
      this.#tell(reportText.recertification.reload);
    });
  }

  #tell(message) {
    this.dispatchEvent(new CustomEvent("changed", { detail: { message } }));
  }
}

customElements.define("standing-claims", StandingClaims);
