/** The library: the words in the person's language. */

export { libraryText } from "./en/library.js";
