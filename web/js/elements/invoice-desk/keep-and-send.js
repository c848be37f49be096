/** A form of staff's in a <details> that opens by itself while something typed there is not sent yet. */

import { ask } from "../../confirm.js";
import { Draft } from "../../drafts.js";
import { busy, clearFaults, emptyFields, faultsOf, showFaults, valuesOf } from "../../fields.js";
import { Refusal } from "../../refusal.js";
import { text } from "../../text.js";

/**
 * Keep what is typed as the draft of this name and POST it to this path of the API; `required` says what to say of
 * which empty field, `confirm` what to ask before (`{title, detail, yes}`), `sent` is called once it is there, `refused`
 * with the refusal of what is not. What the page itself knows, in a hidden control, no draft puts back. Does nothing
 * without a place.
 */
export function keepAndSend(place, { path, draft: name, required, confirm, sent, refused }) {
  if (!place) return;
  const form = place.querySelector("form");
  const draft = new Draft(name);
  const typed = draft.read()?.value;
  place.open = Boolean(typed);
  for (const control of form.querySelectorAll("[name]:not([type=hidden])")) control.value = typed?.[control.name] ?? control.value;
  form.addEventListener("input", () => draft.write(valuesOf(form)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(form.querySelector("button:not([type])"), () => send(form, draft, { path, required, confirm, sent, refused }), form);
  });
}

async function send(form, draft, { path, required, confirm, sent, refused }) {
  const problem = form.querySelector("problem-message");
  problem.clear();
  clearFaults(form);
  const values = valuesOf(form);
  const empty = showFaults(form, emptyFields(values, required));
  if (empty.length) {
    problem.show(new Refusal("invalid-request", { detail: text.faults(empty.length) }), { fields: empty });
    return;
  }
  if (confirm && !(await ask({ ...confirm, choices: [{ value: "yes", label: confirm.yes, kind: "main" }] }))) return;
  try {
    const { isEarlier } = await draft.post(path, values);
    draft.settle(isEarlier && values);
    if (isEarlier) throw new Refusal("idempotency-key-reused");
  } catch (refusal) {
    const fields = showFaults(form, faultsOf(refusal));
    problem.show(refusal, { fields, retry: refusal.isUncertain ? () => form.requestSubmit() : undefined });
    await refused?.(refusal);
    return;
  }
  await sent();
}
