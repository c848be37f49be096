/** Recertification Detailed Summary: the Recertification Report, on screen and on paper. */

import * as api from "../api.js";
import { day, number, span, time } from "../format.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { openPage } from "../page.js";
import { text } from "../text.js";
import { reportText } from "../text/report.js";

const t = reportText.summary;

const asked = () => new URLSearchParams(location.search).get("certification");

async function load() {
  const program = api.program();
  const me = await member.findCertified();
  const certificationId = asked() ?? me.certifications[0]?.certification_id;
  const dashboard = certificationId && (await api.get(`/certifications/${encodeURIComponent(certificationId)}/cycle`)).body;
  return { program: await program, me, dashboard };
}

function facts({ me, dashboard: { certification, cycle } }) {
  const names = reportText.recertification.facts;
  const list = [
    [t.member, me.name],
    [t.memberId, me.member_id],
    [names.designation, certification.designation],
    [names.period, span(cycle.starts_on, cycle.ends_on)],
    [names.expires, day(certification.expires_on)],
    [t.state, t.states[cycle.state] ?? cycle.state],
  ];
  return html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function row(entry, program, documents) {
  const c = t.columns;
  const activity = program.activities.find((each) => each.code === entry.activity);
  const attached = documents.filter((each) => entry.document_ids.includes(each.document_id)).map((each) => each.title || each.file_name);
  return html`<tr>
    <th scope="row"><span>${entry.title}<br><span class="small soft">${activity?.title ?? entry.activity}</span></span></th>
    <td data-label="${c.organization}">${entry.organization}</td>
    <td data-label="${c.days}">${span(entry.started_on, entry.ended_on)}</td>
    <td data-label="${c.how}">${number(entry.quantity)} × ${activity ? reportText.form.per(activity) : ""}</td>
    <td data-label="${c.documents}">${attached.join(", ") || t.noDocuments}</td>
    <td data-label="${c.points}" class="amount">${number(entry.points)}</td>
  </tr>`;
}

function table({ program, dashboard: { entries, documents, cycle } }) {
  const c = t.columns;
  if (!entries.length) return html`<p class="soft">${t.empty}</p>`;
  return html`<table class="cards numbers"><caption>${t.caption}</caption>
    <thead><tr><th scope="col">${c.what}</th><th scope="col">${c.organization}</th><th scope="col">${c.days}</th><th scope="col">${c.how}</th><th scope="col">${c.documents}</th><th scope="col" class="amount">${c.points}</th></tr></thead>
    <tbody>${entries.map((entry) => row(entry, program, documents))}</tbody>
    <tfoot><tr><th scope="row" colspan="5">${t.total} <span class="small soft">${t.required(cycle.points_required)}</span></th><td class="amount">${number(cycle.points_total)}</td></tr></tfoot></table>`;
}

function categories({ by_category: points }) {
  const list = Object.entries(points);
  if (!list.length) return "";
  return html`<section class="card"><h2>${reportText.recertification.breakdown}</h2><dl class="facts">${list.map(([category, value]) => html`<div><dt>${reportText.categories[category] ?? category}</dt><dd>${text.points(value)}</dd></div>`)}</dl></section>`;
}

function signature({ submission, cycle }) {
  const isSigned = submission && cycle.state !== "returned";
  return html`<section class="card"><h2>${t.signed}</h2>${
    isSigned
      ? html`<dl class="facts"><div><dt>${reportText.agreement.heading}</dt><dd>${submission.agreement_version}</dd></div><div><dt>${t.signed}</dt><dd>${t.signedBy(submission)}<br>${time(submission.submitted_at)}</dd></div><div><dt>${t.mark}</dt><dd class="small">${submission.signed_hash}</dd></div></dl>`
      : html`<p class="soft">${t.unsigned}</p>`
  }</section>`;
}

function others(me, chosen) {
  if (me.certifications.length < 2) return "";
  return html`<nav aria-label="${reportText.recertification.choose}"><ul class="switch">${me.certifications.map(
    ({ certification_id: id, designation }) => html`<li><a href="?certification=${encodeURIComponent(id)}" ${id === chosen && html`aria-current="page"`}>${designation}</a></li>`,
  )}</ul></nav>`;
}

function show(content, loaded) {
  const { me, dashboard } = loaded;
  if (!dashboard) {
    render(content, html`<div class="card"><p>${text.noCertification}</p></div>`);
    return;
  }
  render(
    content,
    html`<div class="stack">${others(me, dashboard.certification.certification_id)}
      <section class="card">${facts(loaded)}</section><section class="card">${table(loaded)}</section>${categories(dashboard.cycle)}${signature(dashboard)}</div>`,
  );
  const actions = render(document.querySelector("#page-actions"), html`<button type="button">${t.print}</button>`);
  actions.firstElementChild.addEventListener("click", () => print());
}

await openPage("summary", { load, show });
