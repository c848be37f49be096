/** A member as staff see them: who it is, how to reach them, what they hold. */

import * as api from "../../api.js";
import { day } from "../../format.js";
import { html, render } from "../../html.js";
import { openPage } from "../../page.js";
import { text } from "../../text.js";
import { accountText } from "../../text/account.js";
import { staffText } from "../../text/staff.js";

const t = staffText.member;
const memberId = new URLSearchParams(location.search).get("member");

function row(each) {
  const c = accountText.registrations.columns;
  const kind = { terminated: "bad", renew: "good" }[each.status] ?? "";
  const address = `/staff/review/?certification=${encodeURIComponent(each.certification_id)}`;
  return html`<tr>
    <th scope="row">${each.designation}</th>
    <td data-label="${c.since}">${day(each.certified_since)}</td>
    <td data-label="${c.expires}"><span>${day(each.expires_on)}${each.extended_to && html`<br><span class="small soft">${accountText.registrations.extended(each.extended_to)}</span>`}</span></td>
    <td data-label="${c.status}"><span class="tag ${kind}">${accountText.status[each.status] ?? each.status}</span></td>
    <td data-label="${c.committees}">${each.committees.join(", ") || text.none}</td>
    <td><a class="button" href="${address}" aria-label="${t.reviewOf(each.designation)}">${t.review}</a></td>
  </tr>`;
}

function certifications(member) {
  if (!member.certifications.length) return html`<p class="soft">${t.noCertifications}</p>`;
  const c = accountText.registrations.columns;
  return html`<table class="cards numbers"><caption class="unseen">${t.certifications}</caption>
    <thead><tr><th scope="col">${c.designation}</th><th scope="col">${c.since}</th><th scope="col">${c.expires}</th><th scope="col">${c.status}</th><th scope="col">${c.committees}</th><td></td></tr></thead>
    <tbody>${member.certifications.map((each) => row(each))}</tbody></table>`;
}

function show(content, member) {
  if (!member) {
    render(content, html`<div class="card stack"><p>${t.missing}</p><p><a class="button" href="/staff/members/">${t.toMembers}</a></p></div>`);
    return;
  }
  const p = accountText.profile;
  const contact = Object.entries(p.fields).map(([name, label]) => [label, member.profile[name]]);
  const facts = [[p.memberId, member.member_id], [p.email, html`<a href="mailto:${member.email}">${member.email}</a>`], ...contact.filter(([, value]) => value)];
  document.title = `${member.name} · ${text.brand}`;
  document.querySelector("h1").textContent = member.name;
  render(
    content,
    html`<div class="stack">
      <section class="card" aria-labelledby="held"><h2 id="held">${t.certifications}</h2>${certifications(member)}</section>
      <section class="card" aria-labelledby="contact"><h2 id="contact">${t.contact}</h2>
        <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
      <p><a class="button" href="/staff/members/">${t.toMembers}</a></p>
    </div>`,
  );
}

const load = async () => memberId && (await api.get(`/staff/members/${encodeURIComponent(memberId)}`)).body;
await openPage("staff/member", { load, show });
