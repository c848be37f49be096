/** The public check of a certificate. */

import { day } from "../../format.js";

export const certificateText = {
  intro: "Anyone can check here whether a certificate is genuine and still holds. Its number is on the certificate, below the QR code.",
  number: "Number of the certificate",
  check: "Check",
  required: "Enter the number of the certificate.",
  checking: "Checking…",
  another: "Check another certificate",
  verdicts: {
    current: { title: "This certificate is valid", detail: ({ name, designation, valid_until: until }) => `${name} is certified as ${designation} until ${day(until)}.` },
    lapsed: { title: "This certificate is genuine, but the certification has lapsed", detail: ({ name, designation }) => `${name} is not certified as ${designation} any more.` },
    replaced: { title: "This certificate is genuine, but a newer one has replaced it", detail: ({ name }) => `Ask ${name} for the newer certificate; this one says nothing about today.` },
  },
  facts: { name: "Name", designation: "Designation", since: "Certified since", issued: "Issued on", until: "Valid until", number: "Number" },
  notFound: "There is no certificate with this number. Compare it with the one on the certificate, letter by letter; if they are the same, the certificate was not issued here.",
};
