/** The pages of staff: the words in the person's language. */

export { staffText } from "./en/staff.js";
