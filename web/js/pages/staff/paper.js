/** Staff enter points and submit a report that an active member sent on paper, by the rules that hold for the member.
 *
 * Of a lapsed member they take in what came with the report that is to be reinstated.
 */

import * as api from "../../api.js";
import { keepAndSend } from "../../elements/invoice-desk/keep-and-send.js";
import "../../elements/document-upload/document-upload.js";
import "../../elements/entry-rows/entry-rows.js";
import "../../elements/session-form/session-form.js";
import { field, input } from "../../fields.js";
import { number } from "../../format.js";
import { html, render } from "../../html.js";
import * as member from "../../member.js";
import { announce, openPage } from "../../page.js";
import { paperText as t } from "../../text/paper.js";

const certificationId = new URLSearchParams(location.search).get("certification");
const path = `/staff/certifications/${encodeURIComponent(certificationId)}`;
const report = `/staff/review/?certification=${encodeURIComponent(certificationId)}`;
const OPEN = ["entering", "complete", "returned"];
const LAPSED = "lapsed";
/** What was loaded last. */
let shown;

async function load() {
  if (!certificationId) return {};
  const [me, inForce, { body: dashboard }] = await Promise.all([member.find(), api.program(), api.get(`${path}/cycle`)]);
  return { me, inForce, program: await api.programOf(dashboard.cycle.edition, inForce), dashboard };
}

/** Why nothing can be entered here, if that is so. */
function whyNot({ me, dashboard }) {
  if (!me.roles.includes("staff-reviewer")) return t.notYourRole;
  if (me.member_id.toLowerCase() === dashboard.member.member_id.toLowerCase()) return t.own;
  const isWaiting = dashboard.submission?.state === "submitted";
  return [...OPEN, LAPSED].includes(dashboard.cycle.state) && !isWaiting ? "" : t.notOpen;
}

/** The agreement is that of the program in force, whatever edition the cycle is under. */
function submission(inForce) {
  return html`<details class="card submission" open><summary>${t.submission}</summary><form class="stack tight" novalidate><p class="soft">${t.submissionIntro}</p>
    <section class="agreement"><p class="agreed">${inForce.agreement.text.trim()}</p></section><problem-message></problem-message>
    <input type="hidden" name="agreement_version" value="${inForce.agreement.version}">
    ${input({ id: "signature", name: "signature", label: t.signature, autocomplete: "off", maxlength: 200 })}<p><button class="main">${t.submit}</button></p></form></details>`;
}

/** What can be done: documents in any case, points until there are enough, then the signed report. */
function forms({ inForce, dashboard: { cycle, entries } }) {
  const isFull = cycle.missing.length === 0;
  return html`${cycle.state === LAPSED ? html`<p class="notice">${t.lapsed}</p>` : isFull ? submission(inForce) : html`<session-form class="card"></session-form>`}
    ${documents(entries)}`;
}

function documents(entries) {
  const select = field({ id: "document-entry", name: "document-entry", label: t.documentEntry, optional: true, isMarked: false }, (ties) => html`<select${ties}><option value="">${t.noEntry}</option>${entries.map((each) => html`<option value="${each.entry_id}">${each.title}</option>`)}</select>`);
  return html`<section class="card stack" aria-labelledby="documents"><h2 id="documents">${t.documents}</h2><p class="soft">${t.documentsIntro}</p>${select}<document-upload></document-upload></section>`;
}

/** Take what the member sent: for the entry that is chosen, or for the report as a whole. */
function takeDocuments(content, { program, dashboard: { member: owner } }) {
  const [upload, select] = [content.querySelector("document-upload"), content.querySelector("#document-entry")];
  const home = { certificationId };
  select.addEventListener("change", () => {
    home.entryId = select.value;
  });
  upload.open({ program, home, name: `paper:${certificationId}`, memberId: owner.member_id });
}

/** Say what stands in the report now; when that cannot be learned, that it is saved all the same. */
async function showSaved(content, again) {
  try {
    await again();
    const { cycle, entries } = shown;
    announce(content.querySelector("#notice"), html`<p>${t.saved(number(entries.length), number(cycle.points_total), cycle.points_required)}</p>`);
  } catch (refusal) {
    const notice = content.querySelector("#notice");
    render(notice, html`<problem-message></problem-message>`);
    notice.firstElementChild.show(refusal, { next: t.savedUnseen, retry: () => showSaved(content, again) });
  }
}

/** The agreement in force now, in place of the one that was when the page was opened. */
async function showAgreement(details) {
  const { agreement } = await api.program({ fresh: true }).catch(() => ({}));
  if (!agreement) return;
  details.querySelector(".agreed").textContent = agreement.text.trim();
  details.querySelector("[name=agreement_version]").value = agreement.version;
}

function show(content, loaded, again) {
  const { program, dashboard } = loaded;
  shown = dashboard;
  if (!dashboard) {
    render(content, html`<div class="card stack"><p>${t.missing}</p><p><a class="button" href="/staff/members/">${t.toMembers}</a></p></div>`);
    return;
  }
  const { cycle, entries, certification } = dashboard;
  const why = whyNot(loaded);
  render(
    content,
    html`<div class="stack"><div id="notice"></div><p>${t.intro(dashboard.member.name, certification.designation)}</p>
      ${why ? html`<p class="notice warn">${why}</p>` : forms(loaded)}
      <p><a class="button" href="${report}">${t.toReport}</a></p></div>`,
  );
  if (why) return;
  takeDocuments(content, loaded);
  const form = content.querySelector("session-form");
  form?.addEventListener("saved", () => showSaved(content, again));
  form?.open(program, { ...dashboard, isOfStaff: true });
  const details = content.querySelector(".submission");
  if (!details) return;
  keepAndSend(details, {
    path: `${path}/submission`,
    draft: `paper-signature:${cycle.cycle_id}:${entries.length}`,
    required: t.required,
    confirm: t.confirm,
    sent: () => location.assign(report),
    refused: ({ code }) => code === "agreement-outdated" && showAgreement(details),
  });
  details.open = true; // there is nothing else to do on this page
}

await openPage("staff/paper", { load, show });
