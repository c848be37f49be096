/** <log-in-form>: log in, set a new password and answer a challenge, all on the same screen. Dispatches `logged-in`. */

import * as cognito from "../../cognito.js";
import { busy, clearFaults, emptyFields, input, showFaults, valuesOf } from "../../fields.js";
import { html, render } from "../../html.js";
import { Refusal } from "../../refusal.js";
import * as session from "../../session.js";
import { text } from "../../text.js";
import "../problem-message/problem-message.js";

const t = text.logIn;

class LogInForm extends HTMLElement {
  #name = "";
  #challenge;

  connectedCallback() {
    this.#showLogIn();
  }

  /** Begin with a name that is known. */
  fill(name, password = "") {
    this.#name = name;
    this.#showLogIn();
    this.querySelector('[name="password"]').value = password;
  }

  get #problem() {
    return this.querySelector("problem-message");
  }

  #show(markup, submit) {
    render(this, html`<form class="stack" novalidate><problem-message></problem-message>${markup}</form>`);
    const form = this.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form.querySelector("button.main"), () => this.#try(submit));
    });
    this.querySelector(".show-password")?.addEventListener("change", (event) => {
      for (const field of this.querySelectorAll("[data-password]")) field.type = event.target.checked ? "text" : "password";
    });
    this.querySelector(".back")?.addEventListener("click", () => this.#showLogIn(true));
  }

  /** Check that nothing is empty, do the step, and show what is refused. */
  async #try(step) {
    clearFaults(this);
    this.#problem.clear();
    const values = valuesOf(this);
    if ("name" in values) this.#name = values.name.trim();
    const empty = showFaults(this, emptyFields(values, t.required));
    if (empty.length) {
      this.#problem.show(new Refusal("invalid-request", { detail: empty.length === 1 ? empty[0].detail : "" }), { fields: empty });
      return;
    }
    try {
      await step(values);
    } catch (refusal) {
      this.#problem.show(refusal);
    }
  }

  #nameField(more = {}) {
    return input({ id: "log-in-name", name: "name", label: t.name, autocomplete: "username", autocapitalize: "none", spellcheck: "false", value: this.#name, ...more });
  }

  #password(name, label, autocomplete, hint) {
    return html`${input({ id: `log-in-${name}`, name, label, type: "password", autocomplete, hint, "data-password": true })}
      <label class="choice"><input type="checkbox" class="show-password">${t.showPassword}</label>`;
  }

  #showLogIn(isFocused = false) {
    this.#show(
      html`${this.#nameField()} ${this.#password("password", t.password, "current-password")}
        <div class="buttons"><button class="main">${t.logIn}</button><button type="button" class="quiet forgot">${t.forgot}</button></div>
        <p class="small soft">${t.first}</p>`,
      ({ password }) => this.#logIn(password),
    );
    this.querySelector(".forgot").addEventListener("click", () => {
      this.#name = valuesOf(this).name.trim();
      this.#showSendCode();
    });
    if (isFocused) this.querySelector("input").focus();
  }

  async #logIn(password) {
    try {
      await this.#take(await cognito.logIn(this.#name, password));
    } catch (refusal) {
      if (refusal.code !== "PasswordResetRequiredException") throw refusal;
      await cognito.sendResetCode(this.#name);
      this.#showReset();
    }
  }

  async #take(answer) {
    if (!answer.AuthenticationResult) {
      this.#showChallenge(answer);
      return;
    }
    session.keep(answer.AuthenticationResult);
    this.dispatchEvent(new CustomEvent("logged-in"));
  }

  #showSendCode() {
    this.#show(
      html`<div><h2>${t.resetTitle}</h2><p class="soft">${t.resetIntro}</p></div>${this.#nameField()}
        <div class="buttons"><button class="main">${t.sendCode}</button><button type="button" class="quiet back">${t.back}</button></div>`,
      async () => {
        await cognito.sendResetCode(this.#name);
        this.#showReset();
      },
    );
    this.querySelector("input").focus();
  }

  #showReset() {
    this.#show(
      html`<div><h2>${t.resetTitle}</h2><p role="status">${t.codeSent}</p></div>
        ${this.#nameField({ readonly: true })}
        ${input({ id: "log-in-code", name: "code", label: t.code, autocomplete: "one-time-code", inputmode: "numeric" })}
        ${this.#password("newPassword", t.newPassword, "new-password", t.passwordRule)}
        <div class="buttons"><button class="main">${t.setPassword}</button><button type="button" class="quiet again">${t.sendAgain}</button>
        <button type="button" class="quiet back">${t.back}</button></div>`,
      async ({ code, newPassword }) => {
        await cognito.resetPassword(this.#name, code.trim(), newPassword);
        await this.#logIn(newPassword);
      },
    );
    this.querySelector(".again").addEventListener("click", () => this.#try(() => cognito.sendResetCode(this.#name)));
    this.querySelector('[name="code"]').focus();
  }

  #showChallenge(challenge) {
    this.#challenge = challenge;
    const kind = challenge.ChallengeName;
    if (!t.challengeTitles[kind]) throw new Refusal("unknown-challenge", { detail: t.unknownChallenge });
    const isPassword = kind === "NEW_PASSWORD_REQUIRED";
    this.#show(
      html`<h2>${t.challengeTitles[kind]}</h2>
        ${isPassword ? this.#password("newPassword", t.newPassword, "new-password", t.passwordRule) : input({ id: "log-in-code", name: "code", label: t.appCode, autocomplete: "one-time-code", inputmode: "numeric" })}
        <div class="buttons"><button class="main">${t.goOn}</button><button type="button" class="quiet back">${t.back}</button></div>`,
      async ({ code, newPassword }) => {
        const answers = isPassword ? { NEW_PASSWORD: newPassword } : { SOFTWARE_TOKEN_MFA_CODE: code.trim() };
        await this.#take(await cognito.answerChallenge(this.#challenge, this.#name, answers));
      },
    );
    this.querySelector("input").focus();
  }
}

customElements.define("log-in-form", LogInForm);
