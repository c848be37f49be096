/** Staff's exports and imports: the words in the person's language. */

export { transfersText } from "./en/transfers.js";
