/** <cycle-state>: in what state a cycle is, and what that means for the member: submitted, returned, lapsed, approved … */

import * as api from "../../api.js";
import { pathOf } from "../../certification.js";
import { day, endOf, money, timeHere } from "../../format.js";
import { html, render } from "../../html.js";
import { billingText } from "../../text/billing.js";
import { reportText } from "../../text/report.js";

const t = reportText.states;
const NEAR_MILLISECONDS = 45 * 24 * 60 * 60_000;

class CycleState extends HTMLElement {
  /** Show the state of a dashboard; nothing while points are simply being entered. Whom to write to is said by the program in force. */
  show(inForce, dashboard) {
    const { cycle, submission } = dashboard;
    const isReturned = cycle.state === "returned" && submission?.decision;
    render(this, html``);
    if (dashboard.application && cycle.state !== "submitted") this.#showApplication(dashboard, isReturned);
    else if (cycle.state === "submitted") this.#showSubmitted(dashboard);
    else if (isReturned) this.#showReturned(inForce, dashboard);
    else if (cycle.state === "lapsed") this.#showLapsed(inForce, dashboard);
    else if (cycle.number > 1 && dashboard.entries.length === 0) this.#showApproved(dashboard.certification);
    else this.#showDeadline(inForce, cycle.sign_by);
  }

  /** When the last day is near: by when to sign, to the hour, here and there. */
  #showDeadline({ time_zone: zone }, last) {
    const left = endOf(last, zone) - Date.now();
    if (left < 0 || left > NEAR_MILLISECONDS) return;
    render(this, html`<p class="notice warn">${this.#deadline(zone, last)}</p>`);
  }

  #deadline(zone, last) {
    return t.deadline(last, zone.replaceAll("_", " "), timeHere(endOf(last, zone) - 1000));
  }

  #showSubmitted({ submission, invoice, application }) {
    const s = application ? t.application.submitted : t.submitted;
    const invoices = [invoice, application?.late_fee_invoice].filter(Boolean);
    const isTakenBack = invoices.some(({ status }) => billingText.takenBack[status]);
    const isOpen = invoices.some(({ status }) => status === "open");
    const next = isTakenBack ? t.submitted.takenBack : isOpen ? s.payNext : s.wait;
    render(this, html`<div class="notice ${isTakenBack ? "warn" : "good"}"><h2>${s.title}</h2><p>${t.submitted.detail(submission)}</p><p>${next}</p></div>`);
  }

  #returned({ submission }) {
    return html`<h2>${t.returned.title}</h2><p>${t.returned.detail}</p>${submission.decision.comment && html`<p><strong>${reportText.recertification.reviewer}</strong> ${submission.decision.comment}</p>`}`;
  }

  #showReturned({ time_zone: zone }, dashboard) {
    render(this, html`<div class="notice warn">${this.#returned(dashboard)}<p>${this.#deadline(zone, dashboard.cycle.sign_by)}</p></div>`);
  }

  /** What a lapsed member does here, until when, and what it costs. */
  #showApplication(dashboard, isReturned) {
    const { certification, cycle, application } = dashboard;
    const a = t.application;
    render(
      this,
      html`<div class="notice warn">${isReturned ? this.#returned(dashboard) : html`<h2>${t.lapsed.title}</h2><p>${a.detail(certification, cycle.sign_by)}</p>`}
        <ol class="prose"><li>${a.enter(application.earned_from, application.earned_until)}</li><li>${a.sign(day(application.sign_by))}</li>
        <li>${application.late_fee ? a.payWithLateFee(money(application.late_fee)) : a.pay}</li><li>${a.wait}</li></ol></div>`,
    );
  }

  #showLapsed(inForce, { certification, cycle, refusal }) {
    const s = t.lapsed;
    const { email } = inForce.contact;
    const report = `/summary/?certification=${encodeURIComponent(certification.certification_id)}`;
    render(
      this,
      html`<div class="notice warn"><h2>${s.title}</h2>${refusal ? html`<p>${refusal.detail}</p>` : html`<p>${s.detail(certification, cycle.sign_by)}</p>`}
        <ol class="prose"><li>${s.send} <a href="mailto:${email}">${email}</a>. <a href="${report}">${s.report}</a></li><li>${s.pay}</li><li>${s.wait}</li></ol></div>`,
    );
  }

  /** A new period that is still empty: the last one was approved. */
  async #showApproved(certification) {
    const { body } = await api.get(pathOf(certification.certification_id, "/cycles")).catch(() => ({ body: { items: [] } }));
    const comment = body.items.at(-1)?.submission?.decision?.comment;
    if (!body.items.length) return;
    const s = t.approved;
    render(
      this,
      html`<div class="notice good"><h2>${s.title}</h2><p>${s.detail(certification.expires_on)}</p>${comment && html`<p><strong>${reportText.recertification.reviewer}</strong> ${comment}</p>`}
        ${certification.certificate_id && html`<p><a href="/registrations/">${s.certificate}</a></p>`}</div>`,
    );
  }
}

customElements.define("cycle-state", CycleState);
