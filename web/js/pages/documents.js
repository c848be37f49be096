/** Documents: upload, by drag and drop or a file chooser, and what was uploaded, by kind. */

import * as api from "../api.js";
import { pathOf } from "../certification.js";
import { ask } from "../confirm.js";
import "../elements/document-upload/document-upload.js";
import { busy } from "../fields.js";
import { elementOf, html, render } from "../html.js";
import * as member from "../member.js";
import { announce, openPage } from "../page.js";
import { text } from "../text.js";
import { documentsText } from "../text/documents.js";
import * as uploads from "../uploads.js";

const t = documentsText.list;
const KINDS = { clean: "good", rejected: "bad" };
const CHANGEABLE = ["entering", "complete", "returned"];
/** A form lives five minutes: what has not arrived after these never will. */
const ARRIVES_WITHIN_MILLISECONDS = 10 * 60_000;

async function load() {
  const [inForce, documents, dashboards] = await Promise.all([api.program(), uploads.readAll(), readDashboards()]);
  return { inForce, program: await programOfUploads(inForce, dashboards), documents, dashboards };
}

/**
 * What is uploaded for no certification may serve any of them, and each may be under another edition: the kinds of all,
 * and the largest files that one takes. The lapsed take nothing.
 */
async function programOfUploads(inForce, dashboards) {
  const open = dashboards.filter(({ certification }) => certification.access === "open");
  const editions = new Set((open.length ? open : dashboards).map(({ cycle }) => cycle.edition));
  if (!editions.size) return inForce;
  const programs = await Promise.all([...editions].map((each) => api.programOf(each, inForce)));
  const kinds = new Map(programs.flatMap((each) => each.document_kinds).map((kind) => [kind.code, kind]));
  return { document_kinds: [...kinds.values()], largest_document_bytes: Math.max(...programs.map((each) => each.largest_document_bytes)) };
}

async function readDashboards() {
  const { certifications } = await member.findCertified();
  const answers = await Promise.all(certifications.map((each) => api.get(pathOf(each.certification_id, "/cycle"))));
  return answers.map(({ body }) => body);
}

const isAbsent = ({ status, uploaded_at: at }) => status === "pending" && Date.now() - Date.parse(at) > ARRIVES_WITHIN_MILLISECONDS;

class Documents {
  #content;
  #again;
  #documents;
  #dashboards;
  #watched = new Set();

  constructor(content, again) {
    this.#content = content;
    this.#again = again;
  }

  open(loaded) {
    const u = documentsText.upload;
    render(
      this.#content,
      html`<div class="stack"><div id="notice"></div>
        <section class="card" aria-labelledby="upload-title"><h2 id="upload-title">${u.title}</h2><document-upload></document-upload></section>
        <section class="card" aria-labelledby="list-title"><h2 id="list-title">${t.title}</h2><div id="list"></div></section></div>`,
    );
    const upload = this.#content.querySelector("document-upload");
    upload.open({ program: loaded.program });
    for (const happened of ["checked", "forgotten"]) upload.addEventListener(happened, () => this.#refresh());
    upload.addEventListener("sent", ({ detail }) => this.#watched.add(detail.document_id));
    this.show(loaded);
  }

  /** Show the list; what is typed above it stays. */
  show({ inForce, documents, dashboards }) {
    this.#documents = documents;
    this.#dashboards = dashboards;
    const kinds = inForce.all_document_kinds.map((kind) => ({ ...kind, documents: documents.filter((each) => each.kind === kind.code) }));
    const place = this.#content.querySelector("#list");
    render(
      place,
      documents.length
        ? html`${kinds.filter((kind) => kind.documents.length).map((kind) => html`<h3 class="kind">${kind.title}</h3><ul class="entries" data-kind="${kind.code}"></ul>`)}`
        : html`<p class="soft">${t.empty} ${t.emptyHint}</p>`,
    );
    for (const kind of kinds) place.querySelector(`[data-kind="${CSS.escape(kind.code)}"]`)?.append(...kind.documents.map((each) => this.#item(each)));
    for (const each of documents) if (each.status === "pending" && !isAbsent(each)) this.#watch(each);
  }

  /** The entries that name a document, each with the dashboard it stands on. */
  #users({ document_id: id }) {
    return this.#dashboards.flatMap((dashboard) => dashboard.entries.filter((entry) => entry.document_ids.includes(id)).map((entry) => ({ entry, dashboard })));
  }

  #item(document) {
    const status = isAbsent(document) ? "absent" : document.status;
    const same = status === "clean" && document.same_as && this.#documents.find((each) => each.document_id === document.same_as);
    const users = this.#users(document);
    const canAttach = !document.archived && ["clean", "pending"].includes(status);
    const item = elementOf(html`<li class="entry" data-document="${document.document_id}">
      <div class="entry-what"><h4>${document.title} <span class="tag ${KINDS[status] ?? "warn"}">${documentsText.status[status]}</span></h4>
        <p class="small soft">${t.about(document)}</p>
        ${document.reason && html`<p>${document.reason}</p>`}${status === "absent" && html`<p>${t.absent}</p>`}
        ${same && html`<p class="small">${t.sameAs(same.title)}</p>`}${document.archived && html`<p class="small">${t.archived}</p>`}${document.published_at && html`<p class="small">${t.published}</p>`}
        ${users.length > 0 && html`<ul class="plain small">${users.map(
          ({ entry, dashboard }, index) => html`<li><span>${t.usedBy} ${entry.title} (${dashboard.certification.designation})</span>
            ${CHANGEABLE.includes(dashboard.cycle.state) && html`<button type="button" class="quiet detach" data-user="${index}" aria-label="${t.detachFrom(document.title, entry.title)}">${t.detach}</button>`}</li>`,
        )}</ul>`}
        ${users.length === 0 && canAttach && html`<p class="small">${t.unused}</p>`}
      </div>
      <div class="entry-more stack tight"><div class="buttons">
        ${status === "clean" && html`<button type="button" class="download" aria-label="${t.downloadNamed(document.title)}">${t.download}</button>`}
        ${canAttach && html`<button type="button" class="attach" aria-label="${t.attachNamed(document.title)}">${t.attach}</button>`}
        ${!document.archived && html`<button type="button" class="delete danger" aria-label="${t.deleteNamed(document.title)}">${t.delete}</button>`}
      </div><div class="attaching"></div><problem-message></problem-message></div>
    </li>`);
    const press = (selector, work) => {
      const button = item.querySelector(selector);
      button?.addEventListener("click", () => busy(button, () => this.#try(item, () => work(button))));
    };
    press(".download", () => this.#download(document));
    press(".attach", () => this.#offerEntries(item, document));
    press(".delete", () => this.#delete(document, users));
    for (const button of item.querySelectorAll(".detach")) {
      const user = users[Number(button.dataset.user)];
      button.addEventListener("click", () => busy(button, () => this.#try(item, () => this.#detach(document, user))));
    }
    return item;
  }

  /** Do something; a refusal is shown at the document it is about. */
  async #try(item, work) {
    const problem = item.querySelector("problem-message");
    problem.clear();
    try {
      await work();
    } catch (refusal) {
      problem.show(refusal, { retry: refusal.isUncertain ? () => this.#try(item, work) : undefined });
    }
  }

  get #notice() {
    return this.#content.querySelector("#notice");
  }

  async #refresh() {
    try {
      await this.#again();
    } catch (refusal) {
      render(this.#notice, html`<problem-message></problem-message>`);
      this.#notice.firstElementChild.show(refusal, { retry: () => this.#refresh() });
    }
  }

  async #tell(markup, kind) {
    await this.#refresh();
    announce(this.#notice, markup, kind);
  }

  async #download(document) {
    const { download_url: address } = await uploads.read(document.document_id);
    uploads.save(address);
  }

  async #delete(document, users) {
    const choice = await ask({
      title: t.deleteTitle,
      detail: t.deleteDetail(document.title, users.map(({ entry }) => entry.title)),
      choices: [{ value: "delete", label: t.deleteYes, kind: "danger" }],
      refuse: t.deleteNo,
    });
    if (!choice) return;
    await uploads.remove(document);
    await this.#tell(html`<p>${t.deleted(document.title)}</p>`);
  }

  #change(document, { entry, dashboard }, isWanted) {
    return uploads.changeDocuments(dashboard, entry, (old) => [...old.filter((each) => each !== document.document_id), ...(isWanted ? [document.document_id] : [])]);
  }

  async #detach(document, user) {
    const changed = await this.#change(document, user, false);
    await this.#tell(html`<p>${t.detached(document.title, user.entry.title)}</p><p><button type="button" class="put-back">${t.putBack}</button></p>`);
    const button = this.#content.querySelector(".put-back");
    button.addEventListener("click", () => busy(button, () => this.#try(this.#itemOf(document), () => this.#attach(document, { ...user, entry: changed }))));
  }

  async #attach(document, user) {
    await this.#change(document, user, true);
    await this.#tell(html`<p>${t.attached(document.title, user.entry.title)}</p>`);
  }

  #itemOf({ document_id: id }) {
    return this.#content.querySelector(`[data-document="${CSS.escape(id)}"]`);
  }

  #offerEntries(item, document) {
    const open = this.#dashboards.filter(({ cycle }) => CHANGEABLE.includes(cycle.state));
    const choices = open.flatMap((dashboard) => dashboard.entries.filter((entry) => !entry.document_ids.includes(document.document_id)).map((entry) => ({ dashboard, entry })));
    const place = item.querySelector(".attaching");
    if (!choices.length) {
      render(place, html`<p role="status">${t.noEntries} <a href="/recertification/">${t.toPortal}</a></p>`);
      return;
    }
    const id = `attach-${document.document_id}`;
    render(
      place,
      html`<form class="stack tight"><div class="field"><label for="${id}">${t.entry}</label>
        <select id="${id}" required>${choices.map(({ dashboard, entry }, index) => html`<option value="${index}">${entry.title}${open.length > 1 && html` (${dashboard.certification.designation})`}</option>`)}</select></div>
        <div class="buttons"><button class="main">${t.attachYes}</button><button type="button" class="leave">${text.cancel}</button></div></form>`,
    );
    const select = place.querySelector("select");
    place.querySelector(".leave").addEventListener("click", () => {
      render(place, html``);
      item.querySelector(".attach").focus();
    });
    place.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(place.querySelector("button.main"), () => this.#try(item, () => this.#attach(document, choices[Number(select.value)])));
    });
    select.focus();
  }

  /** A document that was being checked when the page was opened: ask now and then, until it is. */
  async #watch({ document_id: id }) {
    if (this.#watched.has(id)) return;
    this.#watched.add(id);
    const document = await uploads.checked(id);
    if (!document || document.status === "pending") return;
    const isClean = document.status === "clean";
    await this.#tell(html`<p>${t.checked(document.title, isClean)}</p>`, isClean ? "good" : "warn");
  }
}

let page;

function show(content, loaded, again) {
  if (page) {
    page.show(loaded);
    return;
  }
  page = new Documents(content, again);
  page.open(loaded);
}

await openPage("documents", { load, show });
