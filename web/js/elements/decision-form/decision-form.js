/**
 * <decision-form>: a signed report's entries with a comment and fewer points for each, what then counts, and the
 * decision. What is typed is kept until it is decided.
 */

import { Draft } from "../../drafts.js";
import { busy, clearFaults, input, lines, showFaults, valuesOf } from "../../fields.js";
import { html, render } from "../../html.js";
import { quantityOf, readingsOf } from "../../points.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { staffText } from "../../text/staff.js";
import "../problem-message/problem-message.js";
import { claimOf } from "./claim.js";

const t = staffText.review;
const exact = (value) => Math.round(value * 1e6) / 1e6;
const FAULT = /^\/(comment|entry_comments|entry_adjustments)(?:\/([^/]+)(?:\/(\w+))?)?/;

class DecisionForm extends HTMLElement {
  #program;
  #dashboard;
  #draft;
  #values;

  /** Dispatches `decided` with `{decision, dashboard}`, `unpaid` with the refusal, and `outdated`. */
  open(program, dashboard) {
    this.#program = program;
    this.#dashboard = dashboard;
    this.#draft = new Draft(`review:${dashboard.submission.submission_id}`);
    this.#values = this.#draft.read()?.value ?? {};
    const value = (name) => this.#values[name] ?? "";
    render(
      this,
      html`<form class="stack" novalidate>
        <section class="card" aria-labelledby="entries-title"><h2 id="entries-title">${t.entries}</h2>
          <ul class="entries">${dashboard.entries.map((entry, index) => this.#entry(entry, index, value))}</ul></section>
        <section class="card stack" aria-labelledby="decision-title">
          <div><h2 id="decision-title">${t.decision}</h2><p class="soft">${t.decisionIntro}</p></div>
          <p class="draft-mark" role="status" hidden>${text.draft.mark}</p>
          <problem-message></problem-message>
          ${lines({ id: "comment", name: "comment", label: t.comment, hint: t.commentHint, optional: true, isMarked: false, rows: 3, maxlength: 2000, value: value("comment") })}
          <p class="remaining" role="status"></p>
          <div class="buttons"><button type="button" class="main approve">${t.approve}</button><button type="button" class="danger return">${t.return}</button></div>
        </section>
      </form>`,
    );
    this.addEventListener("input", () => this.#typed());
    for (const decision of ["approve", "return"]) {
      const button = this.querySelector(`.${decision}`);
      button.addEventListener("click", () => busy(button, () => this.#decide(decision), this));
    }
    // Enter in a field decides nothing.
    this.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    this.#draft.watch((values) => this.#fill(values ?? {}));
    this.#tell();
  }

  #entry(entry, index, value) {
    const id = `entry-${index}`;
    const names = [`comment:${index}`, `points:${index}`, `reason:${index}`];
    const about = html`<span class="unseen">${t.about(entry.title)}</span>`;
    const [comment, points, reason] = names.map((name) => ({ name, value: value(name) }));
    return html`<li class="entry">
      ${claimOf(this.#program, this.#dashboard, entry)}
      <details class="entry-more" ${names.some((name) => value(name)) && html`open`}><summary>${t.more}${about}</summary>
        <div class="fields">
          ${lines({ id: `${id}-comment`, label: html`${t.entryComment}${about}`, optional: true, wide: true, rows: 2, maxlength: 2000, ...comment })}
          ${input({ id: `${id}-points`, label: html`${t.entryPoints}${about}`, hint: t.entryPointsHint(entry.points), optional: true, inputmode: "decimal", autocomplete: "off", ...points })}
          ${lines({ id: `${id}-reason`, label: html`${t.entryReason}${about}`, optional: true, isMarked: false, rows: 2, maxlength: 2000, ...reason })}
        </div></details>
    </li>`;
  }

  get #problem() {
    return this.querySelector("problem-message");
  }

  #typed() {
    this.#values = valuesOf(this);
    if (Object.values(this.#values).some((each) => each)) this.#draft.write(this.#values);
    else this.#draft.clear();
    this.#tell();
  }

  #fill(values) {
    for (const control of this.querySelectorAll("textarea, input")) control.value = values[control.name] ?? "";
    this.#values = values;
    this.#tell();
  }

  #typedPoints(index) {
    return quantityOf({ quantity: this.#values[`points:${index}`] });
  }

  #tell() {
    const carriedIn = this.#dashboard.cycle.carried_in.reduce((sum, each) => sum + each.points, 0);
    const total = this.#dashboard.entries.reduce((sum, entry, index) => {
      const typed = this.#typedPoints(index);
      const counted = entry.points_counted;
      return sum + (typed !== null && typed >= 0 && typed < counted ? typed : counted);
    }, carriedIn);
    this.querySelector(".remaining").textContent = t.remaining(exact(total), this.#dashboard.cycle.points_required);
    this.querySelector(".draft-mark").hidden = !Object.values(this.#values).some((each) => each);
  }

  /** What is wrong with what was typed, before it is sent. */
  #faults(decision) {
    const faults = this.#dashboard.entries.flatMap((entry, index) => {
      const [points, reason] = ["points", "reason"].map((name) => (this.#values[`${name}:${index}`] ?? "").trim());
      if (!points && !reason) return [];
      const typed = this.#typedPoints(index);
      const readings = readingsOf(points);
      if (!points) return [{ field: `points:${index}`, detail: t.pointsRequired }];
      if (readings) return [{ field: `points:${index}`, detail: text.twoReadings(points, readings) }];
      if (typed === null || typed < 0 || typed >= entry.points) return [{ field: `points:${index}`, detail: t.pointsTooMany(entry.points) }];
      return reason ? [] : [{ field: `reason:${index}`, detail: t.reasonRequired }];
    });
    const isMissing = decision === "return" && !(this.#values.comment ?? "").trim();
    return isMissing ? [...faults, { field: "comment", detail: t.commentRequired }] : faults;
  }

  #body(decision) {
    const typed = (name, index) => (this.#values[`${name}:${index}`] ?? "").trim();
    const pairs = (name, make) =>
      Object.fromEntries(this.#dashboard.entries.flatMap((entry, index) => (typed(name, index) ? [[entry.entry_id, make(index)]] : [])));
    return {
      submission_id: this.#dashboard.submission.submission_id,
      decision,
      comment: (this.#values.comment ?? "").trim(),
      entry_comments: pairs("comment", (index) => typed("comment", index)),
      entry_adjustments: pairs("points", (index) => ({ points: this.#typedPoints(index), reason: typed("reason", index) })),
    };
  }

  async #decide(decision) {
    this.#problem.clear();
    clearFaults(this);
    this.#values = valuesOf(this);
    const faults = this.#faults(decision);
    if (faults.length) {
      this.#refused(new Refusal("invalid-request", { detail: t.faults }), faults);
      return;
    }
    try {
      const path = `/staff/certifications/${encodeURIComponent(this.#dashboard.certification.certification_id)}/decision`;
      const { answer, isEarlier } = await this.#draft.post(path, this.#body(decision));
      this.#draft.clear();
      if (isEarlier) throw new Refusal("idempotency-key-reused");
      this.dispatchEvent(new CustomEvent("decided", { detail: { decision, dashboard: answer } }));
    } catch (refusal) {
      this.#refused(refusal, this.#faultsOf(refusal), decision);
    }
  }

  #refused(refusal, faults, decision) {
    if (refusal.code === "invoice-unpaid") {
      this.dispatchEvent(new CustomEvent("unpaid", { detail: refusal }));
      return;
    }
    const fields = showFaults(this, faults);
    for (const { id } of fields) this.querySelector(`details:has(#${id})`)?.setAttribute("open", "");
    const isOver = refusal.code === "already-decided" || refusal.code === "idempotency-key-reused";
    const next = isOver ? html`<button type="button" class="look">${t.lookAgain}</button>` : undefined;
    const retry = refusal.isUncertain ? () => this.querySelector(`.${decision}`).click() : undefined;
    this.#problem.show(refusal, { fields, next, retry, isKept: !isOver && refusal.code !== "invalid-request" });
    this.querySelector(".look")?.addEventListener("click", () => this.dispatchEvent(new CustomEvent("outdated")));
  }

  /** The API's faults by the field they are about; those without one keep their sentence. */
  #faultsOf({ errors = [] }) {
    return errors.map(({ pointer, detail }) => {
      const [, part, entryId, name] = pointer.match(FAULT) ?? [];
      const index = this.#dashboard.entries.findIndex((each) => each.entry_id === entryId);
      if (part === "comment") return { field: "comment", detail };
      return { field: `${part === "entry_comments" ? "comment" : (name ?? "points")}:${index}`, detail };
    });
  }
}

customElements.define("decision-form", DecisionForm);
