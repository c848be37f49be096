/** Staff's import: a CSV file chosen or dropped, checked first without changing anything, then imported. */

import * as api from "../../api.js";
import { newKey } from "../../drafts.js";
import { busy } from "../../fields.js";
import { number } from "../../format.js";
import { html, render } from "../../html.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { Refusal } from "../../refusal.js";
import { staffText } from "../../text/staff.js";

const t = staffText.import;
const MOST_ROWS = 1000;
const COLUMNS = ["member_id", "first_name", "last_name", "email", "designation", "certified_since", "expires_on", "status", "committees"];

/** The text of a file. Throws a Refusal for one that is not UTF-8. */
async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Refusal("invalid-request", { detail: t.unreadable });
  }
}

const send = async (csv, isDry, key) =>
  (await api.call("POST", `/staff/members/import?dry_run=${isDry}`, { body: csv, type: "text/csv", key })).body;

function show(content, me) {
  if (!me.roles?.includes("staff-admin")) {
    render(content, html`<div class="card"><p>${t.notYourRole}</p></div>`);
    return;
  }
  render(
    content,
    html`<div class="stack">
      <form class="card stack" novalidate>
        <div class="prose"><p>${t.limit(MOST_ROWS)}</p><p>${t.columns} <code class="hash">${COLUMNS.map((name, index) => html`${index > 0 && html`,<wbr>`}${name}`)}</code></p><p>${t.format}</p></div>
        <problem-message></problem-message>
        <div class="drop"><label for="file">${t.file}</label><p class="hint" id="file-hint">${t.drop}</p>
          <input type="file" id="file" accept=".csv,text/csv" aria-describedby="file-hint"><p class="chosen" role="status"></p></div>
        <div class="buttons"><button class="main check" aria-describedby="check-hint">${t.check}</button><p class="hint" id="check-hint">${t.checkHint}</p></div>
      </form>
      <div id="notice"></div>
      <div id="report"></div>
    </div>`,
  );
  new Import(content);
}

/** One file on its way: chosen, checked, imported. */
class Import {
  #content;
  #file;
  #key;

  constructor(content) {
    this.#content = content;
    const input = content.querySelector("#file");
    const drop = content.querySelector(".drop");
    input.addEventListener("change", () => input.files[0] && this.#choose(input.files[0]));
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
    const check = content.querySelector(".check");
    content.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(check, () => this.#check());
    });
  }

  get #problem() {
    return this.#content.querySelector("problem-message");
  }

  #choose(file) {
    this.#file = file;
    this.#key = newKey();
    this.#content.querySelector(".chosen").textContent = t.chosen(file.name);
    this.#clear();
  }

  #clear() {
    this.#problem.clear();
    for (const place of ["#notice", "#report"]) render(this.#content.querySelector(place), html``);
  }

  async #check() {
    this.#clear();
    if (!this.#file) {
      this.#problem.show(new Refusal("invalid-request", { detail: t.choose }), { fields: [{ id: "file", detail: t.file }] });
      return;
    }
    render(this.#content.querySelector("#notice"), html`<p role="status">${t.working}</p>`);
    try {
      const csv = await textOf(this.#file);
      const report = await send(csv, true, newKey());
      render(this.#content.querySelector("#notice"), html``);
      this.#report(report, csv);
    } catch (refusal) {
      this.#refused(refusal, () => this.#check());
    }
  }

  async #import(csv) {
    this.#problem.clear();
    try {
      const report = await send(csv, false, this.#key);
      this.#report(report);
      announce(this.#content.querySelector("#notice"), html`<p>${t.done(report.created, report.updated)}</p>`);
    } catch (refusal) {
      if (!refusal.isUncertain) this.#key = newKey();
      this.#refused(refusal, () => this.#import(csv));
    }
  }

  #refused(refusal, again) {
    render(this.#content.querySelector("#notice"), html``);
    const fields = refusal.errors.map(({ detail }) => ({ detail }));
    this.#problem.show(refusal, { fields, retry: refusal.isUncertain ? again : undefined });
  }

  /** Show a report; of a check when `csv` is given, which the button then imports. */
  #report(report, csv) {
    const place = this.#content.querySelector("#report");
    const counts = { ...report, rejected: new Set(report.rejected.map(({ row }) => row)).size };
    const changes = report.created + report.updated;
    const r = t.row;
    render(
      place,
      html`<section class="card stack" aria-labelledby="report-title">
        <h2 id="report-title" tabindex="-1">${csv === undefined ? t.doneTitle : t.dryTitle}</h2>
        <dl class="facts">${Object.entries(t.facts).map(([name, label]) => html`<div><dt>${label}</dt><dd>${number(counts[name])}</dd></div>`)}</dl>
        ${
          report.rejected.length
            ? html`<div class="stack tight"><p class="soft">${t.rejectedHint}</p><table class="cards numbers"><caption>${t.rejectedCaption}</caption>
              <thead><tr><th scope="col">${r.row}</th><th scope="col">${r.field}</th><th scope="col">${r.detail}</th></tr></thead>
              <tbody>${report.rejected.map((each) => html`<tr><th scope="row"><span><span class="unseen">${r.row} </span>${number(each.row)}</span></th><td data-label="${r.field}">${each.field}</td><td data-label="${r.detail}">${each.detail}</td></tr>`)}</tbody></table></div>`
            : html`<p>${t.allGood}</p>`
        }
        ${csv !== undefined && (changes ? html`<p><button type="button" class="main">${t.import(changes)}</button></p>` : html`<p class="soft">${t.nothing}</p>`)}
      </section>`,
    );
    const button = place.querySelector("button");
    button?.addEventListener("click", () => busy(button, () => this.#import(csv)));
    place.querySelector("h2").focus();
  }
}

await openPage("staff/import", { load: member.find, show });
