/** The texts in the person's language: one folder a language under text/, English so far; text/ has one file for each area. */

export { text } from "./text/en/common.js";
