/** Staff's review queue: the reports that wait, oldest first, or those that went back to their members. */

import "../../elements/paged-list/paged-list.js";
import { number, time } from "../../format.js";
import { html, render } from "../../html.js";
import { openPage } from "../../page.js";
import { staffText } from "../../text/staff.js";

const t = staffText.reviews;
const STATES = Object.keys(t.states);
const chosen = new URLSearchParams(location.search).get("state");
const state = STATES.includes(chosen) ? chosen : STATES[0];

function row(each) {
  const c = t.columns;
  const address = `/staff/review/?certification=${encodeURIComponent(each.certification_id)}`;
  return html`<tr>
    <th scope="row"><a href="${address}">${each.member_name}</a><br><span class="small soft">${each.member_id}</span></th>
    <td data-label="${c.designation}">${each.designation}</td>
    <td data-label="${c.submitted}"><span>${time(each.submitted_at)}${each.signing > 1 && html`<br><span class="small soft">${t.signing(each.signing)}</span>`}${each.on_paper && html` <span class="tag">${t.onPaper}</span>`}${each.for_reinstatement && html` <span class="tag warn">${t.reinstatement}</span>`}</span></td>
    <td data-label="${c.points}">${number(each.points_total)}</td>
  </tr>`;
}

async function show(content) {
  const link = (name) => html`<li><a href="/staff/reviews/?state=${name}" ${name === state && html`aria-current="page"`}>${t.states[name]}</a></li>`;
  render(content, html`<div class="stack"><nav aria-label="${t.filter}"><ul class="switch">${STATES.map(link)}</ul></nav><div class="card"><paged-list class="stack tight"></paged-list></div></div>`);
  const columns = Object.values(t.columns);
  await content.querySelector("paged-list").show("/staff/reviews", { state }, { caption: t.caption[state], columns, row, shown: t.shown, empty: t.empty[state] });
}

await openPage("staff/reviews", { load: async () => ({}), show });
