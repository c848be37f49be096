/** Recertification Detailed Summary: the Recertification Report of this or an earlier period, on screen and on paper. */

import * as api from "../api.js";
import { pathOf } from "../certification.js";
import { busy } from "../fields.js";
import { day, number, span, time } from "../format.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { openPage } from "../page.js";
import { savePaper } from "../paper.js";
import { text } from "../text.js";
import { reportText } from "../text/report.js";
import { summaryText } from "../text/summary.js";

const t = summaryText;

const asked = (name) => new URLSearchParams(location.search).get(name);
const addressOf = (certification, cycle) => `?${new URLSearchParams({ certification, ...(cycle && { cycle }) })}`;
const reportPath = (ending, cycle) => `/report${ending}${cycle ? `?cycle=${encodeURIComponent(cycle)}` : ""}`;

async function load() {
  const me = await member.findCertified();
  const certificationId = asked("certification") ?? me.certifications[0]?.certification_id;
  if (!certificationId) return { me };
  const [report, earlier] = await Promise.all([
    api.get(pathOf(certificationId, reportPath("", asked("cycle")))),
    api.get(pathOf(certificationId, "/cycles")),
  ]);
  return { me, report: report.body, earlier: earlier.body.items };
}

function facts({ member: whose, designation, designation_title: title, certified_since: since, cycle }) {
  const names = reportText.recertification.facts;
  const list = [
    [t.member, whose.name],
    [t.memberId, whose.member_id],
    [names.designation, `${title} (${designation})`],
    [t.since, day(since)],
    [names.period, span(cycle.starts_on, cycle.ends_on)],
    [t.state, t.states[cycle.state] ?? cycle.state],
  ];
  return html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function row(entry) {
  const c = t.columns;
  const { documents_gone: gone } = entry;
  const titles = entry.documents.map((each) => `${each.title}${each.status === "clean" ? "" : ` (${reportText.recertification.documentStates[each.status]})`}`);
  return html`<tr>
    <th scope="row"><span>${entry.title}<br><span class="small soft">${entry.activity_title}</span></span></th>
    <td data-label="${c.organization}">${entry.organization}</td>
    <td data-label="${c.days}">${span(entry.started_on, entry.ended_on)}</td>
    <td data-label="${c.how}"><span>${entry.explanation}${entry.adjustment && html`<br><span class="small">${reportText.recertification.reduced(entry.adjustment.points, entry.adjustment.reason)}</span>`}</span></td>
    <td data-label="${c.documents}"><span>${titles.join(", ") || (gone ? "" : t.noDocuments)}${gone > 0 && html`${titles.length > 0 && html`<br>`}<span class="small soft">${t.documentsGone(gone)}</span>`}</span></td>
    <td data-label="${c.points}" class="amount">${number(entry.points_counted)}</td>
  </tr>`;
}

/** What came over from the period before, which no entry claims. */
function carriedIn(each) {
  const c = t.columns;
  return html`<tr>
    <th scope="row"><span>${t.carriedIn}<br><span class="small soft">${each.category_title}</span></span></th>
    <td data-label="${c.organization}">${t.noDocuments}</td><td data-label="${c.days}">${t.noDocuments}</td>
    <td data-label="${c.how}">${each.explanation}</td><td data-label="${c.documents}">${t.noDocuments}</td>
    <td data-label="${c.points}" class="amount">${number(each.points_counted)}</td>
  </tr>`;
}

function table({ entries, totals }) {
  const c = t.columns;
  if (!entries.length && !totals.carried_in.length) return html`<p class="soft">${reportText.recertification.none}</p>`;
  return html`<table class="cards numbers"><caption>${t.caption}</caption>
    <thead><tr><th scope="col">${c.what}</th><th scope="col">${c.organization}</th><th scope="col">${c.days}</th><th scope="col">${c.how}</th><th scope="col">${c.documents}</th><th scope="col" class="amount">${c.points}</th></tr></thead>
    <tbody>${entries.map(row)}${totals.carried_in.map(carriedIn)}</tbody>
    <tfoot><tr><th scope="row" colspan="5">${t.total} <span class="small soft">${t.required(totals.points_required)}</span></th><td class="amount">${number(totals.points_total)}</td></tr></tfoot></table>`;
}

function categories({ by_category: list }) {
  if (!list.length) return "";
  return html`<section class="card"><h2>${reportText.recertification.breakdown}</h2><dl class="facts">${list.map(({ category, title, points }) => html`<div><dt>${reportText.categories[category] ?? title}</dt><dd>${text.points(points)}</dd></div>`)}</dl></section>`;
}

function signature({ submission, agreement }) {
  return html`<section class="card"><h2>${t.signed}</h2>${
    agreement.signed
      ? html`<dl class="facts"><div><dt>${reportText.agreement.heading}</dt><dd>${submission.agreement_version}</dd></div><div><dt>${t.signed}</dt><dd>${t.signedBy(submission)}<br>${time(submission.submitted_at)}</dd></div><div><dt>${t.mark}</dt><dd class="small">${submission.signed_hash}</dd></div></dl>`
      : html`<p class="soft">${t.unsigned}</p>`
  }</section>`;
}

/** The way to the member's other certifications, and to the transcripts of earlier periods. */
function others({ me, report, earlier }) {
  const { certification_id: chosen, cycle } = report;
  const isCurrent = !earlier.some((each) => each.cycle_id === cycle.cycle_id);
  const link = (address, name, isChosen) => html`<li><a href="${address}" ${isChosen && html`aria-current="page"`}>${name}</a></li>`;
  const certifications = me.certifications.map(({ certification_id: id, designation }) => link(addressOf(id), designation, id === chosen));
  const periods = earlier.map((each) => link(addressOf(chosen, each.cycle_id), span(each.starts_on, each.ends_on), each.cycle_id === cycle.cycle_id));
  return html`${certifications.length > 1 && html`<nav aria-label="${reportText.recertification.choose}"><ul class="switch">${certifications}</ul></nav>`}
    ${periods.length > 0 && html`<nav aria-label="${t.periods}"><ul class="switch">${link(addressOf(chosen), t.currentPeriod, isCurrent)}${periods}</ul></nav>`}`;
}

function show(content, loaded) {
  const { report } = loaded;
  if (!report) {
    render(content, html`<div class="card"><p>${text.noCertification}</p></div>`);
    return;
  }
  render(
    content,
    html`<div class="stack">${others(loaded)}<problem-message></problem-message>
      <section class="card">${facts(report)}</section><section class="card">${table(report)}</section>${categories(report.totals)}${signature(report)}</div>`,
  );
  const actions = render(document.querySelector("#page-actions"), html`<div class="buttons"><button type="button" class="pdf">${t.pdf}</button><button type="button" class="print">${t.print}</button></div>`);
  actions.querySelector(".print").addEventListener("click", () => print());
  const button = actions.querySelector(".pdf");
  const problem = content.querySelector("problem-message");
  const save = () =>
    busy(button, async () => {
      problem.clear();
      try {
        await savePaper(pathOf(report.certification_id, reportPath(".pdf", asked("cycle"))));
      } catch (refusal) {
        problem.show(refusal, { retry: refusal.isUncertain ? save : undefined });
      }
    });
  button.addEventListener("click", save);
}

await openPage("summary", { load, show });
