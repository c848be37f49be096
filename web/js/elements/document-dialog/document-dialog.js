/** The documents of one entry, in a dialog: taken out, attached from those one has, or uploaded on the spot. */

import { busy } from "../../fields.js";
import { elementOf, html, render } from "../../html.js";
import { documentsText } from "../../text/documents.js";
import * as uploads from "../../uploads.js";
import "../document-upload/document-upload.js";
import "../problem-message/problem-message.js";

const t = documentsText.entry;
const KINDS = { clean: "good", rejected: "bad" };

/** How a document stands, as a tag. */
export const tagOf = ({ status }) => html`<span class="tag ${KINDS[status] ?? "warn"}">${documentsText.status[status] ?? status}</span>`;

/**
 * Let the documents of an entry be changed; resolves with `{ids, documents}` when the dialog is closed.
 *
 * `ids` are those the entry names; `known` are documents whose facts are known. `change(id, isWanted)` attaches one
 * or takes it out at once, where the entry is saved already; without it the caller takes what is resolved. `home` and `kind` are for what
 * is uploaded here; what is uploaded for a saved entry is attached to it by the upload itself.
 */
export function manageDocuments({ program, name, ids, known, kind, home, change = () => {} }) {
  return new Promise((resolve) => new DocumentDialog({ program, name, ids, known, kind, home, change, resolve }).open());
}

class DocumentDialog {
  #given;
  #ids;
  #documents;
  #dialog;

  constructor(given) {
    this.#given = given;
    this.#ids = [...given.ids];
    this.#documents = new Map(given.known.map((each) => [each.document_id, each]));
  }

  async open() {
    const { program, name, home, kind } = this.#given;
    this.#dialog = elementOf(html`<dialog class="wide" aria-labelledby="documents-title">
      <div class="stack"><h2 id="documents-title" tabindex="-1">${t.dialogTitle(name)}</h2><problem-message></problem-message>
        <div class="attached"></div><document-upload></document-upload><div class="others"></div>
        <p class="wait" role="status"></p><div class="buttons"><button type="button" class="main done">${t.done}</button></div></div>
    </dialog>`);
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.querySelector(".done").addEventListener("click", () => this.#leave() && this.#dialog.close());
    this.#dialog.addEventListener("cancel", (event) => this.#leave() || event.preventDefault());
    this.#dialog.addEventListener("click", (event) => this.#pressed(event.target.closest("button[data-document]")));
    const upload = this.#dialog.querySelector("document-upload");
    upload.addEventListener("sent", ({ detail }) => this.#take(detail));
    upload.addEventListener("checked", ({ detail }) => this.#learn(detail));
    upload.addEventListener("forgotten", ({ detail }) => this.#forget(detail));
    upload.open({ program, home, kind, name: home.entryId ?? "entry" });
    this.#show();
    this.#dialog.showModal();
    await this.#readAll();
  }

  async #readAll() {
    try {
      for (const each of await uploads.readAll()) this.#documents.set(each.document_id, each);
      this.#show();
    } catch (refusal) {
      this.#refused(refusal, () => this.#readAll());
    }
  }

  /** Whether nothing is on its way any more; otherwise it is said. */
  #leave() {
    const { isSending } = this.#dialog.querySelector("document-upload");
    this.#dialog.querySelector(".wait").textContent = isSending ? t.wait : "";
    return !isSending;
  }

  #closed() {
    this.#dialog.remove();
    this.#given.resolve({ ids: this.#ids, documents: [...this.#documents.values()] });
  }

  #show() {
    const named = this.#ids.map((id) => this.#documents.get(id) ?? { document_id: id, title: t.unknown, status: "pending" });
    const others = [...this.#documents.values()].filter((each) => !this.#ids.includes(each.document_id) && each.status !== "rejected" && !each.archived);
    const item = (each, label, labelNamed) => html`<li><span>${each.title} ${tagOf(each)}${each.reason && html`<br><span class="small">${each.reason}</span>`}</span>
      <button type="button" class="quiet" data-document="${each.document_id}" aria-label="${labelNamed(each.title)}">${label}</button></li>`;
    render(this.#dialog.querySelector(".attached"), named.length ? html`<h3>${t.attached}</h3><ul class="plain">${named.map((each) => item(each, t.takeOut, t.takeOutNamed))}</ul>` : html``);
    render(this.#dialog.querySelector(".others"), others.length ? html`<h3>${t.others}</h3><ul class="plain">${others.map((each) => item(each, t.add, t.addNamed))}</ul>` : html``);
  }

  /** What was uploaded here belongs to the entry. */
  #take(document) {
    this.#documents.set(document.document_id, document);
    if (!this.#ids.includes(document.document_id)) this.#ids.push(document.document_id);
    this.#show();
  }

  #learn(document) {
    if (document.status === "rejected" && !this.#given.home.entryId) this.#ids = this.#ids.filter((id) => id !== document.document_id);
    this.#documents.set(document.document_id, document);
    this.#show();
  }

  #forget(documentId) {
    this.#documents.delete(documentId);
    this.#ids = this.#ids.filter((id) => id !== documentId);
    this.#show();
  }

  #pressed(button) {
    if (!button) return undefined;
    const id = button.dataset.document;
    const isWanted = !this.#ids.includes(id);
    return busy(button, async () => {
      try {
        await this.#given.change(id, isWanted);
        this.#ids = [...this.#ids.filter((each) => each !== id), ...(isWanted ? [id] : [])];
        this.#dialog.querySelector("problem-message").clear();
        this.#show();
        (this.#dialog.querySelector(`[data-document="${CSS.escape(id)}"]`) ?? this.#dialog.querySelector("h2")).focus();
      } catch (refusal) {
        this.#refused(refusal, () => this.#pressed(button));
      }
    });
  }

  #refused(refusal, again) {
    this.#dialog.querySelector("problem-message").show(refusal, { retry: refusal.isUncertain ? again : undefined });
  }
}
