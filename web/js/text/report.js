/** Entering, signing and reading a Recertification Report: the words in the person's language. */

export { reportText } from "./en/report.js";
