/** What chapter rosters proposed to the member, as it is remembered for this tab, and taking or dismissing it. */

import * as api from "./api.js";
import { pathOf } from "./certification.js";
import { newKey } from "./drafts.js";
import { programDay } from "./format.js";
import { PROPOSALS, proposed } from "./member.js";

/** The key of each acceptance whose answer is not known. */
const keys = new Map();

/** Those that can be entered in the cycle of a dashboard on the program's day; one that was entered and deleted can be again. */
export function proposalsFor(program, { certification, cycle, entries }) {
  const today = programDay(program.time_zone);
  const stands = (entry) => entries.some((each) => ["activity", "started_on", "ended_on"].every((name) => each[name] === entry[name]));
  return proposed().filter(
    ({ entry, accepted_for: taken }) => !(taken.includes(certification.certification_id) && stands(entry)) && entry.started_on >= cycle.starts_on && entry.ended_on <= cycle.ends_on && entry.started_on <= today,
  );
}

function forget(proposalId, certificationId) {
  const rest = proposed().flatMap((each) => {
    if (each.proposal_id !== proposalId) return [each];
    return certificationId ? [{ ...each, accepted_for: [...each.accepted_for, certificationId] }] : [];
  });
  sessionStorage.setItem(PROPOSALS, JSON.stringify(rest));
}

/** Enter what is proposed; gives what a saved session gives. */
export async function accept(proposalId, certificationId) {
  const path = pathOf(certificationId, `/proposals/${encodeURIComponent(proposalId)}/acceptance`);
  if (!keys.has(path)) keys.set(path, newKey());
  const { body } = await api.call("POST", path, { key: keys.get(path) });
  keys.delete(path);
  forget(proposalId, certificationId);
  return body;
}

/** Put a proposal out of sight, for all certifications. */
export async function dismiss(proposalId) {
  await api.call("POST", `/proposals/${encodeURIComponent(proposalId)}/dismissal`, { key: newKey() });
  forget(proposalId);
}
