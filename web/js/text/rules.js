/** Trying changed rules: the words in the person's language. */

export { rulesText } from "./en/rules.js";
