/** Invoices, fees, payments and receipts: the words in the person's language. */

export { billingText } from "./en/billing.js";
