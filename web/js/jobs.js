/** Following what workers do in the background: an export or an import, asked about until it is over. */

import * as api from "./api.js";

const FIRST_MILLISECONDS = 700;
const MOST_MILLISECONDS = 8000;

/** Whether nothing more will happen. */
export const isOver = ({ status }) => status === "done" || status === "failed";

/**
 * Ask about a job until it is over, soon at first, then seldom; `told` gets each answer. Gives the last one.
 * Throws a Refusal; what was missed meanwhile is told on asking again.
 */
export async function follow(path, told) {
  for (let pause = FIRST_MILLISECONDS; ; pause = Math.min(pause * 1.3, MOST_MILLISECONDS)) {
    const { body } = await api.get(path);
    told(body);
    if (isOver(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
