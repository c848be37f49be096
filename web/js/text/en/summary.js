/** The Recertification Detailed Summary. */

import { number } from "../../format.js";
import { points } from "./common.js";

export const summaryText = {
  print: "Print",
  pdf: "Download as PDF",
  since: "Certified since",
  periods: "Recertification periods",
  currentPeriod: "This period",
  member: "Member",
  memberId: "Member number",
  state: "State",
  states: {
    entering: "Points are being entered",
    complete: "Complete, not signed yet",
    submitted: "Submitted",
    returned: "Returned for correction",
    approved: "Approved",
    lapsed: "Lapsed",
  },
  caption: "Entries",
  columns: { what: "Activity", organization: "Organization", days: "Days", how: "How it counts", documents: "Documents", points: "Points" },
  total: "Total",
  required: (required) => `${points(required)} are required.`,
  signed: "Signed",
  signedBy: (submission) => `${submission.signature}`,
  mark: "Mark of what was signed",
  unsigned: "Not signed yet.",
  noDocuments: "–",
  documentsGone: (count) => (count === 1 ? "1 document that was attached is no longer kept" : `${number(count)} documents that were attached are no longer kept`),
  carriedIn: "From the period before",
};
