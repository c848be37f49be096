/** My Registrations: what the member holds. */

import * as api from "../api.js";
import { day } from "../format.js";
import { html, render } from "../html.js";
import { openPage } from "../page.js";
import { text } from "../text.js";
import { accountText } from "../text/account.js";

const t = accountText.registrations;

function row(each) {
  const kind = { terminated: "bad", renew: "good" }[each.status] ?? "";
  return html`<tr>
    <th scope="row">${each.designation}</th>
    <td data-label="${t.columns.since}">${day(each.certified_since)}</td>
    <td data-label="${t.columns.expires}"><span>${day(each.expires_on)}${each.extended_to && html`<br><span class="small soft">${t.extended(each.extended_to)}</span>`}</span></td>
    <td data-label="${t.columns.status}"><span class="tag ${kind}">${accountText.status[each.status] ?? each.status}</span></td>
    <td data-label="${t.columns.committees}">${each.committees.join(", ") || text.none}</td>
    <td><a class="button" href="/recertification/?certification=${encodeURIComponent(each.certification_id)}" aria-label="${t.what(each.designation)}">${t.open}</a></td>
  </tr>`;
}

function show(content, { items }) {
  const c = t.columns;
  if (!items.length) {
    render(content, html`<div class="card"><p>${text.noCertification}</p></div>`);
    return;
  }
  render(
    content,
    html`<div class="card"><table class="cards numbers"><caption class="unseen">${text.pages.registrations.title}</caption>
    <thead><tr><th scope="col">${c.designation}</th><th scope="col">${c.since}</th><th scope="col">${c.expires}</th><th scope="col">${c.status}</th><th scope="col">${c.committees}</th><td></td></tr></thead>
    <tbody>${items.map(row)}</tbody></table></div>`,
  );
}

await openPage("registrations", { load: async () => (await api.get("/certifications")).body, show });
