/** What came on paper: the words in the person's language. */

export { paperText } from "./en/paper.js";
