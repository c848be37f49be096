/** <session-form>: an entering session of one or more entries; all of them are saved or none, and nothing typed is lost. */

import { doorOf } from "../../certification.js";
import { Draft } from "../../drafts.js";
import { busy, clearFaults } from "../../fields.js";
import { html, render, say } from "../../html.js";
import { pointsOfAll } from "../../points.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import "../problem-message/problem-message.js";
import { entryOf, isBlank } from "../entry-rows/entry-rows.js";

const t = reportText.form;

class SessionForm extends HTMLElement {
  #program;
  #dashboard;
  #draft;

  /** Dispatches `planned` with the points typed, and `saved` with what the API answered. */
  open(program, dashboard) {
    this.#program = program;
    this.#dashboard = dashboard;
    this.#draft = new Draft(`session:${dashboard.cycle.cycle_id}`);
    const typed = this.#draft.read()?.value ?? [];
    render(
      this,
      html`<form class="stack" novalidate aria-labelledby="session-title">
        <div><h2 id="session-title">${t.title}</h2><p class="soft">${t.intro}</p></div>
        <p class="draft-mark" role="status" hidden>${text.draft.mark}</p>
        <problem-message></problem-message>
        <entry-rows></entry-rows>
        <div><button type="button" class="quiet add">${t.add}</button></div>
        <div class="session-foot"><p class="total" role="status"></p><button class="main save"></button></div>
      </form>`,
    );
    const home = dashboard.isOfStaff ? undefined : { certificationId: dashboard.certification.certification_id };
    this.#rows.open(program, dashboard.cycle, typed, { home, documents: dashboard.documents });
    this.#rows.addEventListener("typed", () => this.#typed());
    this.querySelector(".add").addEventListener("click", () => this.#rows.add());
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.querySelector(".save"), () => this.#save());
    });
    this.#draft.watch((rows) => this.#changedElsewhere(rows));
    this.#tell();
  }

  /** The points have changed meanwhile. */
  update(dashboard) {
    this.#dashboard = dashboard;
    this.#tell();
  }

  /** Put another row there, filled: an entry that was deleted. */
  take(row) {
    this.#rows.fill([...this.#rows.rows.filter((each) => !isBlank(each)), row]);
    this.#typed();
    this.#rows.lastElementChild.querySelector("select").focus();
  }

  get #rows() {
    return this.querySelector("entry-rows");
  }

  get #problem() {
    return this.querySelector("problem-message");
  }

  #typed() {
    const rows = this.#rows.rows;
    if (rows.every(isBlank) && rows.length === 1) this.#draft.clear();
    else this.#draft.write(rows);
    this.#tell();
  }

  #changedElsewhere(rows) {
    this.#rows.fill(rows ?? []);
    this.#problem.clear();
    this.#tell();
  }

  #tell() {
    const { points_total: before, points_required: required } = this.#dashboard.cycle;
    const rows = this.#rows.rows.filter((row) => !isBlank(row));
    const planned = pointsOfAll(this.#program, rows);
    const over = before + planned - required;
    const total = planned > 0 && [t.total(planned), t.reaches(before + planned, required), over > 0 && t.tooMany(over, this.#program.carries_over)];
    say(this.querySelector(".total"), (total || []).filter(Boolean).join(" "));
    say(this.querySelector(".save"), t.save(Math.max(1, rows.length)));
    this.querySelector(".draft-mark").hidden = rows.length === 0;
    this.dispatchEvent(new CustomEvent("planned", { detail: planned }));
  }

  async #save() {
    this.#problem.clear();
    const typed = this.#rows.rows;
    const filled = typed.map((_, index) => index).filter((index) => !isBlank(typed[index]));
    const numbers = filled.length ? filled : [0];
    const empty = this.#rows.showEmpty(numbers);
    if (empty.length) {
      this.#problem.show(new Refusal("invalid-request", { detail: text.faults(empty.length) }), { fields: empty });
      return;
    }
    const body = { entries: numbers.map((index) => entryOf(typed[index])) };
    try {
      this.#finish(await this.#draft.post(doorOf(this.#dashboard, "/entries"), body));
    } catch (refusal) {
      this.#refused(refusal, numbers);
    }
  }

  /** What is saved leaves the form; what was typed or changed since it was sent stays. */
  #finish({ answer, sent, isEarlier }) {
    this.#rows.leaveOut(sent.entries);
    const rows = this.#rows.rows;
    this.#draft.settle(!rows.every(isBlank) && rows);
    clearFaults(this.#rows);
    this.#tell();
    this.dispatchEvent(new CustomEvent("saved", { detail: { ...answer, isEarlier } }));
  }

  #refused(refusal, numbers) {
    const fields = this.#rows.showFaults(refusal.errors ?? [], numbers);
    const retry = refusal.isUncertain ? () => this.querySelector("form").requestSubmit() : undefined;
    this.#problem.show(refusal, { fields, retry, isKept: refusal.code !== "invalid-request" });
    if (["certification-lapsed", "points-complete", "cycle-locked"].includes(refusal.code)) this.dispatchEvent(new CustomEvent("outdated"));
  }
}

customElements.define("session-form", SessionForm);
