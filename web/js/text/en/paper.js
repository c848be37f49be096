/** What members sent on paper, entered by staff. */

import { points } from "./common.js";

export const paperText = {
  missing: "This address names no certification. Open it from the member’s page.",
  toMembers: "Members",
  intro: (name, designation) => `What ${name} sent on paper for ${designation}. It is marked as entered by staff, under the rules that hold for the member.`,
  toReport: "Back to the report",
  saved: (count, total, required) => `Saved. ${count} now stand in the report: ${total} of ${points(required)}.`,
  savedUnseen: "Your entries are saved. What stands in the report now could not be read.",
  lapsed: "This certification has lapsed, so no points are entered for it. Upload what the member sent; then go back to the report and record the reinstatement.",
  notOpen: "This report takes nothing more while it waits for a decision. Go back to the report to see what can be done.",
  notYourRole: "Entering from paper needs the reviewer’s role.",
  own: "This is your own report. Enter it in your Recertification Portal.",
  documents: "Documents",
  documentsIntro: "What the member sent with the report: it is the member’s document, marked as uploaded by staff.",
  documentEntry: "For which entry?",
  noEntry: "No single entry",
  submission: "Submit the signed report",
  submissionIntro: "The agreement was signed on paper, in the version below. Type the name as it was signed. The report is locked then, and the invoice is created.",
  signature: "Name as signed",
  required: { signature: "Enter the name as it was signed." },
  submit: "Submit the report",
  confirm: { title: "Submit this report?", detail: "The member can no longer change it, and is told by e-mail.", yes: "Yes, submit it" },
};
