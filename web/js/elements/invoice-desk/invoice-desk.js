/** <invoice-desk>: the invoice of a report as staff see it: created early, paid another way than by card, or waived. */

import * as api from "../../api.js";
import { newKey } from "../../drafts.js";
import { busy, field, input, lines } from "../../fields.js";
import { day, dayOf, money, time } from "../../format.js";
import { html, render } from "../../html.js";
import { billingText } from "../../text/billing.js";
import { staffText } from "../../text/staff.js";
import "../problem-message/problem-message.js";
import { keepAndSend } from "./keep-and-send.js";

const t = staffText.payment;
const METHODS = ["check", "purchase-order", "wire"];
const TAKEN_BACK = ["refunded", "partially-refunded", "disputed"];
const KINDS = { open: "warn", paid: "good", waived: "good", disputed: "bad" };

class InvoiceDesk extends HTMLElement {
  #dashboard;
  #creating = newKey();
  isSettled = false;

  /** An invoice of a report, null for one that is not made yet. Dispatches `changed` with a sentence. */
  open(dashboard, invoice, { roles, isOwn, isLateFee }) {
    this.#dashboard = dashboard;
    this.isSettled = invoice !== null && ["paid", "waived"].includes(invoice.status);
    const mayRecord = roles.includes("staff-finance");
    const id = isLateFee ? "late-fee" : "payment";
    render(
      this,
      html`<section class="card stack" aria-labelledby="${id}-title"><h2 id="${id}-title">${isLateFee ? t.lateFee : t.title}</h2>
        <problem-message></problem-message>
        ${invoice ? this.#facts(invoice, mayRecord) : this.#missing(mayRecord || roles.includes("staff-reviewer"))}
        ${invoice && TAKEN_BACK.includes(invoice.status) && html`<p class="notice warn">${t.takenBack}</p>`}
        ${invoice && ["open", ...TAKEN_BACK].includes(invoice.status) && this.#actions(invoice, mayRecord, isOwn, id)}
      </section>`,
    );
    const create = this.querySelector(".create");
    create?.addEventListener("click", () => busy(create, () => this.#create()));
    if (invoice) this.#prepare(invoice);
  }

  /** Why an approval has to wait, beside what it waits for. */
  refuse(refusal) {
    this.querySelector("problem-message").show(refusal, { next: staffText.review.payNext });
  }

  #missing(mayCreate) {
    return html`<p>${t.none}</p>${mayCreate ? html`<p><button type="button" class="create">${t.create}</button></p>` : html`<p class="soft">${t.notYourRoleToCreate}</p>`}`;
  }

  #actions(invoice, mayRecord, isOwn, id) {
    if (!mayRecord) return html`<p class="soft">${t.notYourRole}</p>`;
    return isOwn ? html`<p class="notice warn">${t.own}</p>` : this.#forms(invoice, id);
  }

  #facts(invoice, mayRecord) {
    const f = t.facts;
    const facts = [
      [f.number, invoice.number],
      [f.total, money(invoice.total)],
      [f.status, html`<span class="tag ${KINDS[invoice.status]}">${billingText.invoice.statuses[invoice.status] ?? invoice.status}</span>`],
      invoice.paid_at ? [f.paid, time(invoice.paid_at)] : [f.due, day(invoice.due_on)],
    ];
    const { methods, paymentStatuses } = billingText.transactions;
    const atStripe = (each) => mayRecord && each.method === "card" && html` · <a href="${this.#dashboard.stripe_url}/payments/${encodeURIComponent(each.payment_id)}">${each.status === "succeeded" ? t.refund : t.atStripe}</a>`;
    const payment = (each) =>
      html`<li>${dayOf(each.received_at)}: ${money(each.amount)}, ${methods[each.method] ?? each.method}${each.reference && html` (${each.reference})`} – ${each.surplus && each.status === "succeeded" ? t.surplus : (paymentStatuses[each.status] ?? each.status)}${atStripe(each)}</li>`;
    return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${invoice.payments.length > 0 && html`<div class="prose"><h3>${t.payments}</h3><ul>${invoice.payments.map(payment)}</ul></div>`}`;
  }

  #forms(invoice, id) {
    const choice = (ties) => html`<select${ties}>${METHODS.map((each) => html`<option value="${each}">${billingText.transactions.methods[each]}</option>`)}</select>`;
    return html`<details class="record"><summary>${t.record}</summary><form class="stack tight" novalidate>
        <p class="soft">${t.recordIntro(invoice)}</p><problem-message></problem-message>
        <div class="fields">${field({ id: `${id}-method`, name: "method", label: t.method }, choice)}
        ${input({ id: `${id}-reference`, name: "reference", label: t.reference, hint: t.referenceHint, autocomplete: "off", maxlength: 100 })}
        ${input({ id: `${id}-received_on`, name: "received_on", label: t.receivedOn, type: "date" })}</div>
        <p><button class="main">${t.save}</button></p></form></details>
      <details class="waive"><summary>${t.waive}</summary><form class="stack tight" novalidate>
        <problem-message></problem-message>
        ${lines({ id: `${id}-reason`, name: "reason", label: t.waiveReason, rows: 2, maxlength: 2000 })}
        <p><button class="danger">${t.waiveSave}</button></p></form></details>`;
  }

  #prepare(invoice) {
    const forms = [
      [".record", "payment", t.recorded, t.confirm.payment(invoice)],
      [".waive", "waiver", t.waived, t.confirm.waiver(invoice)],
    ];
    for (const [place, route, sentence, confirm] of forms) {
      const path = `/staff/invoices/${encodeURIComponent(invoice.invoice_id)}/${route}`;
      keepAndSend(this.querySelector(place), { path, draft: `${route}:${invoice.invoice_id}`, required: t.required, confirm, sent: () => this.#changed(sentence) });
    }
  }

  async #create() {
    const path = `/staff/certifications/${encodeURIComponent(this.#dashboard.certification.certification_id)}/invoice`;
    try {
      const { body } = await api.call("POST", path, { key: this.#creating });
      this.#changed(t.created(body));
    } catch (refusal) {
      if (!refusal.isUncertain) this.#creating = newKey();
      this.querySelector("problem-message").show(refusal, { retry: refusal.isUncertain ? () => this.#create() : undefined });
    }
  }

  #changed(sentence) {
    this.dispatchEvent(new CustomEvent("changed", { detail: sentence }));
  }
}

customElements.define("invoice-desk", InvoiceDesk);
