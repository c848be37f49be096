/** The instructions. */

import { points } from "./common.js";

export const helpText = {
  purpose: "What this is for",
  purposeDetail: (program) => `Your certification lasts ${program.cycle_years} years. To keep it, collect ${points(program.points_required)} in that time and submit a Recertification Report, for each designation you hold.`,
  steps: "Step by step",
  stepList: (program) => [
    "Log in with your e-mail address or member number. The first time, set your password with “Forgot your password?”.",
    "Open My Profile and check your contact information.",
    "Open the Recertification Portal and enter what you did. Save as often as you like; the green pencil edits an entry, the red trash can deletes it.",
    ...(program.activities.some((each) => each.standing) ? ["Employment, memberships and offices you enter once, under “What counts by itself”. The shortest way to what is missing stands beside your points."] : []),
    `Once you have ${points(program.points_required)}, the form gives way to the agreement. Type your name to sign and submit.`,
    "Pay the fee, by card. You can also pay ahead of time under Transactions.",
    "Staff review your report. When it is approved, your new period begins.",
  ],
  choose: "Rules of your certifications",
  wrong: "If something goes wrong",
  wrongList: [
    "Nothing you type is lost: it stays in this browser until it is saved, also when the connection breaks or you are logged out.",
    "If the portal refuses something, it says why, beside what it is about.",
    "If your report is returned, you find the reviewer’s comments at the entries they are about.",
  ],
  correction: (daysLong) => `A report that was signed in time and returned can be corrected for at least ${daysLong} days.`,
  invoice: (date) => `Invoices go out on ${date} of the year in which your period ends.`,
  pointsTable: "Ways to earn points",
  columns: { activity: "Activity", points: "Points", per: "Per" },
  documentMark: "needs a document",
  fees: "Fees",
  contact: "Contact",
  getCertified: "Get Certified",
  notCertified: "Not certified yet?",
  edition: (edition, zone) => `Rules: edition ${edition}. Days count in the time zone ${zone}.`,
};
