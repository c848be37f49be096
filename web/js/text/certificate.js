/** The check of a certificate: the words in the person's language. */

export { certificateText } from "./en/certificate.js";
