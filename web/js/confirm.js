/** Asking before something is done: a dialog with the choices as buttons. */

import { html, elementOf } from "./html.js";
import { text } from "./text.js";

/** `choices` are `[{value, label, kind}]`; gives the value chosen, or null for none. */
export function ask({ title, detail, choices, refuse = text.cancel }) {
  const dialog = elementOf(html`<dialog aria-labelledby="ask-title" aria-describedby="ask-detail">
    <form method="dialog" class="stack">
      <h2 id="ask-title">${title}</h2>
      <p id="ask-detail">${detail}</p>
      <div class="buttons">
        ${choices.map(({ value, label, kind }) => html`<button value="${value}" class="${kind}">${label}</button>`)}
        <button value="" autofocus>${refuse}</button>
      </div>
    </form>
  </dialog>`);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || null);
    });
  });
}
