/** Help: the instructions, generated from the program's edition. */

import * as api from "../api.js";
import { money, number } from "../format.js";
import { html, render } from "../html.js";
import { openPage } from "../page.js";
import { helpText } from "../text/help.js";

const t = helpText;

function released({ month, day }) {
  return new Intl.DateTimeFormat(navigator.languages, { month: "long", day: "numeric", timeZone: "UTC" }).format(Date.UTC(2024, month - 1, day));
}

function table(program) {
  const c = t.columns;
  return html`<table class="cards numbers"><caption class="unseen">${t.pointsTable}</caption>
    <thead><tr><th scope="col">${c.activity}</th><th scope="col" class="amount">${c.points}</th><th scope="col">${c.per}</th></tr></thead>
    <tbody>${program.activities.map(
      (each) => html`<tr><th scope="row">${each.title}</th><td class="amount" data-label="${c.points}">${number(each.points)}</td>
        <td data-label="${c.per}"><span>${each.unit}${each.requires_document && html` <span class="tag">${t.documentMark}</span>`}</span></td></tr>`,
    )}</tbody></table>`;
}

function show(content, program) {
  const { contact } = program;
  render(
    content,
    html`<div class="stack">
      <section class="card"><h2>${t.purpose}</h2><div class="prose"><p>${t.purposeDetail(program)}</p><p class="small soft">${program.notice}</p></div></section>
      <section class="card"><h2>${t.steps}</h2><ol class="prose">${t.stepList(program).map((step) => html`<li>${step}</li>`)}</ol></section>
      <section class="card"><h2>${t.wrong}</h2><div class="prose"><ul>${t.wrongList.map((each) => html`<li>${each}</li>`)}<li>${t.correction(program.correction_days)}</li></ul></div></section>
      <section class="card"><h2>${t.pointsTable}</h2>${table(program)}
        <div class="prose">${program.handbook.map((part) => html`<h3>${part.title}</h3><ul>${part.lines.map((line) => html`<li>${line}</li>`)}</ul>`)}</div></section>
      <section class="card"><h2>${t.fees}</h2><div class="prose"><dl class="facts">${program.fees.map((fee) => html`<div><dt>${fee.title}</dt><dd>${money(fee.amount)}</dd></div>`)}</dl><p>${t.invoice(released(program.invoice_release))}</p></div></section>
      <section class="card"><h2>${t.contact}</h2><div class="prose"><p>${contact.name}<br><a href="mailto:${contact.email}">${contact.email}</a><br>${contact.phone}<br><a href="${contact.website}">${contact.website}</a></p>
        <p>${t.notCertified} <a href="${contact.get_certified}">${t.getCertified}</a></p><p class="small soft">${t.edition(program.edition, program.time_zone)}</p></div></section>
    </div>`,
  );
}

await openPage("help", { load: () => api.program(), show });
