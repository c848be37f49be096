/** Help: the instructions, generated from the edition that the member's cycle is under, from the one in force without a cycle. */

import * as api from "../api.js";
import { money, number } from "../format.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
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

/** The editions that the member's cycles are under, each with the designations that it is about. */
function editionsOf(me) {
  const editions = new Map();
  for (const { edition, designation } of me?.certifications ?? []) {
    if (edition) editions.set(edition, [editions.get(edition), designation].filter(Boolean).join(", "));
  }
  return editions;
}

/** Whom to ask is said by the program in force; the rest, and what is invoiced, by the edition of the cycle. */
async function load() {
  const [inForce, me] = await Promise.all([api.program(), member.find().catch(() => null)]);
  const editions = editionsOf(me);
  const asked = new URLSearchParams(location.search).get("edition");
  const edition = editions.has(asked) ? asked : [...editions.keys()][0];
  return { contact: inForce.contact, program: await api.programOf(edition, inForce), editions };
}

/** The way to the rules of the member's other certifications. */
function others({ program, editions }) {
  if (editions.size < 2) return "";
  return html`<nav aria-label="${t.choose}"><ul class="switch">${[...editions].map(([edition, designations]) => html`<li><a href="?${new URLSearchParams({ edition })}" ${edition === program.edition && html`aria-current="page"`}>${designations}</a></li>`)}</ul></nav>`;
}

function show(content, { contact, program, editions }) {
  render(
    content,
    html`<div class="stack">${others({ program, editions })}
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

await openPage("help", { load, show });
