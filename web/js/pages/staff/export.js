/** Staff's export: everything the portal holds as one archive, made in the background; those made before stay listed. */

import * as api from "../../api.js";
import { newKey } from "../../drafts.js";
import "../../elements/paged-list/paged-list.js";
import { busy } from "../../fields.js";
import { number, time } from "../../format.js";
import { html, render } from "../../html.js";
import { follow } from "../../jobs.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { transfersText } from "../../text/transfers.js";

const t = transfersText.export;
const STATES = transfersText.states;
const KINDS = { done: "good", failed: "bad" };

const recordsOf = ({ records }) => Object.values(records).reduce((sum, count) => sum + count, 0);
const pathOf = (exportId) => `/staff/exports/${encodeURIComponent(exportId)}`;

class Export {
  #content;
  #key = newKey();

  constructor(content) {
    this.#content = content;
    render(
      content,
      html`<div class="stack"><div id="notice"></div>
        <section class="card stack" aria-labelledby="start-title"><div class="prose"><h2 id="start-title">${t.title}</h2><p>${t.intro}</p><p class="soft">${t.care}</p></div>
          <problem-message></problem-message><p><button type="button" class="main">${t.start}</button></p><p class="now" role="status"></p></section>
        <section class="card stack tight" aria-labelledby="before-title"><h2 id="before-title">${t.before}</h2><paged-list class="stack tight"></paged-list></section></div>`,
    );
    const button = content.querySelector(".main");
    button.addEventListener("click", () => busy(button, () => this.#start()));
    content.querySelector("paged-list").addEventListener("click", ({ target }) => {
      const chosen = target.closest("button[data-export]");
      if (chosen) busy(chosen, () => this.#download(chosen.dataset.export));
    });
  }

  get #problem() {
    return this.#content.querySelector("problem-message");
  }

  list() {
    const { columns, caption, shown, empty } = t;
    return this.#content.querySelector("paged-list").show("/staff/exports", {}, { caption, columns: [...Object.values(columns), html`<span class="unseen">${t.download}</span>`], row, shown, empty });
  }

  async #start() {
    this.#problem.clear();
    try {
      const { body } = await api.call("POST", "/staff/exports", { key: this.#key });
      this.#key = newKey();
      await this.#follow(body.export_id);
    } catch (refusal) {
      this.#problem.show(refusal, { retry: refusal.isUncertain ? () => this.#start() : undefined });
    }
  }

  /** Say how far it is; it goes on without this page. */
  async #follow(exportId) {
    const now = this.#content.querySelector(".now");
    this.list();
    try {
      const { status } = await follow(pathOf(exportId), (job) => {
        now.textContent = t.now(STATES[job.status] ?? job.status, recordsOf(job));
      });
      await this.list();
      announce(this.#content.querySelector("#notice"), html`<p>${status === "done" ? t.done : t.failed}</p>`, status === "done" ? "good" : "warn");
      now.textContent = "";
    } catch (refusal) {
      this.#problem.show(refusal, { retry: () => this.#follow(exportId), next: t.goesOn });
    }
  }

  /** An address to download from is good for minutes, so a new one is asked for. */
  async #download(exportId) {
    this.#problem.clear();
    try {
      const { body } = await api.get(pathOf(exportId));
      location.assign(body.download_url);
    } catch (refusal) {
      this.#problem.show(refusal);
    }
  }
}

function row(each) {
  const c = t.columns;
  return html`<tr><th scope="row">${time(each.asked_at)}</th><td data-label="${c.by}">${each.asked_by}</td>
    <td data-label="${c.state}"><span class="tag ${KINDS[each.status]}">${STATES[each.status] ?? each.status}</span></td>
    <td data-label="${c.records}">${number(recordsOf(each))}</td>
    <td>${each.download_url && html`<button type="button" data-export="${each.export_id}" aria-label="${t.downloadOf(time(each.asked_at))}">${t.download}</button>`}</td></tr>`;
}

async function show(content, me) {
  if (me.roles?.includes("staff-admin")) await new Export(content).list();
  else render(content, html`<div class="card"><p>${t.notYourRole}</p></div>`);
}

await openPage("staff/export", { load: member.find, show });
