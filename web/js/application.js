/** The reinstatement application of a lapsed member, where the program takes one, in the shape of a dashboard. */

import * as api from "./api.js";
import { pathOf } from "./certification.js";

const DOOR = "/reinstatement-application";

/**
 * A dashboard as a member works on it: for a lapsed certification, its application takes the cycle's place, with the
 * door through which it is changed. Where there is none the dashboard stays as it is; `refusal` says that the time for
 * one is over.
 */
export async function withApplication(dashboard) {
  if (dashboard.cycle.state !== "lapsed") return dashboard;
  try {
    const { body } = await api.get(pathOf(dashboard.certification.certification_id, DOOR));
    return { ...dashboard, ...shaped(dashboard, body), door: DOOR, application: body };
  } catch (refusal) {
    if (refusal.code === "not-found") return dashboard;
    if (refusal.code === "certification-lapsed") return { ...dashboard, refusal };
    throw refusal;
  }
}

function shaped({ cycle }, body) {
  const { state, points_total, points_required, points_missing, missing, takes_more, version, entries, submission, invoice } = body;
  return {
    entries,
    submission,
    invoice,
    cycle: { ...cycle, state, points_total, points_required, points_missing, missing, takes_more, version, starts_on: body.earned_from, ends_on: body.earned_until, signable_from: null },
  };
}
