/** <points-progress>: the points so far as a bar and in words, what is missing, the shortest way to it, and what the form would add. */

import { entriesWithoutDocument } from "../../points.js";
import { html, render, say } from "../../html.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";

class PointsProgress extends HTMLElement {
  #cycle;

  /** Show the dashboard of a certification. */
  show(program, dashboard) {
    const t = reportText.recertification;
    const { cycle } = dashboard;
    const { points_total: total, points_required: required, points_missing: missing } = cycle;
    this.#cycle = cycle;
    const isMet = cycle.missing.length === 0;
    const carriedIn = cycle.carried_in.reduce((sum, each) => sum + each.points, 0);
    const unmet = cycle.missing.slice(missing > 0 ? 1 : 0);
    const withoutDocument = entriesWithoutDocument(program, dashboard);
    render(
      this,
      html`<h2 class="unseen">${t.pointsSoFar}</h2>
      <p class="figure"><strong>${text.points(total)}</strong> <span class="soft">${t.ofRequired(required)}</span></p>
      <div class="bar ${isMet && "complete"}" role="progressbar" aria-label="${t.pointsSoFar}" aria-valuemin="0"
        aria-valuemax="${Math.max(required, total)}" aria-valuenow="${total}" aria-valuetext="${t.progress(total, required)}">
        <span class="planned"></span><span class="counted"></span>
      </div>
      <p><strong>${missing > 0 ? t.missing(missing) : t.enough(required)}</strong>
        <span class="plan"></span></p>
      ${unmet.length > 0 && html`<ul>${unmet.map((each) => html`<li>${each}</li>`)}</ul>`}
      ${carriedIn > 0 && html`<p>${t.carriedIn(carriedIn)}</p>`}${cycle.points_carried > 0 && html`<p>${t.carries(cycle.points_carried)}</p>`}
      ${this.#ahead(isMet, dashboard.outlook)}
      ${withoutDocument.length > 0 && html`<p>${t.documentsMissing} ${withoutDocument.map((each) => each.title).join(", ")}.</p>`}`,
    );
    this.#widen(".counted", total);
    this.plan(0);
  }

  /** What comes by itself until the end of the cycle, and the shortest way to what is missing then. */
  #ahead(isMet, outlook) {
    const t = reportText.recertification.ahead;
    if (isMet || !outlook?.days_left) return false;
    const { points_accruing: accruing, until, missing, ways } = outlook;
    return html`<div class="shortest-way prose stack tight">
      ${accruing > 0 && html`<p>${t.accruing(accruing, until)} ${missing.length ? t.then(missing) : t.enough}</p>`}
      ${ways.length > 0 && html`<h3>${t.title}</h3><ul>${ways.map((way) => html`<li>${t.way(way)}</li>`)}</ul>`}
    </div>`;
  }

  /** Show what the form would add. */
  plan(points) {
    const { points_total: total } = this.#cycle;
    this.#widen(".planned", points ? total + points : 0);
    say(this.querySelector(".plan"), points ? reportText.recertification.planned(total + points) : "");
  }

  #widen(part, points) {
    const share = Math.min(1, points / this.#cycle.points_required);
    this.querySelector(part).style.inlineSize = `${share * 100}%`;
  }
}

customElements.define("points-progress", PointsProgress);
