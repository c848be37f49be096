/** What a member is and holds: the words in the person's language. */

export { accountText } from "./en/account.js";
