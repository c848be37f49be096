/** Staff's review: a report with its entries, documents and payment side by side, and the decision. */

import * as api from "../../api.js";
import "../../elements/decision-form/decision-form.js";
import { claimOf } from "../../elements/decision-form/claim.js";
import "../../elements/discretion-desk/discretion-desk.js";
import "../../elements/invoice-desk/invoice-desk.js";
import "../../elements/paged-list/paged-list.js";
import { busy } from "../../fields.js";
import { day, number, span, time } from "../../format.js";
import { html, render } from "../../html.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import { summaryText } from "../../text/summary.js";
import { staffText } from "../../text/staff.js";

const t = staffText.review;
const certificationId = new URLSearchParams(location.search).get("certification");
const path = `/staff/certifications/${encodeURIComponent(certificationId)}`;
const historyPath = `${path}/history`;

/** Everything at once. */
async function load() {
  if (!certificationId) return {};
  const history = api.get(historyPath);
  history.catch(() => {}); // It is told where the history stands, and does not keep the report from being shown.
  const [me, inForce, { body: dashboard }] = await Promise.all([member.find(), api.program(), api.get(`${path}/cycle`)]);
  const program = await api.programOf(dashboard.cycle.edition, inForce);
  const isOwn = dashboard.member.member_id.toLowerCase() === me.member_id.toLowerCase();
  return { me, program, dashboard, history, isOwn };
}

/** Whether the report waits for a decision: a reinstatement application does while its certification has lapsed. */
const isWaiting = ({ submission }) => submission?.state === "submitted";

const factList = (facts) =>
  html`<dl class="facts">${facts.filter(Boolean).map(([name, value, kind]) => html`<div><dt>${name}</dt><dd class="${kind}">${value}</dd></div>`)}</dl>`;

function showFacts(place, { dashboard }) {
  const { certification, cycle, member: whose, submission } = dashboard;
  const f = t.facts;
  const isApplication = isWaiting(dashboard) && submission.for_reinstatement;
  render(
    place,
    factList([
      [f.member, html`<a href="/staff/member/?member=${encodeURIComponent(whose.member_id)}">${whose.name}</a>`],
      [f.memberId, whose.member_id],
      [f.designation, certification.designation],
      [f.period, span(cycle.starts_on, cycle.ends_on)],
      [f.state, isApplication ? t.application : (summaryText.states[cycle.state] ?? cycle.state)],
      [f.expires, html`${day(certification.expires_on)}${certification.extended_to && html`<br><span class="small">${t.extended(certification.extended_to)}</span>`}`],
      [f.points, `${number(cycle.points_total)} / ${number(cycle.points_required)}`],
    ]),
  );
}

function showSubmission(place, { submission }) {
  const f = t.signedFacts;
  const facts = submission && [
    [f.by, submission.signature],
    [f.at, time(submission.submitted_at)],
    [f.signing, number(submission.signing)],
    [f.agreement, submission.agreement_version],
    [f.how, submission.for_reinstatement ? t.application : submission.on_paper ? t.onPaper : t.inPortal],
    [f.hash, submission.signed_hash, "hash"],
  ];
  const decision = submission?.decision;
  render(
    place,
    html`<h2 id="signed-title">${t.signed}</h2>${facts ? factList(facts) : html`<p class="soft">${t.notSigned}</p>`}
    ${
      decision &&
      html`<div class="notice ${decision.decision === "return" && "warn"}"><p><strong>${t.lastDecision[decision.decision]}</strong> ${t.decidedAt(decision.decided_at)}</p>${decision.comment && html`<p>${decision.comment}</p>`}</div>`
    }`,
  );
}

function showDocuments(place, { documents }) {
  const item = (each) => html`<li class="entry">
    <div class="entry-what"><h3>${each.title}</h3><p class="small soft">${each.file_name} · ${t.documentStates[each.status] ?? each.status}</p>${each.reason && html`<p class="small">${each.reason}</p>`}</div>
    <div class="entry-actions">${each.status === "clean" && html`<button type="button" data-document="${each.document_id}" aria-label="${t.openDocumentNamed(each.title)}">${t.openDocument}</button>`}</div></li>`;
  render(
    place,
    html`<h2 id="documents-title">${t.documents}</h2><problem-message></problem-message>${documents.length ? html`<ul class="entries">${documents.map(item)}</ul>` : html`<p class="soft">${t.noDocuments}</p>`}`,
  );
  for (const button of place.querySelectorAll("[data-document]")) {
    button.addEventListener("click", () => busy(button, () => download(button.dataset.document, place.querySelector("problem-message"))));
  }
}

async function download(documentId, problem) {
  problem.clear();
  try {
    const { body } = await api.get(`/staff/documents/${encodeURIComponent(documentId)}`);
    location.assign(body.download_url);
  } catch (refusal) {
    problem.show(refusal);
  }
}

/** What happened to the certification, the latest first. */
function showHistory(place, { history }) {
  const h = t.history;
  const row = (each) => html`<tr><td data-label="${h.when}">${time(each.at)}</td><td data-label="${h.what}"><span>${each.text}${each.data.reason && html`<br><span class="small soft">${each.data.reason}</span>`}</span></td><td data-label="${h.who}"><span>${h.roles[each.role] ?? each.role}${each.by && each.role !== "system" && html`<br><span class="small soft">${each.by}</span>`}</span></td></tr>`;
  const columns = [h.when, h.what, h.who];
  render(place, html`<h2 id="history-title">${h.title}</h2><paged-list class="stack tight"></paged-list>`);
  place.querySelector("paged-list").show(historyPath, {}, { caption: h.title, columns, row, shown: h.shown, empty: h.empty, first: history });
}

/** The entries with the decision when there is one to make and the person may make it, else the entries alone. */
function showEntries(place, { me, program, dashboard, isOwn }, again) {
  if (isWaiting(dashboard) && !isOwn && me.roles.includes("staff-reviewer")) {
    render(place, html`<decision-form></decision-form>`);
    const form = place.firstElementChild;
    form.open(program, dashboard);
    form.addEventListener("decided", ({ detail }) => again(sentenceOf(detail)));
    form.addEventListener("outdated", () => again());
    form.addEventListener("unpaid", ({ detail }) => openDesk().refuse(detail));
    return;
  }
  const why = isOwn ? t.own : t.notYourRole;
  const { entries } = dashboard;
  render(
    place,
    html`<div class="stack">${isWaiting(dashboard) && html`<p class="notice warn">${why}</p>`}
    <section class="card" aria-labelledby="entries-title"><h2 id="entries-title">${t.entries}</h2>
    ${entries.length ? html`<ul class="entries">${entries.map((entry) => html`<li class="entry">${claimOf(program, dashboard, entry)}</li>`)}</ul>` : html`<p class="soft">${t.noEntries}</p>`}</section></div>`,
  );
}

/** Whether what the member sent on paper can be entered by this person. */
const mayEnter = ({ me, dashboard, isOwn }) =>
  !isOwn && me.roles.includes("staff-reviewer") && ["entering", "complete", "returned", "lapsed"].includes(dashboard.cycle.state) && !isWaiting(dashboard);

/** The desk of the invoice that an approval waits for. */
function openDesk() {
  const desks = [...document.querySelectorAll("invoice-desk")];
  return desks.find((desk) => !desk.isSettled) ?? desks[0];
}

const sentenceOf = ({ decision, dashboard: { certification } }) =>
  decision === "approve" ? t.approved(certification.designation, certification.expires_on) : t.returned;

function show(content, loaded, again) {
  if (!loaded.dashboard) {
    render(content, html`<div class="card stack"><p>${t.missing}</p><p><a class="button" href="/staff/reviews/">${t.toQueue}</a></p></div>`);
    return;
  }
  const { dashboard, me, program, isOwn } = loaded;
  document.title = [dashboard.member.name, dashboard.certification.designation, text.brand].join(" · ");
  render(
    content,
    html`<div class="stack"><div id="notice"></div><div class="card" id="facts"></div>
      <div class="desk"><div id="entries"></div>
        <div class="stack"><section class="card stack tight" id="signed" aria-labelledby="signed-title"></section><invoice-desk></invoice-desk>${dashboard.late_fee_invoice && html`<invoice-desk></invoice-desk>`}
        <section class="card stack tight" id="documents" aria-labelledby="documents-title"></section><discretion-desk></discretion-desk></div></div>
      <section class="card stack tight" id="history" aria-labelledby="history-title"></section>
      <p class="buttons"><a class="button" href="/staff/reviews/">${t.toQueue}</a>${mayEnter(loaded) && html`<a class="button" href="/staff/paper/?certification=${encodeURIComponent(certificationId)}">${dashboard.cycle.state === "lapsed" ? t.documentsFromPaper : t.fromPaper}</a>`}</p></div>`,
  );
  const place = (id) => content.querySelector(`#${id}`);
  /** Show how it stands now, and say what has become of it. */
  const renew = async (sentence) => {
    try {
      await again();
      if (sentence) announce(place("notice"), html`<p>${sentence}</p>`);
      else document.querySelector("#main").focus();
    } catch (refusal) {
      render(place("notice"), html`<problem-message></problem-message>`);
      place("notice").firstElementChild.show(refusal, { retry: () => renew(sentence) });
    }
  };
  showFacts(place("facts"), loaded);
  showSubmission(place("signed"), dashboard);
  showDocuments(place("documents"), dashboard);
  showHistory(place("history"), loaded);
  [dashboard.invoice, dashboard.late_fee_invoice].forEach((invoice, index) => {
    const desk = content.querySelectorAll("invoice-desk")[index];
    desk?.open(dashboard, invoice, { roles: me.roles, isOwn, isLateFee: index === 1 });
    desk?.addEventListener("changed", ({ detail }) => renew(detail));
  });
  showEntries(place("entries"), loaded, renew);
  if (isWaiting(dashboard)) return;
  const exceptions = content.querySelector("discretion-desk");
  exceptions.open(dashboard, { roles: me.roles, isOwn });
  exceptions.addEventListener("changed", ({ detail }) => renew(detail));
}

await openPage("staff/review", { load, show });
