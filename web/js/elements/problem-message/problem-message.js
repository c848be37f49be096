/**
 * <problem-message>: why something did not work, beside what it is about: the problem's own sentence, the wrong fields
 * as links to them, the next step, and whom to ask, with the request's id where the portal failed. It takes the focus.
 */

import * as api from "../../api.js";
import { html, nextFrame, render } from "../../html.js";
import { text } from "../../text.js";

class ProblemMessage extends HTMLElement {
  /**
   * `fields` are `[{id, detail}]` of wrong fields; `retry` tries again; `next` is markup of another next step;
   * `isKept` says that what was typed is still there.
   */
  show(refusal, { fields = [], retry, next, isKept = false } = {}) {
    const t = text.problem;
    if (!refusal.code) console.error(refusal);
    const step = next ?? t.next[refusal.code];
    render(
      this,
      html`<div role="alert" tabindex="-1">
        <p class="problem-title">${t.titles[refusal.code] ?? t.titles.other}</p>
        <p>${refusal.code ? refusal.detail : text.refusals.unavailable}</p>
        ${fields.length > 0 && html`<ul>${fields.map(({ id, detail }) => html`<li>${id ? html`<a href="#${id}">${detail}</a>` : detail}</li>`)}</ul>`}
        ${step && html`<p>${step}</p>`}
        ${isKept && html`<p>${t.nothingLost}</p>`}
        ${retry && html`<p class="buttons"><button type="button" class="retry">${text.tryAgain}</button></p>`}
        ${refusal.reference && html`<p class="small">${t.reference} <code>${refusal.reference}</code></p>`}
        <p class="small contact" hidden></p>
      </div>`,
    );
    const box = this.firstElementChild;
    box.querySelector(".retry")?.addEventListener("click", () => retry());
    for (const link of box.querySelectorAll("li a")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.getElementById(link.hash.slice(1))?.focus();
      });
    }
    box.focus();
    this.#tellContact(box.querySelector(".contact"));
  }

  clear() {
    this.replaceChildren();
  }

  async #tellContact(place) {
    await nextFrame();
    const { contact } = await api.program().catch(() => ({}));
    if (!contact) return;
    render(place, html`${text.problem.contact} <a href="mailto:${contact.email}">${contact.email}</a>.`);
    place.hidden = false;
  }
}

customElements.define("problem-message", ProblemMessage);
