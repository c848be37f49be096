/** <account-forms>: name, e-mail address and authenticator app, each changed by a small form in place of its button. */

import * as api from "../../api.js";
import * as cognito from "../../cognito.js";
import { busy, clearFaults, emptyFields, faultsOf, input, showFaults, valuesOf } from "../../fields.js";
import { html, render } from "../../html.js";
import * as member from "../../member.js";
import { Refusal } from "../../refusal.js";
import * as session from "../../session.js";
import { text } from "../../text.js";
import { accountText } from "../../text/account.js";
import "../problem-message/problem-message.js";

const t = accountText.profile;
const ISSUER = "Recertification";

class AccountForms extends HTMLElement {
  #me;
  #email;
  #hasApp;

  /**
   * `email` is the address the log-in service knows, `hasApp` whether it asks for a code of an app. Dispatches `said`
   * with what is to be told, and `versioned` with the member's new version.
   */
  open({ me, email, hasApp }) {
    this.#me = me;
    this.#email = email;
    this.#hasApp = hasApp;
    const isMember = Boolean(me.email);
    const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    render(
      this,
      html`<div class="stack"><dl class="facts">${fact(t.name, me.name)}${fact(t.memberId, me.member_id)}${fact(t.email, email)}${fact(t.app, hasApp ? t.appOn : t.appOff)}</dl>
        ${isMember && html`<div class="change" data-change="name"></div>`}<div class="change" data-change="email"></div><div class="change" data-change="app"></div></div>`,
    );
    if (isMember) this.#offer("name", t.changeName, () => this.#askName());
    this.#offer("email", t.changeEmail, () => this.#askAddress());
    this.#offer("app", hasApp ? t.removeApp : t.addApp, () => (hasApp ? this.#askToRemoveApp() : this.#askApp()));
    if (isMember && email.toLowerCase() !== me.email.toLowerCase()) this.#takeOver(email).catch(() => {});
  }

  #place(change) {
    return this.querySelector(`[data-change="${change}"]`);
  }

  #offer(change, label, begin) {
    render(this.#place(change), html`<button type="button">${label}</button>`);
    this.#place(change)
      .querySelector("button")
      .addEventListener("click", (event) => busy(event.currentTarget, begin));
  }

  /** Show a form in place of a button; `submit` gets its values once none of the `required` is empty. */
  #form(change, markup, label, required, submit) {
    const place = this.#place(change);
    render(place, html`<form class="stack" novalidate><problem-message></problem-message>${markup}<div class="buttons"><button class="main">${label}</button><button type="button" class="leave">${text.cancel}</button></div></form>`);
    const form = place.querySelector("form");
    const problem = form.querySelector("problem-message");
    form.querySelector(".leave").addEventListener("click", () => this.#again());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form.querySelector("button.main"), async () => {
        clearFaults(form);
        problem.clear();
        const values = valuesOf(form);
        let fields = showFaults(form, emptyFields(values, required));
        try {
          if (fields.length) throw new Refusal("invalid-request", { detail: text.faults(fields.length) });
          await submit(values);
        } catch (refusal) {
          if (refusal.errors?.length) fields = showFaults(form, faultsOf(refusal));
          problem.show(refusal, { fields, retry: refusal.isUncertain ? () => form.requestSubmit() : undefined });
        }
      });
    });
    (form.querySelector("input") ?? form.querySelector("button")).focus();
  }

  #again() {
    this.open({ me: this.#me, email: this.#email, hasApp: this.#hasApp });
  }

  #done(sentence) {
    this.#again();
    this.dispatchEvent(new CustomEvent("said", { detail: sentence }));
  }

  /** Change something of the member by a PUT; when something else of theirs was changed meanwhile, by the new version. */
  async #put(path, body) {
    try {
      return await this.#putOnce(path, body);
    } catch (refusal) {
      if (refusal.code !== "version-conflict") throw refusal;
      this.#me = await member.read();
      return this.#putOnce(path, body);
    }
  }

  async #putOnce(path, body) {
    const { body: identity } = await api.call("PUT", path, { body, version: this.#me.profile.version });
    const { version, ...rest } = identity;
    this.#me = { ...this.#me, ...rest, profile: { ...this.#me.profile, version } };
    member.remember(this.#me);
    this.dispatchEvent(new CustomEvent("versioned", { detail: version }));
  }

  // Name

  #askName() {
    this.#form(
      "name",
      html`<p class="small soft">${t.nameHint}</p><div class="fields">${input({ id: "first-name", name: "first_name", label: t.firstName, autocomplete: "given-name", maxlength: 100, value: this.#me.first_name })}
        ${input({ id: "last-name", name: "last_name", label: t.lastName, autocomplete: "family-name", maxlength: 100, value: this.#me.last_name })}</div>`,
      t.saveName,
      { first_name: t.nameRequired.first_name, last_name: t.nameRequired.last_name },
      async ({ first_name: first, last_name: last }) => {
        await this.#put("/me/name", { first_name: first.trim(), last_name: last.trim() });
        this.#done(t.nameChanged(this.#me.name));
      },
    );
  }

  // E-mail address

  #askAddress() {
    this.#form(
      "email",
      input({ id: "new-email", name: "email", label: t.newEmail, type: "email", autocomplete: "email", hint: t.emailHint }),
      t.sendCode,
      { email: t.emailRequired },
      async ({ email }) => {
        const address = email.trim();
        if (address.toLowerCase() === this.#email.toLowerCase()) throw new Refusal("same", { detail: t.emailSame });
        await cognito.changeEmail(await session.accessToken(), address);
        this.#askCode(address);
      },
    );
  }

  #askCode(address) {
    this.#form(
      "email",
      html`<p role="status">${t.codeSent(address)}</p>${input({ id: "email-code", name: "code", label: text.logIn.code, autocomplete: "one-time-code", inputmode: "numeric" })}`,
      t.confirmEmail,
      { code: text.logIn.required.code },
      async ({ code }) => {
        // A code counts once: where the portal alone has not learned of the address, that alone is done again.
        if (this.#email !== address) await cognito.confirmEmail(await session.accessToken(), code.trim());
        this.#email = address;
        if (this.#me.email) await this.#takeOver(address);
        this.#done(t.emailChanged(address));
      },
    );
  }

  /** Have the portal write to the address that is verified at the log-in service; the old address is told. */
  async #takeOver(email) {
    await this.#put("/me/email", { email });
  }

  // Authenticator app

  async #askApp() {
    let secret, qrCode;
    const drawing = import("../../qr-code.js").catch(() => ({})); // without it, the key can be typed
    try {
      ({ SecretCode: secret } = await cognito.associateApp(await session.accessToken()));
      ({ qrCode } = await drawing);
    } catch (refusal) {
      render(this.#place("app"), html`<problem-message></problem-message>`);
      this.#place("app").firstElementChild.show(refusal, { retry: () => this.#askApp() });
      return;
    }
    const address = `otpauth://totp/${encodeURIComponent(`${ISSUER}:${this.#email}`)}?secret=${secret}&issuer=${ISSUER}`;
    this.#form(
      "app",
      html`<ol class="prose"><li>${t.appSteps.open}</li><li>${qrCode && [t.appSteps.scan, qrCode(address, t.appSteps.picture)]}${t.appSteps.key} <strong class="key">${secret.match(/.{1,4}/g).join(" ")}</strong><br><a href="${address}">${t.appSteps.link}</a></li><li>${t.appSteps.code}</li></ol>
        ${input({ id: "app-code", name: "code", label: text.logIn.appCode, autocomplete: "one-time-code", inputmode: "numeric", maxlength: 6 })}`,
      t.turnAppOn,
      { code: text.logIn.required.code },
      async ({ code }) => {
        const token = await session.accessToken();
        await cognito.verifyApp(token, code.trim());
        await cognito.preferApp(token, true);
        this.#hasApp = true;
        this.#done(t.appAdded);
      },
    );
  }

  #askToRemoveApp() {
    this.#form("app", html`<p>${t.removeAppDetail}</p>`, t.removeAppYes, {}, async () => {
      await cognito.preferApp(await session.accessToken(), false);
      this.#hasApp = false;
      this.#done(t.appRemoved);
    });
  }
}

customElements.define("account-forms", AccountForms);
