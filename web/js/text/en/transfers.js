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

  import: {
    kind: "What to import",
    kinds: { members: "Members and their certifications", "program-invoices": "Invoices of development programs", "chapter-roster": "The roster of a chapter" },
    about: {
      members: {
        about: "One row is one certification; who holds two has two rows. Rows that are there already and say the same change nothing.",
        columns: ["member_id", "first_name", "last_name", "email", "designation", "certified_since", "expires_on", "status", "committees"],
        format: "Days as 2027-12-31, committees separated by semicolons, saved as “CSV UTF-8”.",
      },
      "program-invoices": {
        about: "One row is one invoice of the old system for a development program that a member bought. The members have to be imported before.",
        columns: ["invoice_number", "member_id", "description", "amount", "currency", "issued_on", "due_on", "status", "paid_on", "payment_method", "payment_reference"],
        format: "Amounts as 150.00, currencies as usd, days as 2027-12-31; the status is open, paid or void. Saved as “CSV UTF-8”.",
      },
      "chapter-roster": {
        about: "Members whose e-mail address is in the roster get their chapter membership proposed as an entry, which they accept or dismiss. Nobody’s report is changed.",
        columns: ["First Name", "Last Name", "Email Address", "Chapter Member ID Number", "Honorary Life Member Status", "Student Member Status"],
        format: "Saved as “CSV UTF-8”.",
      },
    },
    columns: "The first line names the columns, in any order:",
    chapter: "Which chapter, and when its members belonged to it",
    chapterName: "Name of the chapter",
    startedOn: "First day of membership",
    endedOn: "Last day of membership",
    required: { name: "Enter the chapter’s name.", started_on: "Enter the first day.", ended_on: "Enter the last day." },
    faults: "Nothing was sent. Please correct what is marked.",
    file: "CSV file",
    drop: "Choose a file, or drop it here.",
    chosen: (name) => `Chosen: ${name}`,
    check: "Check the file",
    checkHint: "Checking changes nothing.",
    choose: "Choose a CSV file first.",
    unreadable: "The file is not UTF-8 text. Save it as “CSV UTF-8” and choose it again.",
    working: "Reading the rows…",
    progress: "How far the import is",
    sending: (share) => `Uploading: ${number(Math.floor(share * 100))} %.`,
    running: ({ status, rows: all, rows_done: done }) => (status === "waiting" || !all ? "Uploaded. The rows are read in a moment." : `${number(done)} of ${rows(all)} read. You can leave this page; the import goes on.`),
    failed: "The import did not succeed. Check the file and start again: what was imported stays and changes nothing the second time.",
    dryTitle: "What an import would do",
    doneTitle: "What was imported",
    facts: {
      "chapter-roster": { created: "Proposed", unchanged: "Proposed before", rejected: "Not proposed" },
      other: { created: "New", updated: "Changed", unchanged: "Unchanged", rejected: "Rejected" },
    },
    outcomes: { proposed: "Membership proposed", "proposed-before": "Was proposed before" },
    matchedCaption: "Members who were found",
    rejectedCaption: "Rejected rows",
    rejectedHint: {
      "chapter-roster": "Row 1 is the first row below the heading. Who is not found may have another address in the portal.",
      other: "Row 1 is the first row below the heading. Rejected rows are left out; correct them and import the file again: rows that are there already stay unchanged.",
    },
    row: { row: "Row", field: "Column", detail: "What is wrong", name: "Name in the roster", member: "Member", outcome: "Outcome" },
    moreInReport: (count) => `${rows(count)} more in the report.`,
    report: "Download the report",
    allGood: "Every row can be read.",
    import: {
      "chapter-roster": (count) => `Propose to ${number(count)} ${count === 1 ? "member" : "members"}`,
      other: (count) => `Import ${rows(count)}`,
    },
    nothing: "There is nothing to import: no row is new or changed.",
    chooseAgain: "To import it, choose the file above once more and check it.",
    done: {
      "chapter-roster": ({ created }) => `Proposed to ${number(created)} ${created === 1 ? "member" : "members"}. They find it in their Recertification Portal.`,
      other: ({ created, updated }) => `Imported: ${number(created)} new, ${number(updated)} changed.`,
    },
    before: "Imports of the last weeks",
    beforeHint: "Large files, invoices and rosters. Up to 1,000 rows of members are imported at once and are not listed here.",
    list: {
      caption: "Imports",
      columns: { at: "Started", kind: "What", by: "By", state: "State" },
      check: "check",
      shown: (count, hasMore) => `${number(count)} ${count === 1 ? "import" : "imports"}, the latest first${hasMore ? "; there are more" : ""}.`,
      empty: "None yet.",
      open: "Show",
      openOf: (when) => `Show the import of ${when}`,
    },
    notYourRole: "Importing needs the administrator’s role.",
  },
};
