/** Documents and the library: the words in the person's language. */

export { documentsText } from "./en/documents.js";
