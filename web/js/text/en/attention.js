/** What staff have to look at themselves: each kind with what happened and what to do. */

import { dayOf, money, number } from "../../format.js";

const MAILS = {
  "invoice-issued": "Your recertification invoice",
  "invoice-issued-signed": "Your recertification invoice",
  reminder: "Reminder of the last day",
  "cycle-submitted": "Your report is submitted",
  "cycle-returned": "Your report came back",
  "cycle-approved": "Your recertification is approved",
  "application-approved": "Your reinstatement is approved",
  "approval-undone": "An approval was taken back",
  "extension-granted": "You were granted a later last day",
  "certification-lapsed": "Your certification has lapsed",
  reinstated: "Your certification is reinstated",
  "payment-received": "Payment received",
  "payment-surplus": "A second payment came in",
  "payment-refunded": "A payment was refunded",
  "payment-disputed": "A payment is disputed",
  "invoice-waived": "Nothing to pay for an invoice",
  "document-rejected": "A document was not accepted",
  "email-changed": "Your e-mail address was changed",
};

const mail = (name) => (MAILS[name] ? `The mail “${MAILS[name]}”` : "A mail");
const paid = (amount) => (amount ? `A payment of ${money(amount)}` : "A payment");
const atStripe = "Open it at Stripe and see who paid for what. Refund it there, or record it as an offline payment on the right invoice.";

export const attentionText = {
  filter: "Which ones",
  states: { open: "To look at", done: "Done" },
  shown: { open: (count, hasMore) => `${number(count)}${hasMore ? " or more" : ""} to look at, the oldest first.`, done: (count, hasMore) => `${number(count)} done${hasMore ? ", there are more" : ""}.` },
  empty: { open: "Nothing waits for you here. Well done.", done: "Nothing was marked as done yet." },
  next: "What to do:",
  toMember: "The member’s page",
  toReport: "The report and its invoice",
  atStripe: "The payment at Stripe",
  done: "Mark as done",
  doneOf: (title) => ` “${title}”`,
  note: "What was done about it",
  noteHint: "For your colleagues, and for later.",
  save: "Done",
  saved: (title) => `Done: ${title}.`,
  doneBy: (who, iso) => `Done by ${who} on ${dayOf(iso)}.`,
  details: "Details",
  noFindings: "Nothing further is known.",

  /** By the reason that the portal gives; `data` is what belongs to it. */
  kinds: {
    "mail bounced": {
      title: "A mail could not be delivered",
      what: (data) => `${mail(data.mail)} came back: the member’s e-mail address takes no mail.`,
      next: "Ask the member for a working address, by phone for instance. They change it in My Profile, or you import it.",
    },
    "mail complained about": {
      title: "A mail was marked as spam",
      what: (data) => `${mail(data.mail)} was marked as unwanted by the one who got it.`,
      next: "Ask the member whether they still want reminders; they can switch them off in My Profile.",
    },
    "charged twice": {
      title: "A second payment for one invoice",
      what: (data) =>
        data.refund_refused
          ? `${paid(data.payment?.amount)} came in for an invoice that was no longer open, and Stripe would not give it back (${data.refund_refused}).`
          : data.kept
            ? `${paid(data.payment?.amount)} came in for an invoice that has another one. The portal does not give it back by itself, as that might be the last money there is.`
            : `${paid(data.payment?.amount)} came in for an invoice that was no longer open. The portal gives it back by itself.`,
      next: (data) => (data.kept ? "Look at both payments at Stripe, and refund there what is too much." : data.refund_refused ? "Open the payment at Stripe and refund it there." : "Check at Stripe that the refund went through; there is nothing else to do."),
    },
    "the last payment may go back": {
      title: "The only payment left may be on its way back",
      what: (data) => `${paid(data.payment?.amount)} was the second one for an invoice, so the portal asked Stripe to give it back. Since then the first one was taken back too.`,
      next: "Look at Stripe whether that refund went through. If it did, ask the member for the money another way, or waive the invoice.",
    },
    "a refund failed": {
      title: "A refund failed",
      what: (data) => `Stripe could not give ${data.amount ? money(data.amount) : "money"} back: it is ours again, and the invoice shows it. The member was told that it is on its way.`,
      next: "Write to the member, and give the money back another way if it is still due. The portal does not try again.",
    },
    "an invoice cannot be paid by card": {
      title: "An invoice that cannot be paid by card",
      what: (data) => `Stripe does not take ${data.total ? money(data.total) : "the amount"}${data.code ? ` (${data.code})` : ""}. The member was told to ask you how else to pay.`,
      next: "Correct the invoice where it comes from, or record the money that comes another way.",
    },
    "a payment came back after a waiver": {
      title: "A dispute was won after the invoice was waived",
      what: (data) => `${paid(data.payment?.amount)} is ours again, but the invoice was waived meanwhile.`,
      next: "Decide whether it is kept; if not, refund it at Stripe.",
    },
    "no such invoice": {
      title: "A payment for an invoice that is not here",
      what: (data) => `${paid(data.notice?.amount)} names an invoice that the portal does not have.`,
      next: atStripe,
    },
    "the amount is not the one that was asked": {
      title: "A payment of another amount than was asked",
      what: (data) => `${paid(data.notice?.amount)} came in, but the invoice is over another amount. The invoice is unchanged.`,
      next: atStripe,
    },
    "the currency is not the one that was asked": {
      title: "A refund in another currency than was paid",
      what: () => "Stripe tells of a refund in another currency than the invoice’s. The invoice is unchanged.",
      next: "Compare the refund at Stripe with the invoice.",
    },
    "live and test mode are mixed": {
      title: "A payment from the wrong mode of Stripe",
      what: () => "Stripe tells of a test payment in the live portal, or of a live one in a test portal. Nothing was recorded.",
      next: "Tell those who run the portal: the webhook at Stripe points to the wrong portal.",
    },
    "accounts differ": {
      title: "Invoices, payments and reports do not match",
      what: () => "The weekly comparison found:",
      next: "Open each one and set it right. What still does not match is told again next week.",
    },
    other: { title: "Something to look at", what: (data, reason) => `The portal says: ${reason}.`, next: "Look at the details, and ask those who run the portal if they tell you nothing." },
  },
};
