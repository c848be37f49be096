/** What staff take out of the portal and bring into it. */

import { number } from "../../format.js";

const rows = (count) => `${number(count)} ${count === 1 ? "row" : "rows"}`;

export const transfersText = {
  states: { waiting: "Waiting", running: "Running", done: "Done", failed: "Failed" },

  export: {
    title: "Export everything",
    intro: "Members, certifications, entries, signed reports, decisions, invoices, payments, documents (what is known of them, not the files) and the history: one archive with a CSV and a JSON lines file of each.",
    care: "The archive holds personal data of all members. It can be downloaded here for a week; keep it where only those who need it can read it.",
    start: "Start an export",
    now: (state, records) => `${state}: ${number(records)} records so far. You can leave this page; the export goes on.`,
    done: "The export is done. Download it below.",
    failed: "The export did not succeed. Start another one; if that fails too, tell those who run the portal.",
    goesOn: "The export goes on by itself. It appears in the list below.",
    before: "Exports of the last weeks",
    caption: "Exports",
    columns: { at: "Started", by: "By", state: "State", records: "Records" },
    shown: (count, hasMore) => `${number(count)} ${count === 1 ? "export" : "exports"}, the latest first${hasMore ? "; there are more" : ""}.`,
    empty: "Nothing was exported yet.",
    download: "Download",
    downloadOf: (when) => `Download the export of ${when}`,
    notYourRole: "Exporting needs the administrator’s role.",
  },
};
