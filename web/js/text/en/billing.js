/** Invoices, fees, payments and receipts. */

import { day, money, number } from "../../format.js";

export const billingText = {
  invoice: {
    types: { recertification: "Recertification", program: "Professional development" },
    statuses: {
      open: "Open",
      paid: "Paid",
      void: "Void",
      waived: "Waived",
      refunded: "Refunded",
      "partially-refunded": "Partly refunded",
      disputed: "Disputed",
    },
    columns: { number: "Invoice", what: "For", issued: "Issued", due: "Due", status: "Status", total: "Amount" },
    pay: (amount) => `Pay ${money(amount)}`,
    receipt: "Receipt",
    receiptOf: (number) => `Receipt for ${number}`,
    invoice: "Invoice",
    invoiceOf: (number) => `Invoice ${number}`,
  },

  invoices: {
    caption: "Invoices",
    both: "Both Invoice Types",
    bothHint: "Adds the recertification invoices to those for professional development programs.",
    shown: (count) => `${number(count)} ${count === 1 ? "invoice" : "invoices"} shown.`,
    emptyPrograms: "You bought no professional development programs. Tick “Both Invoice Types” to see your recertification invoices.",
    empty: "There are no invoices for you yet.",
  },

  fee: {
    title: "Recertification fee",
    open: (invoice) => `${money(invoice.total)}, due ${day(invoice.due_on)}.`,
    settled: (invoice) => `${money(invoice.total)}, ${billingText.invoice.statuses[invoice.status].toLowerCase()}.`,
    early: "There is no invoice yet. You can pay ahead of time.",
    late: "There is no invoice yet. You get it and pay it here.",
    payEarly: "Get the invoice and pay now",
    opening: "Opening the payment page…",
    hint: "You pay on Stripe’s page. Your card number never reaches this portal.",
  },

  /** By the status of an invoice whose payment was taken back: why it cannot be paid here, before the address. */
  takenBack: {
    refunded: "The payment was given back, so this invoice no longer counts as paid. It cannot be paid by card again. To settle it, write to",
    "partially-refunded": "A part of the payment was given back, so this invoice no longer counts as paid. It cannot be paid by card again. To settle it, write to",
    disputed: "The payment was disputed at the bank, so this invoice does not count as paid. It cannot be paid by card again. To settle it, write to",
  },

  transactions: {
    due: "To pay",
    nothingDue: "Nothing is open.",
    history: "Payments",
    noPayments: "No payments yet.",
    columns: { day: "Date", what: "For", method: "Paid by", status: "Status", amount: "Amount" },
    methods: { card: "Card", check: "Check", "purchase-order": "Purchase order", wire: "Wire" },
    paymentStatuses: { succeeded: "Paid", failed: "Failed", refunded: "Refunded", disputed: "Disputed" },
    early: "Pay ahead of time",
    earlyFor: ({ designation, expires_on }) => `Pay for ${designation}, until ${day(expires_on)}`,
    givenBack: (amount) => `${money(amount)} given back`,
    alreadyPaid: "This recertification is paid already.",
    waiting: "Waiting for the payment service to confirm…",
    slow: "The payment service has not confirmed yet. It can take some minutes; you need not pay again.",
    paid: (invoice) => `Thank you. ${money(invoice.total)} is paid for invoice ${invoice.number}.`,
    cancelled: "You left the payment page. Nothing was charged; you can pay at any time.",
    back: "Back to your recertification",
    all: "All transactions",
  },

  receipt: {
    title: "Receipt",
    print: "Print",
    number: "Invoice",
    paidOn: "Paid on",
    paidBy: "Paid by",
    givenBack: "Given back",
    member: "Member",
    reference: "Reference",
    total: "Total",
    issuer: "Issued by",
    item: "Item",
    amount: "Amount",
  },
};
