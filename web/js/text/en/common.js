/** What every page says, in English; the files beside this one hold what the pages of one area say. Another language is another folder of this shape. */

import { number } from "../../format.js";

/** "1 point", "3 points". */
export const points = (value) => `${number(value)} ${value === 1 ? "point" : "points"}`;

export const text = {
  language: "en",
  brand: "Recertification",
  points,
  loading: "Loading…",
  optional: "(optional)",
  tryAgain: "Try again",
  cancel: "Cancel",
  close: "Close",
  none: "None",
  more: "Show more",
  lookAgain: "Look again",
  noCertification: "You hold no certification yet.",

  faults: (count) => (count === 1 ? "One field needs your attention. Nothing was saved." : `${number(count)} fields need your attention. Nothing was saved.`),

  /** Two versions of the same, one of which is to be chosen. */
  versions: {
    yours: "What you typed",
    theirs: "What is saved now",
    keepYours: "Save mine",
    keepTheirs: "Keep the saved one",
  },

  frame: {
    skip: "Skip to the content",
    menu: "Menu",
    menuName: "Main",
    welcome: (name) => `Welcome ${name}`,
    logOut: "Log out",
    offline: "You are offline. What you type is kept here; saving works again as soon as you are back online.",
    keepDrafts: {
      title: "You typed something that is not saved",
      detail: "Keep it in this browser for your next log-in, or throw it away? On a shared computer, throw it away.",
      keep: "Keep it and log out",
      forget: "Throw it away and log out",
    },
  },

  /** The pages, by their names in the left-hand menu. */
  pages: {
    "log-in": { title: "Log in" },
    profile: { title: "My Profile", lead: "Review your contact information and keep it up to date." },
    registrations: { title: "My Registrations", lead: "The certifications you hold." },
    invoices: { title: "My Invoices", lead: "What you were invoiced for, and what is still open." },
    recertification: { title: "Recertification Portal" },
    summary: { title: "Recertification Detailed Summary", lead: "Your Recertification Report: every entry with its points. Print it or save it as a PDF." },
    documents: { title: "Documents", lead: "Evidence for your entries, and contributions such as a policy or a program." },
    transactions: { title: "Transactions", lead: "Pay the recertification fee, see what was paid, print a receipt." },
    "staff/reviews": { title: "Review queue", lead: "Reports that wait for a decision, the oldest first." },
    "staff/review": { title: "Review" },
    "staff/members": { title: "Members", lead: "Find a member by the beginning of a name, an e-mail address or a member number." },
    "staff/member": { title: "Member" },
    "staff/figures": { title: "Figures", lead: "How many certifications and invoices stand where today." },
    "staff/import": { title: "Import", lead: "Bring members and their certifications over from the old system’s CSV file." },
    help: { title: "Help", lead: "How recertification works, step by step." },
    missing: { title: "There is no such page", lead: "The address may be mistyped or out of date." },
  },

  problem: {
    nothingLost: "What you typed is still here.",
    contact: "Questions? Write to",
    titles: {
      "invalid-request": "Please correct what is marked",
      "points-complete": "You have all the points you need",
      "cycle-locked": "The report is submitted",
      "not-ready-to-submit": "The report is not complete yet",
      "agreement-outdated": "The agreement has changed",
      "version-conflict": "It was changed elsewhere",
      "certification-lapsed": "This certification has lapsed",
      "not-certified": "You hold no certification",
      "not-payable": "This invoice cannot be paid now",
      "invoice-unpaid": "The invoice is not paid yet",
      "already-decided": "This report is decided already",
      "staff-only": "You may not do this",
      "document-rejected": "This file was not accepted",
      "upload-refused": "The file did not arrive",
      "not-found": "It is not here any more",
      "no-connection": "No connection",
      other: "That did not work",
    },
    next: {
      "points-complete": "Sign the agreement, or delete an entry first if you want to enter another.",
      "not-ready-to-submit": "Your entries are all kept. Complete what is missing, then sign again.",
      "agreement-outdated": "The current text is shown now. Read it and sign again.",
      "version-conflict": "Compare the two versions and choose one.",
      "no-connection": "Check your connection, then try again. Nothing is saved twice.",
      unavailable: "Wait a moment, then try again. Nothing is saved twice.",
      "slow-down": "Wait a moment, then try again.",
    },
  },

  refusals: {
    "no-connection": "The portal cannot be reached.",
    unauthenticated: "Please log in.",
    forbidden: "You may not do this.",
    "not-found": "There is nothing here under this address.",
    "too-large": "This is more than the portal takes at once.",
    "slow-down": "The portal is very busy.",
    unavailable: "The portal does not answer at the moment.",
  },

  logIn: {
    intro: "Enter your recertification points, sign your report and pay the fee.",
    name: "E-mail address or member number",
    password: "Password",
    showPassword: "Show password",
    logIn: "Log in",
    forgot: "Forgot your password?",
    first: "First time here? Set your password the same way.",
    resetTitle: "Set a new password",
    resetIntro: "We send a code to the e-mail address of your account. With it you choose a new password.",
    sendCode: "Send the code",
    codeSent: "If there is such an account, a code is on its way to its e-mail address. It works for one hour.",
    code: "Code from the e-mail",
    newPassword: "New password",
    passwordRule: "At least 12 characters, with a small letter, a capital letter, a digit and a symbol.",
    setPassword: "Set password and log in",
    sendAgain: "Send a new code",
    back: "Back to log in",
    challengeTitles: { NEW_PASSWORD_REQUIRED: "Choose your own password", SOFTWARE_TOKEN_MFA: "Enter the code from your authenticator app" },
    appCode: "Six digits",
    goOn: "Continue",
    unknownChallenge: "This account needs a way to log in that the portal does not know.",
    required: { name: "Enter your e-mail address or member number.", password: "Enter your password.", code: "Enter the code.", newPassword: "Enter a new password." },
    refusals: {
      NotAuthorizedException: "E-mail address or password is wrong. Please check both and try again.",
      UserNotFoundException: "E-mail address or password is wrong. Please check both and try again.",
      PasswordResetRequiredException: "Your password has to be set anew. We sent you a code by e-mail.",
      CodeMismatchException: "This code is not right. Check the e-mail and type it again.",
      ExpiredCodeException: "This code is wrong or no longer valid. Send a new code.",
      InvalidPasswordException: "This password is too simple. At least 12 characters, with a small letter, a capital letter, a digit and a symbol.",
      InvalidParameterException: "Please check what you typed.",
      LimitExceededException: "Too many attempts. Wait a while, then try again.",
      TooManyRequestsException: "Too many attempts. Wait a while, then try again.",
      AliasExistsException: "Another account uses this e-mail address.",
      other: "The log-in service did not accept this. Please try again.",
    },
    expiredTitle: "Please log in again",
    expiredDetail: "You were logged out because some time has passed. Everything you typed is still here.",
    demoTitle: "Demo accounts",
    demoDetail: "Only on this computer, never in a real portal.",
  },

  draft: {
    mark: "Not saved yet – kept in this browser",
  },

  missing: { home: "Go to the Recertification Portal", help: "Help" },
};
