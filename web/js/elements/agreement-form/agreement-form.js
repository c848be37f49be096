/** <agreement-form>: the Recertification Agreement, to be signed by typing one's name. */

import * as api from "../../api.js";
import { doorOf } from "../../certification.js";
import { Draft } from "../../drafts.js";
import { busy, clearFaults, emptyFields, faultsOf, input, showFaults, valuesOf } from "../../fields.js";
import { programDay } from "../../format.js";
import { html, render } from "../../html.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import "../problem-message/problem-message.js";

const t = reportText.agreement;

class AgreementForm extends HTMLElement {
  #inForce;
  #dashboard;
  #draft;

  /**
   * The agreement is that of the program in force, whatever edition the cycle is under. Dispatches `submitted` with what
   * the API answered, and `outdated` when points or agreement are others by now.
   */
  open(inForce, dashboard) {
    this.#inForce = inForce;
    this.#dashboard = dashboard;
    this.#draft = new Draft(`signature:${dashboard.cycle.cycle_id}`);
    const { signable_from: from, points_required: required, takes_more: takesMore } = dashboard.cycle;
    const isAhead = from && programDay(inForce.time_zone) < from;
    render(
      this,
      html`<form class="stack" novalidate aria-labelledby="agreement-title">
        <div><h2 id="agreement-title">${t.title}</h2><p class="soft">${t.intro(required)} ${!takesMore && t.cannotBefore}</p>${isAhead && html`<p>${t.from(from)}</p>`}</div>
        <problem-message></problem-message>
        <section class="agreement" aria-labelledby="agreement-text"><h3 id="agreement-text">${t.heading}</h3><p class="agreed"></p></section>
        ${input({ id: "signature", name: "signature", label: t.signature, autocomplete: "name", maxlength: 200, value: this.#draft.read()?.value ?? "" })}
        <div><button class="main">${t.submit}</button></div>
      </form>`,
    );
    this.#showText();
    this.querySelector("input").addEventListener("input", (event) => this.#draft.write(event.target.value));
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.querySelector("button.main"), () => this.#submit(), this);
    });
  }

  #showText() {
    this.querySelector(".agreed").textContent = this.#inForce.agreement.text.trim();
  }

  get #problem() {
    return this.querySelector("problem-message");
  }

  async #submit() {
    this.#problem.clear();
    clearFaults(this);
    const { signature } = valuesOf(this);
    const empty = showFaults(this, emptyFields({ signature }, { signature: t.required }));
    if (empty.length) {
      this.#problem.show(new Refusal("invalid-request", { detail: text.faults(1) }), { fields: empty });
      return;
    }
    const body = { agreement_version: this.#inForce.agreement.version, signature };
    try {
      const { answer, isEarlier } = await this.#draft.post(doorOf(this.#dashboard, "/submission"), body);
      this.#draft.clear();
      if (isEarlier) throw new Refusal("signed-before", { detail: t.signedBefore });
      this.dispatchEvent(new CustomEvent("submitted", { detail: answer }));
    } catch (refusal) {
      await this.#refused(refusal);
    }
  }

  async #refused(refusal) {
    const fields = showFaults(this, faultsOf(refusal));
    const retry = refusal.isUncertain ? () => this.querySelector("form").requestSubmit() : undefined;
    this.#problem.show(refusal, { fields, retry });
    if (refusal.code === "agreement-outdated") {
      this.#inForce = await api.program({ fresh: true }).catch(() => this.#inForce);
      this.#showText();
    }
    if (["certification-lapsed", "cycle-locked", "not-ready-to-submit", "signed-before", "idempotency-key-reused"].includes(refusal.code)) this.dispatchEvent(new CustomEvent("outdated"));
  }
}

customElements.define("agreement-form", AgreementForm);
