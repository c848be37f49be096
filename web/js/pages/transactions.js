/** Transactions: what is to be paid, the return from Stripe's page, what was paid, and the receipt. */

import * as api from "../api.js";
import "../elements/pay-button/pay-button.js";
import { day, dayOf, money, time } from "../format.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { announce, openPage } from "../page.js";
import { text } from "../text.js";
import { billingText } from "../text/billing.js";

const t = billingText.transactions;
const POLL_MILLISECONDS = 1500;
const POLLS = 40;

const parameters = new URLSearchParams(location.search);
const isTakenBack = (invoice) => Boolean(billingText.takenBack[invoice.status]);

/** A receipt is for what is paid. */
const titleOf = (invoice) => (invoice.status === "paid" ? billingText.invoice.receiptOf(invoice.number) : billingText.invoice.invoiceOf(invoice.number));
const described = (invoice) => invoice.lines.map((line) => line.description).join(", ");

async function load() {
  const invoiceId = parameters.get("invoice");
  const program = api.program();
  const me = member.find();
  if (invoiceId) {
    const { body } = await api.get(`/invoices/${encodeURIComponent(invoiceId)}`);
    return { program: await program, me: await me, invoice: body };
  }
  const invoices = await api.all("/invoices?type=both");
  return { program: await program, me: await me, invoices };
}

function show(content, loaded) {
  if (loaded.invoice) return showOne(content, loaded);
  return showAll(content, loaded);
}

// All of them

function payments(invoices) {
  const list = invoices.flatMap((invoice) => invoice.payments.map((payment) => ({ invoice, payment })));
  return list.sort((one, other) => other.payment.received_at.localeCompare(one.payment.received_at));
}

/** A card is charged at a moment; what came another way was recorded by its day. */
function paymentRow({ invoice, payment }) {
  const c = t.columns;
  const when = payment.method === "card" ? time(payment.received_at) : dayOf(payment.received_at);
  return html`<tr>
    <th scope="row">${when}</th>
    <td data-label="${c.what}">${described(invoice)}</td>
    <td data-label="${c.method}">${t.methods[payment.method] ?? payment.method}</td>
    <td data-label="${c.status}">${t.paymentStatuses[payment.status] ?? payment.status}</td>
    <td data-label="${c.amount}" class="amount">${money(payment.amount)}${payment.refunded.amount > 0 && html`<br><span class="small soft">${t.givenBack(payment.refunded)}</span>`}</td>
    <td><a href="?invoice=${encodeURIComponent(invoice.invoice_id)}" aria-label="${titleOf(invoice)}">${invoice.status === "paid" ? billingText.invoice.receipt : billingText.invoice.invoice}</a></td>
  </tr>`;
}

function paid(invoices) {
  const list = payments(invoices);
  const c = t.columns;
  if (!list.length) return html`<p class="soft">${t.noPayments}</p>`;
  return html`<table class="cards numbers"><caption class="unseen">${t.history}</caption>
    <thead><tr><th scope="col">${c.day}</th><th scope="col">${c.what}</th><th scope="col">${c.method}</th><th scope="col">${c.status}</th><th scope="col" class="amount">${c.amount}</th><td></td></tr></thead>
    <tbody>${list.map(paymentRow)}</tbody></table>`;
}

/** Whether an invoice is that of a certification's period now: its number begins with the year in which that ends. */
const isOf = (invoice, held) => invoice.certification_id === held.certification_id && invoice.number.startsWith(`${held.recertification_year}-`);

function showAll(content, { me, invoices }) {
  const open = invoices.filter((invoice) => invoice.status === "open" || (invoice.type === "recertification" && isTakenBack(invoice)));
  const early = me.certifications.filter((held) => !invoices.some((each) => isOf(each, held)));
  render(
    content,
    html`<div class="stack">
      <section class="card" aria-labelledby="due-title"><h2 id="due-title">${t.due}</h2>
        ${open.length === 0 && html`<p class="soft">${t.nothingDue}</p>`}
        <ul class="entries">${open.map((invoice) => html`<li class="entry"><div class="entry-what"><h3>${described(invoice)}</h3><p class="small soft">${invoice.number} · ${isTakenBack(invoice) ? billingText.fee.settled(invoice) : billingText.fee.open(invoice)}</p></div><div class="entry-more"><pay-button data-invoice="${invoice.invoice_id}"></pay-button></div></li>`)}</ul>
        ${open.some((invoice) => !isTakenBack(invoice)) && html`<p class="small soft">${billingText.fee.hint}</p>`}
      </section>
      ${early.length > 0 && html`<section class="card" aria-labelledby="early-title"><h2 id="early-title">${t.early}</h2><div class="stack tight">${early.map((each) => html`<pay-button data-certification="${each.certification_id}"></pay-button>`)}</div></section>`}
      <section class="card" aria-labelledby="history-title"><h2 id="history-title">${t.history}</h2>${paid(invoices)}</section>
    </div>`,
  );
  for (const button of content.querySelectorAll("[data-invoice]")) {
    button.open({ invoice: open.find((invoice) => invoice.invoice_id === button.dataset.invoice) });
  }
  for (const button of content.querySelectorAll("[data-certification]")) {
    const held = early.find((each) => each.certification_id === button.dataset.certification);
    button.open({ certificationId: held.certification_id, label: t.earlyFor(held) });
  }
}

// One invoice: its receipt, or the button to pay it

function showOne(content, loaded) {
  const outcome = parameters.get("checkout");
  render(content, html`<div class="stack"><div id="outcome"></div><div id="invoice"></div><p class="buttons"><a class="button" href="/recertification/">${t.back}</a><a class="button" href="/transactions/">${t.all}</a></p></div>`);
  const place = content.querySelector("#outcome");
  showInvoice(content.querySelector("#invoice"), loaded);
  if (outcome) tellOnce(loaded.invoice);
  if (outcome === "cancelled" && loaded.invoice.status === "open") announce(place, html`<p>${t.cancelled}</p>`, "warn");
  if (outcome === "success") return waitUntilPaid(place, content, loaded);
  return undefined;
}

/** A reload shall not tell the news again. */
function tellOnce(invoice) {
  history.replaceState(null, "", `?invoice=${encodeURIComponent(invoice.invoice_id)}`);
}

async function waitUntilPaid(place, content, loaded) {
  let { invoice } = loaded;
  if (invoice.status === "open") render(place, html`<div class="notice" role="status"><p>${t.waiting}</p></div>`);
  for (let poll = 0; invoice.status === "open" && poll < POLLS; poll += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    invoice = (await api.get(`/invoices/${encodeURIComponent(invoice.invoice_id)}`).catch(() => ({ body: invoice }))).body;
  }
  showInvoice(content.querySelector("#invoice"), { ...loaded, invoice });
  if (invoice.status === "paid") {
    announce(place, html`<p>${t.paid(invoice)}</p>`);
    return;
  }
  announce(place, html`<p>${t.slow}</p><p><button type="button">${text.lookAgain}</button></p>`, "warn");
  place.querySelector("button").addEventListener("click", () => waitUntilPaid(place, content, { ...loaded, invoice }));
}

function showInvoice(place, { program, me, invoice }) {
  const r = billingText.receipt;
  const payment = invoice.payments.find((each) => !each.surplus && each.status === "succeeded");
  const givenBack = invoice.payments.find((each) => !each.surplus && each.refunded.amount > 0)?.refunded;
  const isOpen = invoice.status === "open";
  const facts = [
    [r.number, invoice.number],
    [r.member, `${me.name} (${me.member_id})`],
    [billingText.invoice.columns.issued, day(invoice.issued_on)],
    isOpen && [billingText.invoice.columns.due, day(invoice.due_on)],
    [billingText.invoice.columns.status, billingText.invoice.statuses[invoice.status] ?? invoice.status],
    invoice.paid_at && [r.paidOn, time(invoice.paid_at)],
    payment && [r.paidBy, t.methods[payment.method] ?? payment.method],
    payment?.reference && [r.reference, payment.reference],
    givenBack && [r.givenBack, money(givenBack)],
    [r.issuer, program.contact.name],
  ].filter(Boolean);
  render(
    place,
    html`<section class="card stack" aria-labelledby="receipt-title">
      <h2 id="receipt-title">${titleOf(invoice)}</h2>
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <table class="numbers"><caption class="unseen">${r.item}</caption><thead><tr><th scope="col">${r.item}</th><th scope="col" class="amount">${r.amount}</th></tr></thead>
      <tbody>${invoice.lines.map((line) => html`<tr><td>${line.description}</td><td class="amount">${money(line.amount)}</td></tr>`)}</tbody>
      <tfoot><tr><th scope="row">${r.total}</th><td class="amount">${money(invoice.total)}</td></tr></tfoot></table>
      ${(isOpen || isTakenBack(invoice)) && html`<pay-button></pay-button>`}${!isOpen && html`<p class="buttons"><button type="button" class="print">${r.print}</button></p>`}
    </section>`,
  );
  place.querySelector(".print")?.addEventListener("click", () => print());
  place.querySelector("pay-button")?.open({ invoice });
}

await openPage("transactions", { load, show });
