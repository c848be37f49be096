/** My Profile: contact information and reminders, name, the address one logs in with, the authenticator app, one's data. */

import * as api from "../api.js";
import * as cognito from "../cognito.js";
import "../elements/account-forms/account-forms.js";
import "../elements/contact-form/contact-form.js";
import "../elements/problem-message/problem-message.js";
import { busy } from "../fields.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { announce, openPage } from "../page.js";
import { saveAsJson, wholeData } from "../paper.js";
import * as session from "../session.js";
import { accountText } from "../text/account.js";

const t = accountText.profile;
const APP = "SOFTWARE_TOKEN_MFA";

async function load() {
  const [me, account] = await Promise.all([member.read(), readAccount()]);
  return { me, email: account.email ?? me.email, hasApp: account.hasApp };
}

/** What the log-in service knows: the address, the newest since it is changed there, and whether it asks for a code. */
async function readAccount() {
  try {
    const { UserAttributes: attributes, UserMFASettingList: factors = [] } = await cognito.readAccount(await session.accessToken());
    return { email: attributes.find(({ Name }) => Name === "email")?.Value, hasApp: factors.includes(APP) };
  } catch {
    return { hasApp: false };
  }
}

function data() {
  return html`<section class="card stack tight data" aria-labelledby="data-title"><h2 id="data-title">${t.data.title}</h2><p>${t.data.intro}</p><problem-message></problem-message>
    <p><button type="button">${t.data.download}</button></p>
    <details><summary>${t.data.erasure}</summary><div class="stack tight">${t.data.erasureSteps.map((each) => html`<p>${each}</p>`)}</div></details></section>`;
}

async function download(content, { member_id: memberId }) {
  const problem = content.querySelector(".data problem-message");
  problem.clear();
  try {
    const data = await wholeData((query) => api.get(`/me/data${query}`, { fresh: true }));
    saveAsJson(data, `my-data-${memberId}.json`);
    announce(content.querySelector("#notice"), html`<p>${t.data.downloaded}</p>`);
  } catch (refusal) {
    problem.show(refusal);
  }
}

/** An account without an address in the portal is no member's, but staff's alone: it has no contact information. */
function show(content, { me, email, hasApp }) {
  render(
    content,
    html`<div class="stack">
      <div id="notice"></div>
      ${me.email && html`<section class="card" aria-labelledby="contact-title"><h2 id="contact-title">${t.contact}</h2><contact-form></contact-form></section>`}
      <section class="card" aria-labelledby="account-title"><h2 id="account-title">${t.account}</h2><account-forms></account-forms></section>
      ${me.email && data()}
    </div>`,
  );
  const contact = content.querySelector("contact-form");
  const account = content.querySelector("account-forms");
  for (const form of [contact, account]) form?.addEventListener("said", ({ detail }) => announce(content.querySelector("#notice"), html`<p>${detail}</p>`));
  account.addEventListener("versioned", ({ detail }) => contact?.follow(detail));
  const button = content.querySelector(".data button");
  button?.addEventListener("click", () => busy(button, () => download(content, me)));
  contact?.open(me);
  account.open({ me, email, hasApp });
}

await openPage("profile", { load, show });
