/** Markup that escapes by itself: what is put into html`…` is text, unless it is markup made by html`…` too. */

class Markup {
  constructor(written) {
    this.written = written;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function write(value) {
  if (value instanceof Markup) return value.written;
  if (Array.isArray(value)) return value.map(write).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** Markup with every value escaped; null, undefined and false write nothing, lists write their items. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, index) => text + write(values[index - 1]) + part));
}

/** Replace what an element holds. */
export function render(element, markup) {
  element.innerHTML = write(markup);
  return element;
}

/** Let an element say something; one that says it already is left alone, and nothing has to be laid out anew. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

const LONGEST_FRAME_MILLISECONDS = 100;

/**
 * When the next frame is on the screen: what that frame can do without is done after it. A page that nobody sees gets no
 * frames, and does not wait for one.
 */
export const nextFrame = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, document.hidden ? 0 : LONGEST_FRAME_MILLISECONDS);
  });

/** The element that markup of one element makes. */
export function elementOf(markup) {
  const template = document.createElement("template");
  template.innerHTML = write(markup).trim();
  return template.content.firstElementChild;
}
