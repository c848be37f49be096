/** My Registrations: what the member holds, the certificate of the last approval, and what happened to each. */

import * as api from "../api.js";
import { pathOf } from "../certification.js";
import "../elements/paged-list/paged-list.js";
import { busy } from "../fields.js";
import { day, time } from "../format.js";
import { html, render } from "../html.js";
import { openPage } from "../page.js";
import { savePaper } from "../paper.js";
import { text } from "../text.js";
import { accountText } from "../text/account.js";

const t = accountText.registrations;

function row(each) {
  const kind = { terminated: "bad", renew: "good" }[each.status] ?? "";
  const id = encodeURIComponent(each.certification_id);
  return html`<tr>
    <th scope="row">${each.designation}</th>
    <td data-label="${t.columns.since}">${day(each.certified_since)}</td>
    <td data-label="${t.columns.expires}"><span>${day(each.expires_on)}${each.extended_to && html`<br><span class="small soft">${t.extended(each.extended_to)}${each.extension_reason && html` (${each.extension_reason})`}</span>`}</span></td>
    <td data-label="${t.columns.status}"><span class="tag ${kind}">${accountText.status[each.status] ?? each.status}</span></td>
    <td data-label="${t.columns.committees}">${each.committees.join(", ") || text.none}</td>
    <td><div class="buttons"><a class="button" href="/recertification/?certification=${id}" aria-label="${t.what(each.designation)}">${t.open}</a></div></td>
  </tr>`;
}

/** What there is beside the table for one certification: its papers, and its history once that is opened. */
function more(each) {
  const id = encodeURIComponent(each.certification_id);
  return html`<section class="card stack tight" aria-label="${each.designation}"><h2>${each.designation}</h2><problem-message></problem-message>
    <div class="buttons">
      ${each.certificate_id && html`<button type="button" class="certificate" data-certification="${each.certification_id}">${t.certificate}<span class="unseen"> ${each.designation}</span></button>
        <a class="button" href="/certificate/?id=${encodeURIComponent(each.certificate_id)}">${t.check}<span class="unseen"> ${each.designation}</span></a>`}
      <a class="button" href="/summary/?certification=${id}">${t.reports}<span class="unseen"> ${each.designation}</span></a>
    </div>
    ${!each.certificate_id && html`<p class="small soft">${t.noCertificate}</p>`}
    <details data-certification="${each.certification_id}"><summary>${t.history.open}<span class="unseen"> ${each.designation}</span></summary><paged-list class="stack tight"></paged-list></details></section>`;
}

function showHistory(details, designation) {
  const h = t.history;
  return details.querySelector("paged-list").show(pathOf(details.dataset.certification, "/history"), {}, {
    caption: h.caption(designation),
    columns: [h.when, h.what, h.who],
    row: (each) => html`<tr><th scope="row">${time(each.at)}</th><td data-label="${h.what}">${each.text}</td><td data-label="${h.who}">${h.roles[each.role] ?? each.role}</td></tr>`,
    shown: h.shown,
    empty: h.empty,
  });
}

async function saveCertificate(button) {
  const problem = button.closest("section").querySelector("problem-message");
  problem.clear();
  try {
    await savePaper(pathOf(button.dataset.certification, "/certificate.pdf"));
  } catch (refusal) {
    problem.show(refusal, { retry: refusal.isUncertain ? () => button.click() : undefined });
  }
}

function show(content, { items }) {
  const c = t.columns;
  if (!items.length) {
    render(content, html`<div class="card"><p>${text.noCertification}</p></div>`);
    return;
  }
  render(
    content,
    html`<div class="stack"><div class="card"><table class="cards numbers"><caption class="unseen">${text.pages.registrations.title}</caption>
    <thead><tr><th scope="col">${c.designation}</th><th scope="col">${c.since}</th><th scope="col">${c.expires}</th><th scope="col">${c.status}</th><th scope="col">${c.committees}</th><td></td></tr></thead>
    <tbody>${items.map(row)}</tbody></table></div>${items.map(more)}</div>`,
  );
  for (const button of content.querySelectorAll("button.certificate")) button.addEventListener("click", () => busy(button, () => saveCertificate(button)));
  for (const details of content.querySelectorAll("details")) {
    const { designation } = items.find((each) => each.certification_id === details.dataset.certification);
    details.addEventListener("toggle", () => showHistory(details, designation), { once: true });
  }
}

await openPage("registrations", { load: async () => (await api.get("/certifications")).body, show });
