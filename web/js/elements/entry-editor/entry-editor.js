/** <entry-editor>: the edit of one entry in place; when it was changed elsewhere, both versions stand side by side. */

import * as api from "../../api.js";
import { doorOf, pathOf } from "../../certification.js";
import { Draft, isSame } from "../../drafts.js";
import { busy } from "../../fields.js";
import { number, span } from "../../format.js";
import { html, render } from "../../html.js";
import { typedOf } from "../../points.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import { entryOf } from "../entry-rows/entry-rows.js";
import "../problem-message/problem-message.js";

const t = reportText.recertification;
const FIELDS = ["activity", "quantity", "title", "organization", "started_on", "ended_on", "notes", "document_ids", "unit", "relevant_percent"];

/** The row that an entry makes in a form. */
export const rowOf = (entry) => Object.fromEntries(FIELDS.map((name) => [name, typedOf(entry[name] ?? "")]));

/** The draft of the edit of an entry. */
export const draftOf = (entryId) => new Draft(`edit:${entryId}`);

const isAsSaved = (row, entry) => Object.entries(entryOf(row)).every(([name, value]) => String(value).trim() === String(entry[name]).trim());

class EntryEditor extends HTMLElement {
  #program;
  #dashboard;
  #entryId;
  #version;
  #draft;

  /** Dispatches `edited` with the entry and whether the edit goes on, `closed` when given up, `reentered` with a row to enter anew. */
  open(program, dashboard, entry) {
    this.#program = program;
    this.#dashboard = dashboard;
    this.#entryId = entry.entry_id;
    this.#draft = draftOf(entry.entry_id);
    const kept = this.#draft.read()?.value;
    this.#version = kept?.version ?? entry.version;
    render(
      this,
      html`<form class="stack" novalidate>
        <p class="draft-mark" role="status" hidden>${text.draft.mark}</p>
        <problem-message></problem-message>
        <div class="choice-of-versions"></div>
        <entry-rows></entry-rows>
        <div class="buttons"><button class="main save">${reportText.form.saveEdit}</button><button type="button" class="leave">${text.cancel}</button></div>
      </form>`,
    );
    const home = { certificationId: dashboard.certification.certification_id };
    this.#rows.open(program, dashboard.cycle, [{ ...rowOf(entry), ...kept?.row }], { isSingle: true, home, documents: dashboard.documents });
    this.#rows.addEventListener("typed", () => this.#typed());
    this.querySelector(".draft-mark").hidden = !kept;
    this.querySelector(".leave").addEventListener("click", () => this.#leave());
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.querySelector(".save"), () => this.#save());
    });
    this.#draft.watch((value) => value && this.#rows.fill([value.row]));
  }

  focusFirst() {
    this.#rows.querySelector("select").focus();
  }

  get #rows() {
    return this.querySelector("entry-rows");
  }

  get #row() {
    return this.#rows.rows[0];
  }

  get #problem() {
    return this.querySelector("problem-message");
  }

  #typed() {
    this.#draft.write({ row: this.#row, version: this.#version });
    this.querySelector(".draft-mark").hidden = false;
  }

  #leave() {
    this.#draft.clear();
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #save() {
    this.#problem.clear();
    render(this.querySelector(".choice-of-versions"), html``);
    const empty = this.#rows.showEmpty([0]);
    if (empty.length) {
      this.#problem.show(new Refusal("invalid-request", { detail: text.faults(empty.length) }), { fields: empty });
      return;
    }
    const path = doorOf(this.#dashboard, `/entries/${encodeURIComponent(this.#entryId)}`);
    const sent = this.#row;
    try {
      const { body } = await api.call("PUT", path, { body: entryOf(sent), version: this.#version });
      this.#saved(body, sent);
    } catch (refusal) {
      if (refusal.code === "version-conflict" || refusal.code === "not-found") await this.#compare(refusal);
      else this.#refused(refusal);
    }
  }

  /** What was changed since it was sent is a further edit, which goes on. */
  #saved(entry, sent = this.#row) {
    const goesOn = !isSame(this.#row, sent);
    this.#version = entry.version;
    if (goesOn) this.#typed();
    else this.#draft.clear();
    this.dispatchEvent(new CustomEvent("edited", { detail: { entry, goesOn } }));
  }

  #refused(refusal) {
    const fields = this.#rows.showFaults(refusal.errors ?? [], [0]);
    const retry = refusal.isUncertain ? () => this.querySelector("form").requestSubmit() : undefined;
    this.#problem.show(refusal, { fields, retry, isKept: refusal.code !== "invalid-request" });
  }

  /** Changed elsewhere: show both versions and let one be chosen; a lost answer to the same change is no conflict. */
  async #compare(refusal) {
    try {
      const path = pathOf(this.#dashboard.certification.certification_id, "/cycle");
      const { body } = await api.get(path);
      const saved = body.entries.find((each) => each.entry_id === this.#entryId);
      if (!saved) this.#offerAsNew();
      else if (isAsSaved(this.#row, saved)) this.#saved(saved);
      else this.#offerChoice(saved);
    } catch {
      this.#refused(refusal);
    }
  }

  #offerChoice(saved) {
    const place = this.querySelector(".choice-of-versions");
    const mine = this.#row;
    const theirs = rowOf(saved);
    const version = (title, row, other, kind, label, id) => html`<section aria-labelledby="${id}">
      <h4 id="${id}">${title}</h4>
      <dl class="stack tight">${this.#facts(row, other)}</dl>
      <p><button type="button" class="${kind}">${label}</button></p>
    </section>`;
    render(
      place,
      html`<div class="notice warn" role="alert" tabindex="-1"><h3>${t.conflictTitle}</h3><p>${t.conflictDetail}</p>
        <div class="versions">
          ${version(text.versions.yours, mine, theirs, "main keep-mine", text.versions.keepYours, "version-mine")}
          ${version(text.versions.theirs, theirs, mine, "keep-theirs", text.versions.keepTheirs, "version-theirs")}
        </div></div>`,
    );
    place.querySelector(".keep-mine").addEventListener("click", () => {
      this.#version = saved.version;
      this.#typed();
      this.querySelector("form").requestSubmit();
    });
    place.querySelector(".keep-theirs").addEventListener("click", () => this.#saved(saved));
    place.firstElementChild.focus();
  }

  #facts(row, other) {
    const f = reportText.form;
    const activity = (code) => this.#program.activities.find((each) => each.code === code)?.title ?? code;
    const facts = (each) => [
      [f.activity, activity(each.activity)],
      [f.quantity, number(each.quantity)],
      [f.titleField, each.title],
      [f.organization, each.organization],
      [`${f.started_on} – ${f.ended_on}`, each.started_on && each.ended_on ? span(each.started_on, each.ended_on) : ""],
      [f.notes, each.notes || text.none],
      [f.documents, each.document_ids.split(",").filter(Boolean).map((id) => this.#dashboard.documents.find((document) => document.document_id === id)?.title ?? f.unknownDocument).join(", ") || text.none],
    ];
    const others = facts(other);
    return facts(row).map(([name, value], index) => html`<div><dt class="small soft">${name}</dt><dd>${value === others[index][1] ? value : html`<mark>${value}</mark>`}</dd></div>`);
  }

  #offerAsNew() {
    this.#problem.show(new Refusal("not-found", { detail: t.gone }), {
      next: html`<button type="button" class="as-new">${t.useAsNew}</button>`,
    });
    this.querySelector(".as-new").addEventListener("click", () => {
      const row = this.#row;
      this.#draft.clear();
      this.dispatchEvent(new CustomEvent("reentered", { detail: row }));
    });
  }
}

customElements.define("entry-editor", EntryEditor);
