/** Form fields with their label, hint and fault, all tied together for a screen reader. */

import { html, nextFrame } from "./html.js";
import { text } from "./text.js";

function attributes(given) {
  return Object.entries(given).map(([name, value]) => {
    if (value === undefined || value === false) return "";
    return value === true ? html` ${name}` : html` ${name}="${value}"`;
  });
}

/** A field around a control; `control` gets the attributes that tie it to label, hint and fault. `isMarked` says so beside the label. */
export function field({ id, name, label, hint, optional = false, isMarked = optional, wide = false }, control) {
  const described = [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" ");
  const ties = attributes({ id, name, "aria-describedby": described, required: !optional });
  return html`<div class="field${wide && " wide"}" data-field="${name}">
    <label for="${id}"><span data-label>${label}</span>${isMarked && html` <span class="optional">${text.optional}</span>`}</label>
    ${control(ties)}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    <p class="fault" id="${id}-fault" hidden></p>
  </div>`;
}

/** A field with an input; what `field` does not know becomes an attribute of the input. */
export function input({ id, name, label, hint, optional, isMarked, wide, ...more }) {
  return field({ id, name, label, hint, optional, isMarked, wide }, (ties) => html`<input${ties}${attributes(more)}>`);
}

/** A field with room for several lines. */
export function lines({ id, name, label, hint, optional, isMarked, wide, value = "", ...more }) {
  return field({ id, name, label, hint, optional, isMarked, wide }, (ties) => html`<textarea${ties}${attributes(more)}>
${value}</textarea>`);
}

/** What stands in the named controls of a form or a part of one. */
export function valuesOf(part) {
  return Object.fromEntries([...part.querySelectorAll("[name]")].map((control) => [control.name, control.value]));
}

/** What a refusal says of fields, by their names. */
export const faultsOf = ({ errors = [] }) => errors.map(({ pointer, detail }) => ({ field: pointer.split("/").pop(), detail }));

/** Show faults beside their fields, `[{field, detail}]`; gives those as `{id, detail}` that have a field here. */
export function showFaults(part, faults) {
  clearFaults(part);
  return faults.map(({ field: name, detail }) => {
    const place = part.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (!place) return { detail };
    const control = place.querySelector("[name]");
    const fault = place.querySelector(".fault");
    control.setAttribute("aria-invalid", "true");
    fault.textContent = fault.hidden ? detail : `${fault.textContent} ${detail}`;
    fault.hidden = false;
    return { id: control.id, detail };
  });
}

/** Forget the faults of a form or a part of one. */
export function clearFaults(part) {
  for (const control of part.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const fault of part.querySelectorAll(".fault")) {
    fault.hidden = true;
    fault.textContent = "";
  }
}

/** The fields of these that are empty, with what to say about them. */
export function emptyFields(values, sentences) {
  return Object.entries(sentences)
    .filter(([name]) => name in values && !values[name].trim())
    .map(([name, detail]) => ({ field: name, detail }));
}

/**
 * Run something once for a button, which says that it is busy, and shows that first; further presses wait for nothing and do nothing. What is
 * sent for good holds its form still meanwhile: what was typed into it then would be in nothing.
 */
export async function busy(button, work, held) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const still = held ? [...held.querySelectorAll(".field, button")].filter((each) => each !== button) : [];
  if (still.some((each) => each.contains(document.activeElement))) button.focus();
  for (const each of still) each.inert = true;
  await nextFrame();
  try {
    await work();
  } finally {
    for (const each of still) each.inert = false;
    button.removeAttribute("aria-busy");
  }
}
