/** Asking before something is done: a dialog with the choices as buttons. */

import { elementOf, html, nextFrame } from "./html.js";
import { text } from "./text.js";

let isAsking = false;

/** `choices` are `[{value, label, kind}]`; gives the value chosen, or null for none. */
export async function ask({ title, detail, choices, refuse = text.cancel }) {
  if (isAsking) return null;
  isAsking = true;
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
  await nextFrame(); // A modal dialog restyles the whole page beneath it: the press shows first.
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      isAsking = false;
      resolve(dialog.returnValue || null);
    });
  });
}
