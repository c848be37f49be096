/** <entry-list>: the entries of a cycle, each with its green pencil and red trash can, edited and deleted in place. */

import * as api from "../../api.js";
import { doorOf } from "../../certification.js";
import { ask } from "../../confirm.js";
import { busy } from "../../fields.js";
import { span } from "../../format.js";
import { elementOf, html } from "../../html.js";
import { paperClip, pencil, trashCan } from "../../icons.js";
import { entriesWithoutDocument } from "../../points.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import "../entry-editor/entry-editor.js";
import { draftOf, rowOf } from "../entry-editor/entry-editor.js";
import "../problem-message/problem-message.js";

const t = reportText.recertification;

class EntryList extends HTMLElement {
  #program;
  #dashboard;

  /**
   * Show the entries of a dashboard; edits that are open stay as they are. Dispatches `changed` with
   * `{message, deleted?}` when the cycle is another now, and `reentered` with a row to enter anew.
   */
  show(program, dashboard) {
    this.#program = program;
    this.#dashboard = dashboard;
    const list = this.querySelector("ul") ?? this.#list();
    const open = new Map([...list.children].filter((item) => item.querySelector("entry-editor")).map((item) => [item.dataset.entry, item]));
    const isChangeable = ["entering", "complete", "returned"].includes(dashboard.cycle.state);
    const withoutDocument = new Set(entriesWithoutDocument(program, dashboard).map((each) => each.entry_id));
    const items = dashboard.entries.map((entry) => {
      const kept = isChangeable && open.get(entry.entry_id);
      return kept || this.#item(entry, isChangeable, withoutDocument.has(entry.entry_id));
    });
    const focused = document.activeElement;
    list.replaceChildren(...items);
    if (list.contains(focused)) focused.focus(); // An edit that is open stays, and so does where one is in it.
    list.hidden = items.length === 0;
    const empty = this.querySelector(".empty");
    empty.hidden = items.length > 0;
    empty.textContent = isChangeable ? t.empty : reportText.recertification.none;
    if (!isChangeable) return;
    for (const entry of dashboard.entries) {
      if (!open.has(entry.entry_id) && draftOf(entry.entry_id).read()?.value) this.#edit(entry);
    }
  }

  #list() {
    this.append(elementOf(html`<p class="soft empty"></p>`), elementOf(html`<ul class="entries"></ul>`));
    return this.querySelector("ul");
  }

  #name(entry) {
    const activity = this.#program.activities.find((each) => each.code === entry.activity);
    return t.nameOf(activity?.title ?? entry.activity, entry.title);
  }

  #item(entry, isChangeable, needsDocument) {
    const activity = this.#program.activities.find((each) => each.code === entry.activity);
    const decision = this.#dashboard.submission?.decision;
    const comment = decision?.entry_comments[entry.entry_id];
    const reduced = decision?.entry_adjustments[entry.entry_id];
    const item = elementOf(html`<li class="entry" data-entry="${entry.entry_id}">
      <div class="entry-what">
        <h3>${entry.title}</h3>
        <p>${activity?.title ?? entry.activity} · ${entry.organization}</p>
        <p class="small soft numbers">${span(entry.started_on, entry.ended_on)} · ${entry.explanation}</p>
        ${entry.standing_id && html`<p class="small soft">${reportText.standing.accrued}</p>`}
        ${entry.notes && html`<p class="small">${entry.notes}</p>`}
        ${this.#documentsOf(entry)}
        ${needsDocument && html`<p class="missing-document"><span class="tag warn">${t.document}</span>${isChangeable && html` <button type="button" class="documents">${t.uploadNow}<span class="unseen"> ${t.uploadFor(this.#name(entry))}</span></button>`}</p>`}
      </div>
      <p class="entry-points">${text.points(entry.points_counted)}</p>
      <div class="entry-actions">${
        isChangeable &&
        html`${!entry.standing_id && html`<button type="button" class="icon edit" title="${t.edit("")}" aria-label="${t.edit(this.#name(entry))}">${pencil}</button>`}
        <button type="button" class="icon documents" title="${t.documentsOf("")}" aria-label="${t.documentsOf(this.#name(entry))}">${paperClip}</button>
        ${!entry.standing_id && html`<button type="button" class="icon delete" title="${t.delete("")}" aria-label="${t.delete(this.#name(entry))}">${trashCan}</button>`}`
      }</div>
      <div class="entry-more stack tight">${comment && html`<p class="notice warn"><strong>${t.reviewer}</strong> ${comment}</p>`}${
        reduced && html`<p class="notice warn">${t.reduced(reduced.points, reduced.reason)}</p>`
      }<problem-message></problem-message></div>
    </li>`);
    for (const button of item.querySelectorAll("button.documents")) button.addEventListener("click", () => busy(button, () => this.#changeDocuments(entry)));
    const edit = item.querySelector(".edit");
    edit?.addEventListener("click", () => busy(edit, () => item.isConnected && this.#edit(entry).focusFirst()));
    item.querySelector(".delete")?.addEventListener("click", (event) => this.#delete(entry, event.currentTarget));
    return item;
  }

  #documentsOf(entry) {
    const documents = this.#dashboard.documents.filter((each) => entry.document_ids.includes(each.document_id));
    const tag = ({ status }) => html`<span class="tag ${{ clean: "good", rejected: "bad" }[status] ?? "warn"}">${t.documentStates[status]}</span>`;
    return documents.length > 0 && html`<ul class="entry-documents small">${documents.map((each) => html`<li>${each.title} ${tag(each)}${each.reason && html` ${each.reason}`}</li>`)}</ul>`;
  }

  /** The documents of an entry that is saved: each change is saved at once. */
  async #changeDocuments(entry) {
    const [{ manageDocuments }, { changeDocuments }] = await Promise.all([import("../document-dialog/document-dialog.js"), import("../../uploads.js")]);
    const isKind = this.#program.document_kinds.some((each) => each.code === entry.activity);
    const before = entry.document_ids.join();
    let current = entry;
    const { ids, documents } = await manageDocuments({
      program: this.#program,
      name: entry.title,
      ids: entry.document_ids,
      known: this.#dashboard.documents,
      kind: isKind ? entry.activity : undefined,
      home: { certificationId: this.#dashboard.certification.certification_id, entryId: entry.entry_id },
      change: async (id, isWanted) => {
        current = await changeDocuments(this.#dashboard, current, (old) => [...old.filter((each) => each !== id), ...(isWanted ? [id] : [])]);
      },
    });
    const statusOf = (id) => documents.find((each) => each.document_id === id)?.status;
    const wasKnown = this.#dashboard.documents.every((each) => !ids.includes(each.document_id) || statusOf(each.document_id) === each.status);
    if (ids.join() !== before || !wasKnown) this.#tell({ message: t.documentsSaved(this.#name(entry)) });
    else this.#place(entry.entry_id).querySelector("button.documents").focus();
  }

  #place(entryId) {
    return this.querySelector(`[data-entry="${CSS.escape(entryId)}"]`);
  }

  #edit(entry) {
    const item = this.#place(entry.entry_id);
    const editor = document.createElement("entry-editor");
    item.querySelector(".entry-more").append(editor);
    item.querySelector(".entry-actions").hidden = true;
    editor.open(this.#program, this.#dashboard, entry);
    editor.addEventListener("edited", ({ detail: { entry: saved, goesOn } }) => {
      if (!goesOn) editor.remove();
      this.#tell({ message: t.edited(this.#name(saved)) });
    });
    editor.addEventListener("closed", () => {
      editor.remove();
      this.show(this.#program, this.#dashboard); // The entry may be another than when the edit began.
      this.#place(entry.entry_id)?.querySelector(".edit").focus();
    });
    editor.addEventListener("reentered", ({ detail }) => {
      editor.remove();
      this.dispatchEvent(new CustomEvent("reentered", { detail }));
    });
    return editor;
  }

  async #delete(entry, button) {
    const choice = await ask({
      title: t.deleteTitle,
      detail: t.deleteDetail(this.#name(entry), entry.points),
      choices: [{ value: "delete", label: t.deleteYes, kind: "danger" }],
      refuse: t.deleteNo,
    });
    if (!choice) return;
    await busy(button, async () => {
      try {
        await api.call("DELETE", doorOf(this.#dashboard, `/entries/${encodeURIComponent(entry.entry_id)}`), { version: entry.version });
      } catch (refusal) {
        if (refusal.code !== "not-found") {
          this.#refused(refusal, entry, button);
          return;
        }
      }
      draftOf(entry.entry_id).clear();
      this.#tell({ message: t.deleted(this.#name(entry)), deleted: rowOf(entry) });
    });
  }

  #refused(refusal, entry, button) {
    const retry = refusal.isUncertain ? () => this.#delete(entry, button) : undefined;
    this.#place(entry.entry_id).querySelector("problem-message").show(refusal, { retry, next: refusal.code === "version-conflict" ? this.#lookAgain() : undefined });
    this.querySelector(".look-again")?.addEventListener("click", () => this.#tell({ message: t.reload }));
  }

  #lookAgain() {
    return html`<button type="button" class="look-again">${text.lookAgain}</button>`;
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("changed", { detail }));
  }
}

customElements.define("entry-list", EntryList);
