/** What staff have to look at themselves: each in plain words, with what it is about and what to do; marked as done. */

import * as api from "../../api.js";
import { keepAndSend } from "../../elements/invoice-desk/keep-and-send.js";
import { busy, lines } from "../../fields.js";
import { time } from "../../format.js";
import { elementOf, html, render } from "../../html.js";
import { announce, openPage } from "../../page.js";
import { attentionText } from "../../text/attention.js";
import { text } from "../../text.js";

const t = attentionText;
const STATES = Object.keys(t.states);
const chosen = new URLSearchParams(location.search).get("state");
const state = STATES.includes(chosen) ? chosen : STATES[0];
const ID = /\b(crt_[a-z2-7]{20}|(?:inv|fee)_[a-z2-7]{20}_\d+|sub_[a-z2-7]{20}_\d+_\d+|pi_\w+)\b/;

const pathOf = (cursor) => `/staff/attention?${new URLSearchParams({ state, ...(cursor && { cursor }) })}`;

/** Where an id of the portal's or of Stripe's can be looked at; invoices and signings are named after their certification. */
function addressOf(id, stripe) {
  const [kind, core] = id.split("_");
  if (kind === "pi") return `${stripe}/payments/${encodeURIComponent(id)}`;
  return ["crt", "inv", "fee", "sub"].includes(kind) ? `/staff/review/?certification=crt_${core}` : null;
}

/** A sentence whose ids are links. */
const linked = (sentence, stripe) =>
  sentence.split(ID).map((part, index) => (index % 2 ? html`<a href="${addressOf(part, stripe)}">${part}</a>` : part));

function links(data, stripe) {
  const about = { ...data, ...data.notice, ...data.payment };
  const report = addressOf(about.certification_id ?? about.invoice_id ?? "", stripe);
  return [
    about.member_id && [`/staff/member/?member=${encodeURIComponent(about.member_id)}`, t.toMember],
    report && [report, t.toReport],
    about.payment_id && [addressOf(about.payment_id, stripe), t.atStripe],
  ].filter((link) => link && link[0]);
}

function item(each, stripe, index) {
  const kind = t.kinds[each.reason] ?? t.kinds.other;
  const { data } = each;
  const next = typeof kind.next === "function" ? kind.next(data) : kind.next;
  const details = !t.kinds[each.reason] && Object.entries(data).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return elementOf(html`<li class="card stack tight">
    <div><h2 tabindex="-1">${kind.title}</h2><p class="small soft">${time(each.raised_at)}</p></div>
    <p>${kind.what(data, each.reason)}</p>
    ${data.findings && html`<ul class="findings">${data.findings.map((finding) => html`<li>${linked(finding, stripe)}</li>`)}</ul>`}
    ${details?.length > 0 && html`<div><p class="label">${t.details}</p><ul class="findings">${details.map((line) => html`<li>${linked(line, stripe)}</li>`)}</ul></div>`}
    ${links(data, stripe).length > 0 && html`<ul class="links">${links(data, stripe).map(([address, label]) => html`<li><a href="${address}">${label}</a></li>`)}</ul>`}
    ${
      each.done_at
        ? html`<p class="notice good">${t.doneBy(each.done_by, each.done_at)}${each.note && html` ${each.note}`}</p>`
        : html`<p><strong>${t.next}</strong> ${next}</p>
          <details><summary>${t.done}<span class="unseen">${t.doneOf(kind.title)}</span></summary><form class="stack tight" novalidate><problem-message></problem-message>
          ${lines({ id: `note-${index}`, name: "note", label: t.note, hint: t.noteHint, optional: true, rows: 2, maxlength: 300 })}<p><button class="main">${t.save}</button></p></form></details>`
    }
  </li>`);
}

/** The list, which grows by further pages and shrinks as things are done. */
class List {
  #content;
  #cursor;

  constructor(content) {
    this.#content = content;
    const link = (name) => html`<li><a href="/staff/attention/?state=${name}" ${name === state && html`aria-current="page"`}>${t.states[name]}</a></li>`;
    render(
      content,
      html`<div class="stack"><nav aria-label="${t.filter}"><ul class="switch">${STATES.map(link)}</ul></nav><div id="notice"></div>
        <p class="small soft count" role="status"></p><ul class="stack tasks attention"></ul>
        <problem-message></problem-message><p class="more"><button type="button">${text.more}</button></p></div>`,
    );
    const more = content.querySelector(".more button");
    more.addEventListener("click", () => busy(more, () => this.#more()));
  }

  get #items() {
    return this.#content.querySelector(".attention");
  }

  add({ items, next_cursor: cursor, stripe_url: stripe }) {
    this.#cursor = cursor;
    const added = items.map((each, index) => {
      const element = item(each, stripe, `${this.#items.children.length}-${index}`);
      this.#prepare(element, each);
      return element;
    });
    this.#items.append(...added);
    this.#tell();
    return added[0];
  }

  #tell() {
    const count = this.#items.children.length;
    this.#content.querySelector(".count").textContent = count ? t.shown[state](count, this.#cursor !== null) : t.empty[state];
    this.#content.querySelector(".more").hidden = this.#cursor === null;
  }

  #prepare(element, each) {
    keepAndSend(element.querySelector("details"), {
      path: `/staff/attention/${encodeURIComponent(each.attention_id)}/done`,
      draft: `attention:${each.attention_id}`,
      required: {},
      sent: () => {
        element.remove();
        this.#tell();
        announce(this.#content.querySelector("#notice"), html`<p>${t.saved(element.querySelector("h2").textContent)}</p>`);
      },
    });
  }

  async #more() {
    const problem = this.#content.querySelector(".stack > problem-message");
    try {
      const { body } = await api.get(pathOf(this.#cursor));
      problem.clear();
      this.add(body)?.querySelector("h2").focus();
    } catch (refusal) {
      problem.show(refusal);
    }
  }
}

await openPage("staff/attention", { load: async () => (await api.get(pathOf())).body, show: (content, found) => new List(content).add(found) });
