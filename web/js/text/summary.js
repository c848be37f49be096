/** The Recertification Detailed Summary: the words in the person's language. */

export { summaryText } from "./en/summary.js";
