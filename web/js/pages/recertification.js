/** Recertification Portal: points so far, what is missing, entries, the form for more, the agreement, the payment. */

import * as api from "../api.js";
import { withApplication } from "../application.js";
import { pathOf } from "../certification.js";
import "../elements/agreement-form/agreement-form.js";
import "../elements/cycle-state/cycle-state.js";
import "../elements/entry-list/entry-list.js";
import "../elements/pay-button/pay-button.js";
import "../elements/points-progress/points-progress.js";
import "../elements/session-form/session-form.js";
import { Draft } from "../drafts.js";
import { busy } from "../fields.js";
import { day, span } from "../format.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { announce, openPage } from "../page.js";
import { text } from "../text.js";
import { billingText } from "../text/billing.js";
import { reportText } from "../text/report.js";

const t = reportText.recertification;
const tabs = new BroadcastChannel("recertification");

function asked() {
  return new URLSearchParams(location.search).get("certification");
}

/**
 * The certification of the address, or the first; who the member is is mostly known, and so is the edition of the cycle,
 * so that nothing waits for the dashboard.
 */
async function load() {
  const asking = api.program();
  const me = await member.findCertified();
  const certificationId = asked() ?? me.certifications[0]?.certification_id;
  if (!certificationId) return { inForce: await asking, me };
  const held = me.certifications.find((each) => each.certification_id === certificationId);
  const [inForce, known, dashboard] = await Promise.all([asking, api.programOf(held?.edition, asking), read(certificationId)]);
  return { inForce, program: await api.programOf(dashboard.cycle.edition, known), me, dashboard };
}

const read = async (certificationId) => withApplication((await api.get(pathOf(certificationId, "/cycle"))).body);

function show(content, { inForce, program, me, dashboard }) {
  if (!dashboard) showUncertified(content, inForce, me);
  else new Dashboard(content, inForce, program, me).show(dashboard);
}

/** An account that no member has is staff's; without their second factor they are taken for nobody. */
function showUncertified(content, inForce, me) {
  const s = reportText.states.uncertified;
  render(
    content,
    html`<div class="card stack"><div><h2>${s.title}</h2><p>${s.detail}</p>${!me.email && html`<p>${s.staff} <a href="/profile/">${text.pages.profile.title}</a></p>`}</div>
    <div class="buttons"><a class="button main" href="${inForce.contact.get_certified}">${s.get}</a><a class="button" href="/help/">${text.pages.help.title}</a></div></div>`,
  );
}

/** Whether an invoice is still to be settled: paid here, or another way where its payment was taken back. */
const isUnsettled = ({ status }) => status === "open" || Boolean(billingText.takenBack[status]);

/** The page of one certification, which changes as the member works on it. */
class Dashboard {
  #content;
  #inForce;
  #program;
  #dashboard;

  /** `program` is that of the cycle: what counts in it. Whom to ask, and what is signed, is said by the one in force. */
  constructor(content, inForce, program, me) {
    this.#content = content;
    this.#inForce = inForce;
    this.#program = program;
    render(
      content,
      html`<div class="stack">
        <div id="certifications"></div>
        <div id="notice"></div>
        <div class="card stack"><div id="facts"></div><points-progress></points-progress><div id="steps"></div></div>
        <cycle-state></cycle-state>
        <proposal-list></proposal-list>
        <div id="action" class="stack"></div>
        <section class="card" id="entries" aria-labelledby="entries-title"><h2 id="entries-title"></h2><entry-list></entry-list></section>
        <section class="card stack tight" id="standing" aria-labelledby="standing-title" hidden>
          <div><h2 id="standing-title">${reportText.standing.title}</h2><p class="soft">${reportText.standing.intro}</p></div>
          <standing-claims></standing-claims><div><button type="button" class="quiet enter-standing">${reportText.standing.enter}</button><p class="small soft standing-full">${reportText.standing.full}</p></div>
        </section>
        <section class="card" id="fee" aria-labelledby="fee-title"></section>
      </div>`,
    );
    this.#offerOthers(me);
    this.#entries.addEventListener("changed", ({ detail }) => this.#changed(detail));
    this.#standing.addEventListener("changed", ({ detail }) => this.#changed(detail));
    const enter = content.querySelector(".enter-standing");
    enter.addEventListener("click", () => busy(enter, async () => (await this.#loadStanding()).add()));
    this.#entries.addEventListener("reentered", ({ detail }) => this.#reenter(detail));
    const proposals = content.querySelector("proposal-list");
    proposals.addEventListener("saved", ({ detail }) => this.#saved(detail));
    proposals.addEventListener("dismissed", ({ detail }) => announce(this.#notice, html`<p>${detail}</p>`));
    tabs.onmessage = ({ data }) => data === this.#id && this.#reload();
  }

  /** Show a dashboard: for the first time, or after a change. Forms that are open keep what is typed. */
  show(dashboard) {
    this.#dashboard = dashboard;
    this.#showFacts();
    this.#content.querySelector("points-progress").show(this.#program, dashboard);
    this.#showSteps();
    this.#content.querySelector("cycle-state").show(this.#inForce, dashboard);
    this.#showProposals();
    this.#showAction();
    this.#content.querySelector("#entries-title").textContent = t.entries(dashboard.entries.length);
    this.#entries.show(this.#program, dashboard);
    this.#showStanding();
    this.#showFee();
  }

  get #standing() {
    return this.#content.querySelector("standing-claims");
  }

  get #id() {
    return this.#dashboard.certification.certification_id;
  }

  get #entries() {
    return this.#content.querySelector("entry-list");
  }

  get #notice() {
    return this.#content.querySelector("#notice");
  }

  #offerOthers(me) {
    if (me.certifications.length < 2) return;
    const chosen = asked() ?? me.certifications[0].certification_id;
    render(
      this.#content.querySelector("#certifications"),
      html`<nav aria-label="${t.choose}"><ul class="switch">${me.certifications.map(
        ({ certification_id: id, designation }) =>
          html`<li><a href="?certification=${encodeURIComponent(id)}" ${id === chosen && html`aria-current="page"`}>${designation}</a></li>`,
      )}</ul></nav>`,
    );
  }

  #showFacts() {
    const { certification, cycle } = this.#dashboard;
    const facts = [
      [t.facts.designation, certification.designation],
      [this.#dashboard.door ? t.facts.earned : t.facts.period, span(cycle.starts_on, cycle.ends_on)],
      [t.facts.expires, day(certification.expires_on)],
      certification.extended_to && [t.facts.extended, day(certification.extended_to)],
    ].filter(Boolean);
    render(this.#content.querySelector("#facts"), html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`);
  }

  /** Where the member is on the way; the lapsed are on another, which <cycle-state> tells of. */
  #showSteps() {
    const { cycle, submission, invoice } = this.#dashboard;
    this.#content.querySelector("#steps").hidden = cycle.state === "lapsed";
    const isSigned = cycle.state === "submitted";
    const isPaid = this.#invoices.length > 0 && this.#invoices.every(({ status }) => ["paid", "waived"].includes(status));
    const isTakenBack = this.#invoices.some(({ status }) => billingText.takenBack[status]);
    const isFull = cycle.missing.length === 0;
    const s = t.stepNow;
    const steps = [
      [t.step.collect, isFull ? "done" : "current", s.collect(cycle.points_total, cycle.points_required)],
      [t.step.sign, isSigned ? "done" : isFull && "current", isSigned ? s.signed(submission.submitted_at) : isFull ? s.sign : s.next],
      [t.step.pay, isPaid ? "done" : isSigned && "current", isPaid ? s[invoice.status] : isTakenBack ? s.takenBack : isSigned ? s.pay : s.later],
      [t.step.review, isSigned && isPaid && "current", isSigned ? s.review : s.next],
    ];
    render(
      this.#content.querySelector("#steps"),
      html`<ol class="steps" aria-label="${t.steps}">${steps.map(
        ([name, state, now]) => html`<li class="${state}" ${state === "current" && html`aria-current="step"`}><span><strong>${name}</strong>${now}</span></li>`,
      )}</ol>`,
    );
  }

  /** What to do next: enter points, or sign; both where entering goes on; nothing while staff have the report. */
  #showAction() {
    const place = this.#content.querySelector("#action");
    const { state, missing, takes_more: takesMore, cycle_id: cycleId, edition } = this.#dashboard.cycle;
    const isOpen = ["entering", "complete", "returned"].includes(state);
    const wanted = { "session-form": isOpen && takesMore, "agreement-form": isOpen && missing.length === 0 };
    const cycle = `${cycleId} ${edition}`;
    if (place.dataset.cycle !== cycle) render(place, html``);
    place.dataset.cycle = cycle;
    for (const [name, isWanted] of Object.entries(wanted)) {
      const present = place.querySelector(name);
      if (!isWanted) present?.remove();
      else if (present) present.update?.(this.#dashboard);
      else this.#begin(place, document.createElement(name));
    }
  }

  #begin(place, form) {
    form.className = "card";
    form.style.display = "block";
    place.append(form);
    this.#listen(form);
    form.open(form.localName === "agreement-form" ? this.#inForce : this.#program, this.#dashboard);
  }

  /** What chapters told of: its code is loaded when there is something. */
  async #showProposals() {
    if (!member.proposed().length) return;
    await import("../elements/proposal-list/proposal-list.js");
    this.#content.querySelector("proposal-list").show(this.#program, this.#dashboard);
  }

  /** What accrues by itself: its code is loaded when there is something, or when one enters it. */
  #showStanding() {
    const { standing, cycle, door } = this.#dashboard;
    const mayChange = ["entering", "complete", "returned"].includes(cycle.state) && !door && this.#program.activities.some((each) => each.standing);
    this.#content.querySelector("#standing").hidden = !standing.length && !mayChange;
    this.#content.querySelector(".enter-standing").hidden = !mayChange || !cycle.takes_more;
    this.#content.querySelector(".standing-full").hidden = !mayChange || cycle.takes_more;
    if (standing.length || this.#standing.firstElementChild || new Draft(`standing:${this.#id}`).read()?.value) this.#loadStanding();
  }

  async #loadStanding() {
    await import("../elements/standing-claims/standing-claims.js");
    this.#standing.show(this.#program, this.#dashboard);
    return this.#standing;
  }

  #listen(form) {
    form.addEventListener("planned", ({ detail }) => this.#content.querySelector("points-progress").plan(detail));
    form.addEventListener("saved", ({ detail }) => this.#saved(detail));
    form.addEventListener("submitted", () => this.#submitted());
    form.addEventListener("outdated", () => this.#offerReload(form));
  }

  async #saved({ entries, cycle, isEarlier }) {
    const known = new Set(entries.map((entry) => entry.entry_id));
    const others = this.#dashboard.entries.filter((entry) => !known.has(entry.entry_id));
    const isOfAnother = cycle.edition !== this.#program.edition;
    if (this.#dashboard.door || isOfAnother || entries.some((entry) => entry.document_ids.length)) await this.#reload();
    else {
      this.show({ ...this.#dashboard, cycle, entries: [...others, ...entries], outlook: null });
      if (cycle.missing.length) this.#lookAhead();
    }
    tabs.postMessage(this.#id);
    const points = entries.reduce((total, entry) => total + entry.points, 0);
    announce(this.#notice, html`<p>${isEarlier ? reportText.form.savedBefore : reportText.form.saved(entries.length, points, cycle.points_total, cycle.points_required)}</p>`);
  }

  /** The shortest way is another after a save; without an answer none is shown. */
  async #lookAhead() {
    const { version } = this.#dashboard.cycle;
    const answer = await api.get(pathOf(this.#id, "/shortest-ways")).catch(() => null);
    if (!answer || this.#dashboard.cycle.version !== version) return;
    this.#dashboard.outlook = answer.body;
    this.#content.querySelector("points-progress").show(this.#program, this.#dashboard);
    this.#content.querySelector("session-form")?.update(this.#dashboard);
  }

  async #submitted() {
    await this.#reload();
    tabs.postMessage(this.#id);
    announce(this.#notice, html`<p>${this.#dashboard.door ? reportText.states.application.submitted.thanks : reportText.states.submitted.thanks}</p>`);
    this.#content.querySelector("#fee pay-button")?.scrollIntoView({ block: "nearest" });
  }

  /** The form is about a state that has passed: the message stays until the member goes on. */
  #offerReload(form) {
    const problem = form.querySelector("problem-message > div");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text.lookAgain;
    button.addEventListener("click", () => this.#reload());
    problem?.append(button);
  }

  async #changed({ message, deleted }) {
    tabs.postMessage(this.#id);
    await this.#reload();
    announce(
      this.#notice,
      html`<p>${message}</p>${deleted && this.#content.querySelector("session-form") && html`<p><button type="button" class="put-back">${t.putBack}</button></p>`}`,
    );
    this.#notice.querySelector(".put-back")?.addEventListener("click", () => this.#reenter(deleted));
  }

  async #reenter(row) {
    await this.#reload();
    render(this.#notice, html``);
    this.#content.querySelector("session-form")?.take(row);
  }

  async #reload() {
    try {
      const dashboard = await read(this.#id);
      this.#program = await api.programOf(dashboard.cycle.edition, this.#program); // The next cycle may be under another.
      this.show(dashboard);
    } catch (refusal) {
      render(this.#notice, html`<problem-message></problem-message>`);
      this.#notice.firstElementChild.show(refusal, { retry: () => this.#reload() });
    }
  }

  /** What is owed for this cycle: its invoice, and the late fee of an application that is signed. */
  get #invoices() {
    const { invoice, application } = this.#dashboard;
    return [invoice, application?.late_fee_invoice].filter(Boolean);
  }

  /** The fee, last on the page until it is what is to be done next. */
  #showFee() {
    const place = this.#content.querySelector("#fee");
    const entries = this.#content.querySelector("#entries");
    if (["submitted", "lapsed"].includes(this.#dashboard.cycle.state)) entries.before(place);
    else this.#content.querySelector("#standing").after(place);
    const f = billingText.fee;
    const invoices = this.#invoices;
    const owed = invoices.map((invoice) => {
      const isOpen = invoice.status === "open";
      const name = invoice.status === "paid" ? billingText.invoice.receiptOf(invoice.number) : billingText.invoice.invoiceOf(invoice.number);
      const link = html`<p><a href="/transactions/?invoice=${encodeURIComponent(invoice.invoice_id)}">${name}</a></p>`;
      const what = invoices.length > 1 && html`${invoice.lines.map((line) => line.description).join(", ")}: `;
      return html`<p class="numbers">${what}${isOpen ? f.open(invoice) : f.settled(invoice)}</p>${isUnsettled(invoice) && html`<pay-button data-invoice="${invoice.invoice_id}"></pay-button>`}${!isOpen && link}`;
    });
    const early = html`<p class="numbers">${this.#dashboard.cycle.state === "lapsed" ? f.late : f.early}</p><pay-button></pay-button>`;
    const isPayable = !invoices.length || invoices.some(({ status }) => status === "open");
    render(place, html`<h2 id="fee-title">${f.title}</h2><div class="stack tight">${invoices.length ? owed : early}${isPayable && html`<p class="small soft">${f.hint}</p>`}</div>`);
    for (const button of place.querySelectorAll("pay-button")) {
      button.open({ invoice: invoices.find(({ invoice_id: id }) => id === button.dataset.invoice), certificationId: this.#id });
    }
  }
}

await openPage("recertification", { load, show });
