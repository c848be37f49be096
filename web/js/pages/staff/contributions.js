/** Staff's contributions: those of approved reports, opened, published to the library that all members read, withdrawn. */

import * as api from "../../api.js";
import { ask } from "../../confirm.js";
import { newKey } from "../../drafts.js";
import "../../elements/paged-list/paged-list.js";
import { busy } from "../../fields.js";
import { elementOf, html, render } from "../../html.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { contributionsText as t } from "../../text/contributions.js";

const PATH = "/staff/contributions";

class Contributions {
  #content;
  #kinds;
  #mayPublish;
  #shown = new Map();

  constructor(content, { program, me }) {
    this.#content = content;
    this.#kinds = new Map(program.all_document_kinds.map(({ code, title }) => [code, title]));
    this.#mayPublish = me.roles.includes("staff-reviewer");
    render(
      content,
      html`<div class="stack"><div id="notice"></div>${!this.#mayPublish && html`<p class="notice">${t.notYourRole}</p>`}
        <div class="card stack tight"><problem-message></problem-message><paged-list class="stack tight"></paged-list></div></div>`,
    );
    content.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-do]");
      if (button) busy(button, () => this.#act(button));
    });
  }

  show(first) {
    const { caption, columns, shown, empty } = t;
    const names = [...Object.values(columns), html`<span class="unseen">${t.open}</span>`];
    return this.#content.querySelector("paged-list").show(PATH, {}, { caption, columns: names, row: (each) => this.#row(each), shown, empty, first });
  }

  #row(each) {
    this.#shown.set(each.document_id, each);
    const c = t.columns;
    const action = each.published_at ? ["withdraw", t.withdraw, t.withdrawNamed] : ["publish", t.publish, t.publishNamed];
    const button = ([name, label, named]) =>
      html`<button type="button" data-do="${name}" data-document="${each.document_id}" aria-label="${named(each.title)}">${label}</button>`;
    return html`<tr>
      <th scope="row"><span>${each.title}<br><span class="small soft">${each.file_name}</span></span></th>
      <td data-label="${c.kind}">${this.#kinds.get(each.kind) ?? each.kind}</td>
      <td data-label="${c.member}"><a href="/staff/member/?member=${encodeURIComponent(each.member_id)}">${each.member_name}</a></td>
      <td data-label="${c.state}">${each.published_at ? html`<span class="tag good">${t.published(each.published_at)}</span>` : t.unpublished}</td>
      <td><div class="buttons">${each.status === "clean" && button(["open", t.open, t.openNamed])}${this.#mayPublish && button(action)}</div></td>
    </tr>`;
  }

  async #act(button) {
    const each = this.#shown.get(button.dataset.document);
    const problem = this.#content.querySelector("problem-message");
    problem.clear();
    try {
      await { open: () => this.#open(each), publish: () => this.#publish(each, button), withdraw: () => this.#withdraw(each, button) }[button.dataset.do]();
    } catch (refusal) {
      problem.show(refusal, { retry: refusal.isUncertain ? () => this.#act(button) : undefined });
    }
  }

  async #open({ document_id: id }) {
    const { body } = await api.get(`/staff/documents/${encodeURIComponent(id)}`);
    location.assign(body.download_url);
  }

  async #publish(each, button) {
    const { title, detail, yes } = t.ask;
    const choices = [{ value: "yes", label: yes, kind: "main" }];
    if (!(await ask({ title, detail: detail(each.title, each.member_name), choices }))) return;
    const { body } = await api.call("POST", this.#publication(each), { key: newKey() });
    this.#changed(button, { ...each, published_at: body.published_at, version: body.version }, t.done(each.title));
  }

  async #withdraw(each, button) {
    const { body } = await api.get(`/staff/documents/${encodeURIComponent(each.document_id)}`);
    await api.call("DELETE", this.#publication(each), { version: body.document.version });
    this.#changed(button, { ...each, published_at: null }, t.withdrawn(each.title));
  }

  #publication({ document_id: id }) {
    return `/staff/documents/${encodeURIComponent(id)}/publication`;
  }

  #changed(button, each, sentence) {
    const row = elementOf(html`<table><tbody>${this.#row(each)}</tbody></table>`).querySelector("tr");
    button.closest("tr").replaceWith(row);
    announce(this.#content.querySelector("#notice"), html`<p>${sentence}</p>`);
  }
}

const load = async () => {
  const first = api.get(PATH);
  first.catch(() => {}); // It is told where the list stands.
  const [program, me] = await Promise.all([api.program(), member.find()]);
  return { program, me, first };
};
await openPage("staff/contributions", { load, show: (content, loaded) => new Contributions(content, loaded).show(loaded.first) });
