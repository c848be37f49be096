/** <document-upload>: files dropped or chosen, each with kind and title, uploaded with their progress, and checked. */

import { newKey, Draft } from "../../drafts.js";
import { busy, clearFaults, emptyFields, faultsOf, field, input, showFaults } from "../../fields.js";
import { elementOf, html, render } from "../../html.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { documentsText } from "../../text/documents.js";
import * as uploads from "../../uploads.js";
import "../problem-message/problem-message.js";

const t = documentsText.upload;
const EVIDENCE = "evidence";
let made = 0;

const stemOf = (name) => name.replace(/\.[^.]+$/, "").replaceAll("_", " ");

class DocumentUpload extends HTMLElement {
  #program;
  #home;
  #kind;
  #draft;
  #memberId;
  #rows = new Map();

  /**
   * `home` says where the documents belong (`certificationId`, `entryId`), `kind` what they are at first, `name` which
   * draft keeps what is typed, `memberId` for whom staff upload it. Dispatches `sent` with a document that is uploaded, `checked` with one whose check ended,
   * `forgotten` with the id of one that was given up.
   */
  open({ program, home = {}, kind = EVIDENCE, name = "documents", memberId }) {
    this.#memberId = memberId;
    this.#program = program;
    this.#home = home;
    this.#kind = kind;
    this.#draft = new Draft(`uploads:${name}`);
    const id = `drop-${(made += 1)}`;
    render(
      this,
      html`<form class="stack" novalidate>
        <div class="drop"><label for="${id}">${t.drop}</label><input type="file" id="${id}" multiple accept="${uploads.ACCEPT}" aria-describedby="${id}-hint">
          <p class="hint" id="${id}-hint">${t.takes(program.largest_document_bytes)}</p></div>
        <p class="draft-mark" role="status" hidden>${text.draft.mark}</p>
        <ul class="uploads"></ul>
        <p class="uploads-news" role="status"></p>
        <div class="send-all" hidden><button class="main"></button></div>
      </form>`,
    );
    this.#listen();
    for (const kept of this.#draft.read()?.value ?? []) this.#forgetArrived(this.#add(kept));
    this.#tell();
  }

  /** A file that had arrived when the page was left is in the list by now. */
  async #forgetArrived(row) {
    if (!row.documentId) return;
    const { document } = await uploads.read(row.documentId, this.#memberId).catch(() => ({}));
    if (document && document.status !== "pending" && !row.isSending) this.#drop(row);
  }

  /** Whether a file is on its way to the storage. */
  get isSending() {
    return [...this.#rows.values()].some((row) => row.isOnItsWay);
  }

  #listen() {
    const drop = this.querySelector(".drop");
    const chooser = drop.querySelector("input");
    const over = (isOver) => (event) => {
      event.preventDefault();
      drop.classList.toggle("over", isOver);
    };
    chooser.addEventListener("change", () => {
      this.#take(chooser.files);
      chooser.value = "";
    });
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      this.#take(event.dataTransfer.files);
    });
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.querySelector(".send-all button"), () => this.#sendAll());
    });
  }

  #take(files) {
    const added = [...files].map((file) => this.#add({ title: stemOf(file.name), kind: this.#kind, name: file.name, bytes: file.size }, file));
    this.#keep();
    this.#tell();
    added[0]?.item.querySelector('[name="title"]').focus();
  }

  #add({ title, kind, name, bytes, sending, documentId }, file = null) {
    const id = `upload-${(made += 1)}`;
    const item = elementOf(html`<li class="upload stack tight" id="${id}">
      <p class="upload-name"><strong></strong></p>
      <div class="fields">
        ${input({ id: `${id}-title`, name: "title", label: t.titleField, hint: t.titleHint, value: title, maxlength: 200, autocomplete: "off" })}
        ${field({ id: `${id}-kind`, name: "kind", label: t.kind }, (ties) => html`<select${ties}>${this.#program.document_kinds.map((each) => html`<option value="${each.code}" ${each.code === kind && html`selected`}>${each.title}</option>`)}</select>`)}
      </div>
      <div class="lost" hidden><p class="small">${t.lost}</p><label for="${id}-file">${t.chooseAgain(name)}</label><input type="file" id="${id}-file" accept="${uploads.ACCEPT}"></div>
      <div class="bar" role="progressbar" aria-label="${t.progress(name)}" aria-valuemin="0" aria-valuemax="100" hidden><span></span></div>
      <p class="small now" role="status"></p>
      <problem-message></problem-message>
      <div class="buttons"><button type="button" class="quiet leave-out" aria-label="${t.leaveOutNamed(name)}">${t.leaveOut}</button></div>
    </li>`);
    const row = { id, item, file, name, bytes, sending, documentId, isSending: false };
    this.#rows.set(id, row);
    this.querySelector(".uploads").append(item);
    this.#name(row);
    item.querySelector(".lost").hidden = file !== null;
    item.addEventListener("input", () => this.#keep());
    item.querySelector(".lost input").addEventListener("change", ({ target }) => target.files[0] && this.#choose(row, target.files[0]));
    item.querySelector(".leave-out").addEventListener("click", () => this.#leaveOut(row));
    return row;
  }

  #name(row) {
    row.item.querySelector(".upload-name strong").textContent = t.row(row.name, row.bytes);
  }

  #choose(row, file) {
    Object.assign(row, { file, name: file.name, bytes: file.size });
    this.#name(row);
    row.item.querySelector(".lost").hidden = true;
    row.item.querySelector("problem-message").clear();
    this.#keep();
    this.#tell();
    this.querySelector(".send-all button").focus();
  }

  #leaveOut(row) {
    this.#forgetEarlier(row);
    this.#drop(row);
    this.querySelector(".drop input").focus();
  }

  #drop(row) {
    row.item.remove();
    this.#rows.delete(row.id);
    this.#keep();
    this.#tell();
  }

  /** Keep what is typed; a file itself cannot be kept over a reload. */
  #keep() {
    const kept = [...this.#rows.values()].map(({ item, name, bytes, sending, documentId }) => ({
      ...this.#valuesOf(item),
      name,
      bytes,
      sending,
      documentId,
    }));
    if (kept.length) this.#draft.write(kept);
    else this.#draft.clear();
  }

  #valuesOf(item) {
    return { title: item.querySelector('[name="title"]').value, kind: item.querySelector('[name="kind"]').value };
  }

  #tell() {
    const waiting = [...this.#rows.values()].filter((row) => !row.isSending);
    this.querySelector(".send-all").hidden = !waiting.some((row) => row.file);
    this.querySelector(".send-all button").textContent = t.send(waiting.filter((row) => row.file).length);
    this.querySelector(".draft-mark").hidden = this.#rows.size === 0;
  }

  async #sendAll() {
    const rows = [...this.#rows.values()].filter((row) => row.file && !row.isSending);
    this.querySelector(".uploads-news").textContent = "";
    for (const row of rows) await this.#send(row);
  }

  /** Send one file; what is refused or lost stays, with everything typed, and can be sent again. */
  async #send(row) {
    const problem = row.item.querySelector("problem-message");
    problem.clear();
    clearFaults(row.item);
    const empty = showFaults(row.item, emptyFields(this.#valuesOf(row.item), { title: t.titleRequired }));
    if (empty.length) {
      problem.show(new Refusal("invalid-request", { detail: t.titleRequired }), { fields: empty });
      return;
    }
    this.#lock(row, true);
    try {
      const document = await this.#arrive(row);
      row.isOnItsWay = false;
      this.dispatchEvent(new CustomEvent("sent", { detail: document }));
      this.#check(row, document);
    } catch (refusal) {
      this.#lock(row, false);
      this.#refused(row, refusal);
    }
  }

  async #arrive(row) {
    const body = uploads.said(row.file, { ...this.#valuesOf(row.item), ...this.#home });
    const isRepeated = JSON.stringify(row.sending?.body) === JSON.stringify(body);
    if (!isRepeated) {
      await this.#forgetEarlier(row);
      row.sending = { key: newKey(), body };
    }
    this.#keep();
    this.#now(row, t.preparing);
    const announced = await uploads.announce(body, row.sending.key, this.#memberId);
    row.documentId = announced.document.document_id;
    this.#keep();
    const stands = (isRepeated ? await uploads.read(row.documentId, this.#memberId) : announced).document;
    if (stands.status === "pending") await uploads.post(announced.upload, row.file, (share) => this.#progress(row, share));
    return stands;
  }

  /** The same row with another file or other words: what was announced before is not wanted any more. */
  async #forgetEarlier(row) {
    if (!row.documentId) return;
    const { document } = await uploads.read(row.documentId, this.#memberId).catch(() => ({}));
    if (document && document.status !== "clean" && !this.#memberId) await uploads.remove(document).catch(() => {});
    this.dispatchEvent(new CustomEvent("forgotten", { detail: row.documentId }));
    row.documentId = undefined;
  }

  #progress(row, share) {
    const bar = row.item.querySelector(".bar");
    bar.hidden = false;
    bar.setAttribute("aria-valuenow", Math.floor(share * 100));
    bar.firstElementChild.style.inlineSize = `${share * 100}%`;
    this.#now(row, t.sending(share));
  }

  #now(row, sentence) {
    row.item.querySelector(".now").textContent = sentence;
  }

  #lock(row, isSending) {
    row.isSending = isSending;
    row.isOnItsWay = isSending;
    for (const control of row.item.querySelectorAll("input, select, .leave-out")) control.disabled = isSending;
    row.item.querySelector(".bar").hidden = true;
    if (!isSending) this.#now(row, "");
    this.#tell();
  }

  async #check(row, sent) {
    row.item.querySelector(".bar").hidden = true;
    this.#now(row, t.checking);
    const document = (await uploads.checked(sent.document_id, () => this.isConnected, this.#memberId)) ?? sent;
    if (!this.isConnected) return;
    if (document.status === "rejected") {
      this.#lock(row, false);
      this.#askForAnother(row, document);
    } else {
      this.querySelector(".uploads-news").textContent = (document.status === "clean" ? t.done : t.sent)([document.title]);
      this.#drop(row);
    }
    this.dispatchEvent(new CustomEvent("checked", { detail: document }));
  }

  #askForAnother(row, { reason }) {
    row.file = null;
    row.item.querySelector(".lost").hidden = false;
    row.item.querySelector(".lost p").hidden = true;
    row.item.querySelector(".lost label").textContent = t.another;
    row.item.querySelector(".lost input").value = "";
    row.item.querySelector("problem-message").show(new Refusal("document-rejected", { detail: reason }));
    this.#keep();
    this.#tell();
  }

  #refused(row, refusal) {
    const fields = showFaults(row.item, faultsOf(refusal));
    if (refusal.code === "idempotency-key-reused") row.sending = undefined;
    const again = () => this.#send(row);
    const isLost = refusal.isUncertain || refusal.code === "upload-refused";
    row.item.querySelector("problem-message").show(refusal, { fields, retry: isLost ? again : undefined, next: refusal.code === "no-connection" ? t.waitsForNetwork : undefined, isKept: true });
    if (refusal.code === "no-connection") addEventListener("online", () => row.file && !row.isSending && this.isConnected && again(), { once: true });
  }
}

customElements.define("document-upload", DocumentUpload);
