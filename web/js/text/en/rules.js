/** Trying changed rules before they are published. */

import { number } from "../../format.js";

const cycles = (count) => `${number(count)} ${count === 1 ? "period" : "periods"}`;

export const rulesText = {
  title: "Try a changed edition",
  intro: "Choose the file of the edition that you changed, or paste it. Every current recertification period is counted under it: who is ready now and would not be, who would become ready, and why. Nothing is changed; who tried what stays in the history.",
  file: "File of the edition (TOML)",
  text: "The edition",
  unreadable: "The file is not UTF-8 text.",
  try: "Try it",
  required: "Choose a file, or paste the edition.",
  unsound: "The edition cannot be used. Each fault is named with its line and field.",
  states: { waiting: "Waiting", running: "Running", done: "Done", failed: "Failed" },
  running: (looked) => `${cycles(looked)} counted. You can leave this page; counting goes on.`,
  result: (edition) => `What ${edition} would change`,
  facts: { looked_at: "Periods counted", ready_to_not: "Ready, and would not be", not_to_ready: "Would become ready", cannot_be_counted: "Cannot be counted" },
  nobody: "Nobody would flip.",
  caption: "Who would flip",
  columns: { member: "Member", designation: "Designation", flips: "What", points: "Points", why: "Why" },
  flips: { "ready to not": "Ready, would not be", "not to ready": "Would become ready", "cannot be counted": "Cannot be counted" },
  points: (before, after) => `${number(before)} → ${number(after)}`,
  spoken: (before, after) => `from ${number(before)} to ${number(after)}`,
  more: (count) => `${number(count)} more in the report.`,
  report: "Download the report",
  publish: "To publish it, put its file among the editions and deploy, and record who published it: the handbook of operations says how.",
  before: "Tries of the last weeks",
  list: {
    caption: "Tries",
    columns: { at: "Started", edition: "Edition", by: "By", state: "State", flips: "Ready, and would not be" },
    shown: (count, hasMore) => `${number(count)} ${count === 1 ? "try" : "tries"}, the latest first${hasMore ? "; there are more" : ""}.`,
    empty: "Nothing was tried yet.",
    open: "Show",
    openOf: (when) => `Show the try of ${when}`,
  },
  notYourRole: "Trying changed rules needs the administrator’s role.",
};
