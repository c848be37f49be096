/** Staff's import: a CSV file chosen or dropped, checked first without changing anything, then imported. */

import * as api from "../../api.js";
import { readCsv } from "../../csv.js";
import { newKey } from "../../drafts.js";
import "../../elements/import-report/import-report.js";
import "../../elements/paged-list/paged-list.js";
import { busy, clearFaults, emptyFields, faultsOf, field, input, showFaults } from "../../fields.js";
import { time } from "../../format.js";
import { html, render } from "../../html.js";
import { follow } from "../../jobs.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { Refusal, refused, send } from "../../refusal.js";
import { transfersText } from "../../text/transfers.js";
import { post } from "../../uploads.js";

const t = transfersText.import;
const STATES = transfersText.states;
const KINDS = { done: "good", failed: "bad" };
/** Up to so many rows of members are imported at once; more, and anything else, go as a job. */
const MOST_ROWS = 1000;
const MOST_BYTES = 2 ** 20;

const jobPath = (importId) => `/staff/imports/${encodeURIComponent(importId)}`;
const asked = new URLSearchParams(location.search).get("import");

/** The text of a file. Throws a Refusal for one that is not UTF-8. */
async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Refusal("invalid-request", { detail: t.unreadable });
  }
}

function form() {
  const kinds = (ties) => html`<select${ties}>${Object.entries(t.kinds).map(([kind, title]) => html`<option value="${kind}">${title}</option>`)}</select>`;
  return html`<form class="card stack" novalidate>
    ${field({ id: "kind", name: "kind", label: t.kind }, kinds)}
    <div class="prose about"></div>
    <problem-message></problem-message>
    <fieldset class="chapter" hidden><legend class="label">${t.chapter}</legend><div class="fields">
      ${input({ id: "name", name: "name", label: t.chapterName, maxlength: 150, autocomplete: "off" })}
      ${input({ id: "started_on", name: "started_on", label: t.startedOn, type: "date" })}
      ${input({ id: "ended_on", name: "ended_on", label: t.endedOn, type: "date" })}</div></fieldset>
    <div class="drop"><label for="file">${t.file}</label><p class="hint" id="file-hint">${t.drop}</p>
      <input type="file" id="file" accept=".csv,text/csv" aria-describedby="file-hint"><p class="chosen" role="status"></p></div>
    <div class="buttons"><button class="main check" aria-describedby="check-hint">${t.check}</button><p class="hint" id="check-hint">${t.checkHint}</p></div>
  </form>`;
}

/** One file on its way: chosen, checked, imported. */
class Import {
  #content;
  #file;
  #keys = {};

  constructor(content) {
    this.#content = content;
    render(
      content,
      html`<div class="stack">${form()}<div id="notice"></div>
        <div class="card stack tight" id="progress" hidden><p class="now" role="status"></p><div class="bar" role="progressbar" aria-label="${t.progress}" aria-valuemin="0" aria-valuemax="100"><span></span></div></div>
        <import-report></import-report>
        <section class="card stack tight" aria-labelledby="before-title"><h2 id="before-title">${t.before}</h2><p class="soft">${t.beforeHint}</p><paged-list class="stack tight"></paged-list></section></div>`,
    );
    this.#listen();
    this.#describe();
  }

  #listen() {
    const drop = this.#find(".drop");
    this.#find("#file").addEventListener("change", ({ target }) => target.files[0] && this.#choose(target.files[0]));
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files[0]) this.#choose(event.dataTransfer.files[0]);
    });
    this.#find("#kind").addEventListener("change", () => this.#describe());
    this.#find(".chapter").addEventListener("input", () => this.#forget());
    this.#find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.#find(".check"), () => this.#begin(true));
    });
    this.#find("import-report").addEventListener("confirmed", ({ detail: done }) => this.#begin(false).finally(done));
  }

  /** The imports of the last weeks; the one that the address names is shown at once. */
  async open() {
    const list = this.#list();
    if (asked) await this.#follow(asked);
    await list;
  }

  #find(selector) {
    return this.#content.querySelector(selector);
  }

  get #kind() {
    return this.#find("#kind").value;
  }

  get #problem() {
    return this.#find("problem-message");
  }

  /** What a file of the chosen kind looks like. */
  #describe() {
    const { about, columns, format } = t.about[this.#kind];
    const names = columns.map((name, index) => html`${index > 0 && html`,<wbr>`}${name}`);
    render(this.#find(".about"), html`<p>${about}</p><p>${t.columns} <code class="hash">${names}</code></p><p>${format}</p>`);
    this.#find(".chapter").hidden = this.#kind !== "chapter-roster";
    this.#forget();
  }

  #choose(file) {
    this.#file = file;
    this.#find(".chosen").textContent = t.chosen(file.name);
    this.#forget();
  }

  /** Something else is to be imported than before. */
  #forget() {
    this.#keys = {};
    this.#clear();
  }

  #clear() {
    this.#problem.clear();
    clearFaults(this.#find("form"));
    render(this.#find("#notice"), html``);
    this.#find("import-report").clear();
    this.#find("#progress").hidden = true;
  }

  #list() {
    const { columns, caption, shown, empty } = t.list;
    const row = (each) => html`<tr><th scope="row">${time(each.asked_at)}</th><td data-label="${columns.kind}">${t.kinds[each.kind]}${each.dry_run && ` (${t.list.check})`}</td>
      <td data-label="${columns.by}">${each.asked_by}</td><td data-label="${columns.state}"><span class="tag ${KINDS[each.status]}">${STATES[each.status] ?? each.status}</span></td>
      <td><a class="button" href="?import=${encodeURIComponent(each.import_id)}" aria-label="${t.list.openOf(time(each.asked_at))}">${t.list.open}</a></td></tr>`;
    return this.#find("paged-list").show("/staff/imports", {}, { caption, columns: [columns.at, columns.kind, columns.by, columns.state, html`<span class="unseen">${t.list.open}</span>`], row, shown, empty });
  }

  /** Check the file, or import it. */
  async #begin(isCheck) {
    if (isCheck) this.#clear();
    const wrong = this.#faults();
    if (wrong.length) {
      this.#problem.show(new Refusal("invalid-request", { detail: this.#file ? t.faults : t.choose }), { fields: wrong });
      return;
    }
    try {
      const text = this.#kind === "members" && this.#file.size <= MOST_BYTES && (await textOf(this.#file));
      if (text && text.trim().split("\n").length <= MOST_ROWS + 1) await this.#importNow(text, isCheck);
      else await this.#importLater(isCheck);
    } catch (refusal) {
      this.#refused(refusal, () => this.#begin(isCheck), isCheck);
    }
  }

  #faults() {
    if (!this.#file) return [{ id: "file", detail: t.file }];
    if (this.#kind !== "chapter-roster") return [];
    return showFaults(this.#find(".chapter"), emptyFields(this.#chapter, t.required));
  }

  get #chapter() {
    return Object.fromEntries(["name", "started_on", "ended_on"].map((name) => [name, this.#find(`#${name}`).value.trim()]));
  }

  #keyOf(isCheck) {
    return (this.#keys[isCheck ? "check" : "import"] ??= newKey());
  }

  async #importNow(csv, isCheck) {
    this.#tell(t.working);
    const { body } = await api.call("POST", `/staff/members/import?dry_run=${isCheck}`, { body: csv, type: "text/csv", key: isCheck ? newKey() : this.#keyOf(false) });
    const rejected = new Set(body.rejected.map(({ row }) => row)).size;
    const told = body.rejected.map((each) => ({ ...each, outcome: "rejected" }));
    this.#report({ kind: "members", counts: { ...body, rejected }, told, isCheck });
  }

  /** Announce, upload, follow: the same file again goes on where it broke off. */
  async #importLater(isCheck) {
    const body = { kind: this.#kind, dry_run: isCheck, ...(this.#kind === "chapter-roster" && { chapter: this.#chapter }) };
    this.#tell(t.sending(0), 0);
    const { body: started } = await api.call("POST", "/staff/imports", { body, key: this.#keyOf(isCheck) });
    await post(started.upload, this.#file, (share) => this.#tell(t.sending(share), share));
    await this.#follow(started.import_id);
  }

  /** Say how far an import is; it goes on without this page. */
  async #follow(importId) {
    history.replaceState(null, "", `?import=${encodeURIComponent(importId)}`);
    try {
      const job = await follow(jobPath(importId), (found) => this.#tell(t.running(found), found.rows ? found.rows_done / found.rows : 0));
      this.#find("#progress").hidden = true;
      if (job.status === "failed") this.#problem.show(new Refusal("invalid-request", { detail: job.detail || t.failed }));
      else this.#report({ kind: job.kind, counts: job, told: await toldBy(job), address: job.report_url, isCheck: job.dry_run });
      this.#list();
    } catch (refusal) {
      this.#refused(refusal, () => this.#follow(importId));
    }
  }

  #tell(sentence, share = 0) {
    this.#find("#progress").hidden = false;
    this.#find(".now").textContent = sentence;
    const bar = this.#find("#progress .bar");
    bar.setAttribute("aria-valuenow", Math.floor(share * 100));
    bar.firstElementChild.style.inlineSize = `${share * 100}%`;
  }

  #report(found) {
    this.#keys = {};
    this.#find("#progress").hidden = true;
    this.#find("import-report").show({ ...found, mayImport: Boolean(this.#file) });
    if (!found.isCheck) announce(this.#find("#notice"), html`<p>${(t.done[found.kind] ?? t.done.other)(found.counts)}</p>`);
  }

  #refused(refusal, again, isCheck) {
    if (!refusal.isUncertain && isCheck !== undefined) delete this.#keys[isCheck ? "check" : "import"];
    this.#find("#progress").hidden = true;
    const known = showFaults(this.#find("form"), faultsOf(refusal));
    this.#problem.show(refusal, { fields: known, retry: refusal.isUncertain || refusal.code === "upload-refused" ? again : undefined });
  }
}

/** What the report of a job tells of its rows; it is kept for a week. */
async function toldBy({ report_url: address }) {
  if (!address) return [];
  const response = await send(address);
  if (!response.ok) throw await Refusal.of(response);
  return readCsv(await response.text().catch(refused));
}

async function show(content, me) {
  if (me.roles?.includes("staff-admin")) await new Import(content).open();
  else render(content, html`<div class="card"><p>${t.notYourRole}</p></div>`);
}

await openPage("staff/import", { load: member.find, show });
