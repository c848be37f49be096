/** Staff try a changed edition before it is published: who would flip from ready to not, and why. */

import * as api from "../../api.js";
import { readCsv } from "../../csv.js";
import { newKey } from "../../drafts.js";
import "../../elements/paged-list/paged-list.js";
import { busy, faultsOf, lines, showFaults } from "../../fields.js";
import { number, time } from "../../format.js";
import { html, render } from "../../html.js";
import { follow } from "../../jobs.js";
import * as member from "../../member.js";
import { openPage } from "../../page.js";
import { Refusal, refused, send } from "../../refusal.js";
import { rulesText as t } from "../../text/rules.js";

const PATH = "/staff/edition-trials";
const KINDS = { done: "good", failed: "bad" };
const MOST_SHOWN = 200;

const pathOf = (trialId) => `${PATH}/${encodeURIComponent(trialId)}`;
const asked = new URLSearchParams(location.search).get("trial");

/** One changed edition: chosen or pasted, tried, and what came of it. */
class Trial {
  #content;
  #key = newKey();

  constructor(content) {
    this.#content = content;
    render(
      content,
      html`<div class="stack">
        <form class="card stack" novalidate aria-labelledby="try-title">
          <div class="prose"><h2 id="try-title">${t.title}</h2><p>${t.intro}</p></div><problem-message></problem-message>
          <div class="field"><label for="file">${t.file}</label><input type="file" id="file" accept=".toml,text/plain"></div>
          ${lines({ id: "text", name: "text", label: t.text, rows: 12, maxlength: 200_000, spellcheck: "false", autocapitalize: "off", class: "hash" })}
          <p><button class="main">${t.try}</button></p><p class="now" role="status"></p>
        </form>
        <div id="result"></div>
        <section class="card stack tight" aria-labelledby="before-title"><h2 id="before-title">${t.before}</h2><paged-list class="stack tight"></paged-list></section></div>`,
    );
    this.#find("#file").addEventListener("change", ({ target }) => target.files[0] && this.#choose(target.files[0]));
    this.#find("#text").addEventListener("input", () => {
      this.#key = newKey();
    });
    this.#find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.#find("button.main"), () => this.#try());
    });
  }

  /** The tries of the last weeks, which come when they come; the one that the address names is shown at once. */
  async open() {
    this.#list();
    if (asked) await this.#follow(asked);
  }

  #find(selector) {
    return this.#content.querySelector(selector);
  }

  get #problem() {
    return this.#find("problem-message");
  }

  async #choose(file) {
    this.#problem.clear();
    try {
      this.#find("#text").value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      this.#key = newKey();
    } catch {
      this.#problem.show(new Refusal("invalid-request", { detail: t.unreadable }), { fields: [{ id: "file", detail: t.unreadable }] });
    }
  }

  async #try() {
    this.#problem.clear();
    render(this.#find("#result"), html``);
    const text = this.#find("#text").value;
    if (!text.trim()) {
      this.#problem.show(new Refusal("invalid-request", { detail: t.required }), { fields: showFaults(this.#find("form"), [{ field: "text", detail: t.required }]) });
      return;
    }
    showFaults(this.#find("form"), []);
    try {
      const { body } = await api.call("POST", PATH, { body: { text }, key: this.#key });
      this.#key = newKey();
      await this.#follow(body.trial_id);
    } catch (refusal) {
      this.#refused(refusal);
    }
  }

  #refused(refusal) {
    if (!refusal.isUncertain) this.#key = newKey();
    const fields = faultsOf(refusal).map(({ detail }) => ({ id: "text", detail }));
    const shown = fields.length ? new Refusal("invalid-request", { detail: t.unsound }) : refusal;
    this.#problem.show(shown, { fields, retry: refusal.isUncertain ? () => this.#try() : undefined });
  }

  /** Say how far it is; it goes on without this page. */
  async #follow(trialId) {
    history.replaceState(null, "", `?trial=${encodeURIComponent(trialId)}`);
    const now = this.#find(".now");
    try {
      const found = await follow(pathOf(trialId), ({ looked_at: looked }) => {
        now.textContent = t.running(looked);
      });
      if (found.status === "failed") this.#problem.show(new Refusal("invalid-request", { detail: found.detail }));
      else this.#report(found, await toldBy(found));
      this.#list();
    } catch (refusal) {
      this.#problem.show(refusal, { retry: () => this.#follow(trialId) });
    } finally {
      now.textContent = "";
    }
  }

  #report(found, told) {
    const c = t.columns;
    const row = (each) => html`<tr><th scope="row"><a href="/staff/member/?member=${encodeURIComponent(each.member_id)}">${each.member_id}</a></th><td data-label="${c.designation}">${each.designation}</td>
      <td data-label="${c.flips}">${t.flips[each.flips] ?? each.flips}</td><td data-label="${c.points}"><span aria-hidden="true">${t.points(each.points_before, each.points_after)}</span><span class="unseen">${t.spoken(each.points_before, each.points_after)}</span></td>
      <td data-label="${c.why}">${each.why}</td></tr>`;
    render(
      this.#find("#result"),
      html`<section class="card stack" aria-labelledby="result-title"><h2 id="result-title" tabindex="-1">${t.result(found.edition)}</h2>
        <dl class="facts">${Object.entries(t.facts).map(([name, label]) => html`<div><dt>${label}</dt><dd>${number(found[name])}</dd></div>`)}</dl>
        ${told.length > 0
          ? html`<table class="cards numbers"><caption>${t.caption}</caption><thead><tr>${Object.values(c).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${told.slice(0, MOST_SHOWN).map(row)}</tbody></table>`
          : found.report_url && html`<p>${t.nobody}</p>`}
        ${told.length > MOST_SHOWN && html`<p class="soft">${t.more(told.length - MOST_SHOWN)}</p>`}
        ${told.length > 0 && html`<p><a class="button" href="${found.report_url}">${t.report}</a></p>`}
        <p class="soft">${t.publish}</p></section>`,
    );
    this.#find("#result-title").focus();
  }

  #list() {
    const { columns, caption, shown, empty, open, openOf } = t.list;
    const row = (each) => html`<tr><th scope="row">${time(each.asked_at)}</th><td data-label="${columns.edition}">${each.edition}</td><td data-label="${columns.by}">${each.asked_by}</td>
      <td data-label="${columns.state}"><span class="tag ${KINDS[each.status]}">${t.states[each.status] ?? each.status}</span></td><td data-label="${columns.flips}">${number(each.ready_to_not)}</td>
      <td><a class="button" href="?trial=${encodeURIComponent(each.trial_id)}" aria-label="${openOf(time(each.asked_at))}">${open}</a></td></tr>`;
    return this.#find("paged-list").show(PATH, {}, { caption, columns: [...Object.values(columns), html`<span class="unseen">${open}</span>`], row, shown, empty });
  }
}

/** Who would flip, as the report says; it is kept for a week. */
async function toldBy({ report_url: address }) {
  if (!address) return [];
  const response = await send(address);
  if (!response.ok) throw await Refusal.of(response);
  return readCsv(await response.text().catch(refused));
}

async function show(content, me) {
  if (me.roles?.includes("staff-admin")) await new Trial(content).open();
  else render(content, html`<div class="card"><p>${t.notYourRole}</p></div>`);
}

await openPage("staff/rules", { load: member.find, show });
