/** Staff's contributions: the words in the person's language. */

export { contributionsText } from "./en/contributions.js";
