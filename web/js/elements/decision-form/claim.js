/** An entry as a reviewer sees it: what is claimed, how it counts, its documents, and what does not fit together. */

import { span } from "../../format.js";
import { html } from "../../html.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import { staffText } from "../../text/staff.js";

const t = staffText.review;
const DAY_MILLISECONDS = 86_400_000;

const daysOf = ({ started_on: first, ended_on: last }) => Math.round((Date.parse(last) - Date.parse(first)) / DAY_MILLISECONDS) + 1;

/** The entry of a dashboard as markup for an `entry` of a list. */
export function claimOf(program, { documents, submission }, entry) {
  const activity = program.activities.find((each) => each.code === entry.activity);
  const days = daysOf(entry);
  const isMismatch = activity?.unit === "day" && entry.quantity > days;
  const attached = documents.filter((each) => entry.document_ids.includes(each.document_id));
  const comment = submission?.decision?.entry_comments[entry.entry_id];
  const reduced = submission?.decision?.entry_adjustments[entry.entry_id];
  return html`<div class="entry-what">
      <h3>${entry.title}</h3>
      <p>${activity?.title ?? entry.activity} · ${entry.organization}</p>
      <p class="small soft numbers">${span(entry.started_on, entry.ended_on)} · ${entry.explanation}</p>
      ${entry.notes && html`<p class="small">${entry.notes}</p>`}
      ${attached.length > 0 && html`<p class="small">${t.documents}: ${attached.map((each) => each.title).join(", ")}</p>`}
      ${isMismatch && html`<p><span class="tag warn">${t.mismatch(entry.quantity, days)}</span></p>`}
      ${comment && html`<p class="small"><strong>${reportText.recertification.reviewer}</strong> ${comment}</p>`}
      ${reduced && html`<p class="small">${reportText.recertification.reduced(reduced.points, reduced.reason)}</p>`}
    </div>
    <p class="entry-points numbers">${text.points(entry.points_counted)}</p>`;
}
