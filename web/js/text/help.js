/** The instructions: the words in the person's language. */

export { helpText } from "./en/help.js";
