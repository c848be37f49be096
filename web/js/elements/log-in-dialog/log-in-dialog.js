/** The session is over while something is on the screen: log in right here, and go on with everything typed. */

import { elementOf, html } from "../../html.js";
import * as member from "../../member.js";
import { Refusal } from "../../refusal.js";
import * as session from "../../session.js";
import { text } from "../../text.js";
import "../log-in-form/log-in-form.js";

let asking;

/**
 * Resolves once the same person has logged in again; somebody else starts at the home page. Throws a Refusal when the
 * dialog is closed without: what waits for it says so, and the next try asks again.
 */
export function askToLogIn() {
  asking ??= shown().finally(() => {
    asking = undefined;
  });
  return asking;
}

function shown() {
  const before = session.current()?.member_id;
  const dialog = elementOf(html`<dialog aria-labelledby="again-title">
    <div class="stack"><div><h2 id="again-title">${text.logIn.expiredTitle}</h2><p>${text.logIn.expiredDetail}</p></div>
    <log-in-form></log-in-form>
    <div><button type="button" class="quiet leave">${text.frame.logOut}</button></div></div>
  </dialog>`);
  document.body.append(dialog);
  const form = dialog.querySelector("log-in-form");
  form.fill(member.remembered()?.email ?? "");
  dialog.querySelector(".leave").addEventListener("click", async () => {
    await session.logOut();
    location.assign("/");
  });
  dialog.showModal();
  dialog.querySelector(member.remembered() ? '[name="password"]' : '[name="name"]').focus();
  return new Promise((resolve, reject) => {
    form.addEventListener("logged-in", () => {
      if (before && session.current().member_id !== before) location.assign("/");
      else resolve();
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      reject(new Refusal("unauthenticated", { detail: text.logIn.notLoggedIn, status: 401 })); // After the log-in it says nothing.
    });
  });
}
