/** <pay-button>: opens Stripe's page for an invoice; asks for the invoice first where there is none yet. Where a payment
 * was taken back it says how to go on instead. */

import * as api from "../../api.js";
import { newKey } from "../../drafts.js";
import { busy } from "../../fields.js";
import { html, render } from "../../html.js";
import { billingText } from "../../text/billing.js";
import "../problem-message/problem-message.js";

class PayButton extends HTMLElement {
  #invoice;
  #certificationId;

  /** Pay `invoice`, or without one the recertification of `certificationId` ahead of time. */
  open({ invoice, certificationId, label }) {
    this.#invoice = invoice;
    this.#certificationId = certificationId;
    if (invoice && billingText.takenBack[invoice.status]) {
      this.#sayHowToGoOn(invoice);
      return;
    }
    render(
      this,
      html`<div class="stack tight"><div class="buttons"><button type="button" class="${invoice ? "main" : ""}">${label ?? (invoice ? billingText.invoice.pay(invoice.total) : billingText.fee.payEarly)}</button></div>
      <p class="small soft" role="status"></p><problem-message></problem-message></div>`,
    );
    const button = this.querySelector("button");
    button.addEventListener("click", () => busy(button, () => this.#pay()));
  }

  async #sayHowToGoOn(invoice) {
    render(this, html`<p class="notice warn">${billingText.takenBack[invoice.status]} <a class="contact"></a></p>`);
    const link = this.querySelector(".contact");
    const { contact } = await api.program().catch(() => ({}));
    if (!contact) return;
    link.href = `mailto:${contact.email}`;
    link.textContent = contact.email;
  }

  async #pay() {
    const problem = this.querySelector("problem-message");
    const status = this.querySelector('[role="status"]');
    problem.clear();
    status.textContent = billingText.fee.opening;
    try {
      const invoice = this.#invoice ?? (await this.#askForInvoice());
      if (billingText.takenBack[invoice.status]) {
        this.#sayHowToGoOn(invoice);
        return;
      }
      if (invoice.status !== "open") {
        status.textContent = billingText.transactions.alreadyPaid;
        return;
      }
      const { body } = await api.call("POST", `/invoices/${encodeURIComponent(invoice.invoice_id)}/checkout`, { key: newKey() });
      location.assign(body.checkout_url);
    } catch (refusal) {
      status.textContent = "";
      problem.show(refusal, { retry: refusal.isUncertain ? () => this.querySelector("button").click() : undefined });
    }
  }

  async #askForInvoice() {
    const path = `/certifications/${encodeURIComponent(this.#certificationId)}/invoice`;
    return (await api.call("POST", path, { key: newKey() })).body;
  }
}

customElements.define("pay-button", PayButton);
