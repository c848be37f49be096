/** What a member is and holds. */

import { day } from "../../format.js";

export const accountText = {
  status: { new: "New", renew: "Renew", terminated: "Terminated" },

  registrations: {
    columns: { designation: "Designation", since: "Certified Since", expires: "Expires on", status: "Status", committees: "Committees" },
    extended: (iso) => `extended to ${day(iso)}`,
    open: "Recertify",
    what: (designation) => `Recertify ${designation}`,
  },

  profile: {
    contact: "Contact information",
    allOptional: "Give what you like; every field may stay empty.",
    account: "Log-in",
    memberId: "Member number",
    name: "Name",
    nameHint: (email) => `To change your name, write to ${email}.`,
    fields: {
      phone: "Phone",
      employer: "Employer",
      job_title: "Job title",
      department: "Department",
      address: "Street address",
      city: "City",
      state: "State",
      postal_code: "ZIP or postal code",
      country: "Country",
    },
    save: "Save changes",
    saved: "Your contact information is saved.",
    email: "E-mail address",
    newEmail: "New e-mail address",
    changeEmail: "Change e-mail address",
    emailHint: "You log in with this address. We send a code to the new one; it counts once you type that code here.",
    sendCode: "Send the code",
    codeSent: (address) => `A code is on its way to ${address}.`,
    confirmEmail: "Confirm the new address",
    emailChanged: (address) => `Done. From now on you log in with ${address}.`,
    emailRequired: "Enter the new e-mail address.",
    emailSame: "This is your present address already.",
    conflict: "Your contact information was changed elsewhere since you opened this page. Choose which version to keep.",
  },
};
