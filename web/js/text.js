/** The texts in the person's language: one file a language under text/, English so far. */

export { text } from "./text/en.js";
