/** My Invoices: programs bought, and with the check box the recertification invoices too. */

import * as api from "../api.js";
import { day, money } from "../format.js";
import { html, render } from "../html.js";
import { openPage } from "../page.js";
import { billingText } from "../text/billing.js";

const t = billingText.invoices;
const KINDS = { open: "warn", paid: "good", waived: "good", disputed: "bad" };

/** How an invoice stands, as a tag. */
const tagOf = (invoice) => html`<span class="tag ${KINDS[invoice.status]}">${billingText.invoice.statuses[invoice.status] ?? invoice.status}</span>`;

function row(invoice) {
  const c = billingText.invoice.columns;
  const address = `/transactions/?invoice=${encodeURIComponent(invoice.invoice_id)}`;
  return html`<tr>
    <th scope="row"><a href="${address}">${invoice.number}</a></th>
    <td data-label="${c.what}">${invoice.lines.map((line) => line.description).join(", ")}</td>
    <td data-label="${c.issued}">${day(invoice.issued_on)}</td>
    <td data-label="${c.due}">${day(invoice.due_on)}</td>
    <td data-label="${c.status}">${tagOf(invoice)}</td>
    <td data-label="${c.total}" class="amount">${money(invoice.total)}</td>
  </tr>`;
}

function table(invoices) {
  const c = billingText.invoice.columns;
  return html`<table class="cards numbers"><caption class="unseen">${t.caption}</caption>
    <thead><tr><th scope="col">${c.number}</th><th scope="col">${c.what}</th><th scope="col">${c.issued}</th><th scope="col">${c.due}</th><th scope="col">${c.status}</th><th scope="col" class="amount">${c.total}</th></tr></thead>
    <tbody>${invoices.map(row)}</tbody></table>`;
}

function show(content, items) {
  render(
    content,
    html`<div class="card stack"><div><label class="choice"><input type="checkbox" id="both" autocomplete="off" aria-describedby="both-hint">${t.both}</label>
      <p class="hint" id="both-hint">${t.bothHint}</p></div><p class="unseen" role="status"></p><div class="list"></div></div>`,
  );
  const box = content.querySelector("#both");
  const list = content.querySelector(".list");
  const update = () => {
    const shown = items.filter((invoice) => box.checked || invoice.type === "program");
    const empty = box.checked ? t.empty : t.emptyPrograms;
    render(list, shown.length ? table(shown) : html`<p class="soft">${empty}</p>`);
    content.querySelector('[role="status"]').textContent = t.shown(shown.length);
  };
  box.addEventListener("change", update);
  update();
}

await openPage("invoices", { load: () => api.all("/invoices?type=both"), show });
