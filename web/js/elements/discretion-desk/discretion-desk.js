/** <discretion-desk>: what staff do by their own judgement: reinstate, extend, undo a wrong approval; each with its reason. */

import { input, lines } from "../../fields.js";
import { html, render } from "../../html.js";
import { staffText } from "../../text/staff.js";
import { keepAndSend } from "../invoice-desk/keep-and-send.js";
import "../problem-message/problem-message.js";

const t = staffText.discretion;

class DiscretionDesk extends HTMLElement {
  /** For a report that does not wait for a decision. Dispatches `changed` with a sentence. */
  open({ certification, cycle, entries }, { roles, isOwn }) {
    const why = !roles.includes("staff-reviewer") ? t.notYourRole : isOwn && t.own;
    if (why) {
      render(this, html`<section class="card stack tight" aria-labelledby="discretion-title"><h2 id="discretion-title">${t.title}</h2><p class="${isOwn ? "notice warn" : "soft"}">${why}</p></section>`);
      return;
    }
    const isLapsed = cycle.state === "lapsed";
    const mayUndo = cycle.number > 1 && ["entering", "complete"].includes(cycle.state) && entries.every((each) => each.standing_id);
    const reason = (id, name, label) => lines({ id, name, label, rows: 2, maxlength: 2000 });
    const day = (id, name, label) => input({ id, name, label, type: "date" });
    const form = (route, fields) => html`<details class="${route}"><summary>${t[route].title}</summary><form class="stack tight" novalidate>
      <p class="soft">${t[route].intro}</p><problem-message></problem-message>${fields}<p><button class="main">${t[route].save}</button></p></form></details>`;
    render(
      this,
      html`<section class="card stack tight" aria-labelledby="discretion-title"><h2 id="discretion-title">${t.title}</h2>
        ${
          isLapsed &&
          form("reinstatement", [day("report_received_on", "report_received_on", t.receivedOn), lines({ id: "reinstatement-comment", name: "comment", label: t.comment, optional: true, rows: 2, maxlength: 2000 })])
        }
        ${form("extension", [day("extended_to", "extended_to", t.extendedTo), reason("extension-reason", "reason", t.extensionReason)])}
        ${mayUndo && form("undo-approval", reason("undo-reason", "reason", t.undoReason))}
      </section>`,
    );
    for (const route of ["reinstatement", "extension", "undo-approval"]) {
      const path = `/staff/certifications/${encodeURIComponent(certification.certification_id)}/${route}`;
      const sent = () => this.dispatchEvent(new CustomEvent("changed", { detail: t[route].done }));
      keepAndSend(this.querySelector(`.${route}`), { path, draft: `${route}:${cycle.cycle_id}`, required: t.required, confirm: t[route].confirm, sent });
    }
  }
}

customElements.define("discretion-desk", DiscretionDesk);
