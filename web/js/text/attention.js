/** What staff have to look at: the words in the person's language. */

export { attentionText } from "./en/attention.js";
