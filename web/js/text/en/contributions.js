/** Contributions of approved reports, and the library that all members read. */

import { dayOf, number } from "../../format.js";

export const contributionsText = {
  caption: "Contributions of approved reports",
  columns: { title: "Contribution", kind: "Kind", member: "Member", state: "In the library" },
  shown: (count, hasMore) => `${number(count)} ${count === 1 ? "contribution" : "contributions"} shown, the report approved first on top${hasMore ? "; there are more" : ""}.`,
  empty: "No approved report holds a contribution yet. They appear here once a report with one is approved.",
  open: "Open",
  openNamed: (title) => `Open ${title}`,
  published: (iso) => `Since ${dayOf(iso)}`,
  unpublished: "No",
  publish: "Publish",
  publishNamed: (title) => `Publish ${title}`,
  withdraw: "Withdraw",
  withdrawNamed: (title) => `Withdraw ${title}`,
  ask: {
    title: "Publish this to all members?",
    detail: (title, name) => `“${title}” can then be found and downloaded by every member, under the name of ${name}. You can withdraw it again.`,
    yes: "Publish it",
  },
  done: (title) => `“${title}” is in the library.`,
  withdrawn: (title) => `“${title}” is out of the library. It stays with its report.`,
  notYourRole: "Publishing and withdrawing need the reviewer’s role.",
};
