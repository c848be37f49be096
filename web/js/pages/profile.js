/** My Profile: contact information, and the address one logs in with. */

import * as api from "../api.js";
import * as cognito from "../cognito.js";
import { Draft } from "../drafts.js";
import { busy, clearFaults, emptyFields, input, lines, showFaults, valuesOf } from "../fields.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import { announce, openPage } from "../page.js";
import { Refusal } from "../refusal.js";
import * as session from "../session.js";
import { text } from "../text.js";
import { accountText } from "../text/account.js";

const t = accountText.profile;
const AUTOCOMPLETE = {
  phone: "tel",
  employer: "organization",
  job_title: "organization-title",
  department: "off",
  address: "street-address",
  city: "address-level2",
  state: "address-level1",
  postal_code: "postal-code",
  country: "country-name",
};
const TYPES = { phone: "tel" };

async function load() {
  const [me, account, program] = await Promise.all([member.read(), readAccount(), api.program()]);
  return { me, program, email: account ?? me.email };
}

/** The address that the log-in service knows; the newest, since it is changed there. */
async function readAccount() {
  try {
    const { UserAttributes: attributes } = await cognito.readAccount(await session.accessToken());
    return attributes.find(({ Name }) => Name === "email")?.Value;
  } catch {
    return undefined;
  }
}

function show(content, { me, program, email }) {
  render(
    content,
    html`<div class="stack">
      <div id="notice"></div>
      <section class="card" aria-labelledby="contact-title"><h2 id="contact-title">${t.contact}</h2><div id="contact"></div></section>
      <section class="card" aria-labelledby="account-title"><h2 id="account-title">${t.account}</h2><div class="stack">
        <dl class="facts"><div><dt>${t.name}</dt><dd>${me.name}</dd></div><div><dt>${t.memberId}</dt><dd>${me.member_id}</dd></div><div><dt>${t.email}</dt><dd id="email">${email}</dd></div></dl>
        <p class="small soft">${t.nameHint(program.contact.email)}</p><div id="change-email"></div></div></section>
    </div>`,
  );
  new ContactForm(content, me).open();
  new EmailForm(content, email).open();
}

class ContactForm {
  #content;
  #place;
  #saved;
  #version;
  #draft = new Draft("profile");

  constructor(content, me) {
    this.#content = content;
    this.#place = content.querySelector("#contact");
    this.#saved = me.profile;
    this.#version = this.#draft.read()?.value?.version ?? me.profile.version;
  }

  open() {
    const typed = this.#draft.read()?.value;
    render(
      this.#place,
      html`<form class="stack" novalidate><p class="draft-mark" role="status" hidden>${text.draft.mark}</p><problem-message></problem-message><div class="versions-place"></div>
        <p class="soft">${t.allOptional}</p><div class="fields pairs">${Object.entries(t.fields).map(([name, label]) => {
          const field = { id: `profile-${name}`, name, label, optional: true, isMarked: false, autocomplete: AUTOCOMPLETE[name], value: (typed?.fields ?? this.#saved)[name] ?? "" };
          return name === "address" ? lines({ ...field, rows: 2, wide: true }) : input({ ...field, type: TYPES[name] ?? "text" });
        })}</div>
        <div><button class="main">${t.save}</button></div></form>`,
    );
    const form = this.#place.querySelector("form");
    this.#mark(Boolean(typed));
    form.addEventListener("input", () => this.#typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form.querySelector("button.main"), () => this.#save());
    });
    this.#draft.watch((value) => {
      if (value) this.#fill(value.fields);
      this.#mark(Boolean(value));
    });
  }

  #fill(fields) {
    for (const name of Object.keys(t.fields)) this.#place.querySelector(`[name="${name}"]`).value = fields[name] ?? "";
  }

  #mark(isUnsaved) {
    this.#place.querySelector(".draft-mark").hidden = !isUnsaved;
  }

  #typed() {
    this.#draft.write({ fields: valuesOf(this.#place), version: this.#version });
    this.#mark(true);
  }

  async #save() {
    const problem = this.#place.querySelector("problem-message");
    problem.clear();
    clearFaults(this.#place);
    try {
      const { body } = await api.call("PUT", "/me/profile", { body: valuesOf(this.#place), version: this.#version });
      this.#taken(body);
      announce(this.#content.querySelector("#notice"), html`<p>${t.saved}</p>`);
    } catch (refusal) {
      if (refusal.code === "version-conflict" && (await this.#compare())) return;
      const fields = showFaults(this.#place, (refusal.errors ?? []).map(({ pointer, detail }) => ({ field: pointer.slice(1), detail })));
      const retry = refusal.isUncertain ? () => this.#place.querySelector("form").requestSubmit() : undefined;
      problem.show(refusal, { fields, retry, isKept: fields.length === 0 });
    }
  }

  #taken(profile) {
    this.#draft.clear();
    this.#saved = profile;
    this.#version = profile.version;
    this.#fill(profile);
    this.#mark(false);
    render(this.#place.querySelector(".versions-place"), html``);
    const me = member.remembered();
    if (me) member.remember({ ...me, profile });
  }

  /** Both versions side by side, the fields that differ; whether they could be shown. */
  async #compare() {
    const me = await member.read().catch(() => null);
    if (!me) return false;
    const r = text.versions;
    const mine = valuesOf(this.#place);
    const differing = Object.entries(t.fields).filter(([name]) => (mine[name] ?? "").trim() !== (me.profile[name] ?? ""));
    if (!differing.length) {
      this.#taken(me.profile);
      announce(this.#content.querySelector("#notice"), html`<p>${t.saved}</p>`);
      return true;
    }
    const version = (title, fields, kind, label) => html`<section><h4>${title}</h4><dl class="stack tight">${differing.map(([name, heading]) => html`<div><dt class="small soft">${heading}</dt><dd><mark>${fields[name] || text.none}</mark></dd></div>`)}</dl><p><button type="button" class="${kind}">${label}</button></p></section>`;
    const place = this.#place.querySelector(".versions-place");
    render(
      place,
      html`<div class="notice warn" role="alert" tabindex="-1"><h3>${text.problem.titles["version-conflict"]}</h3><p>${t.conflict}</p><div class="versions">
        ${version(r.yours, mine, "main keep-mine", r.keepYours)}${version(r.theirs, me.profile, "keep-theirs", r.keepTheirs)}</div></div>`,
    );
    place.querySelector(".keep-mine").addEventListener("click", () => {
      this.#version = me.profile.version;
      render(place, html``);
      this.#place.querySelector("form").requestSubmit();
    });
    place.querySelector(".keep-theirs").addEventListener("click", () => this.#taken(me.profile));
    place.firstElementChild.focus();
    return true;
  }
}

class EmailForm {
  #content;
  #place;
  #email;

  constructor(content, email) {
    this.#content = content;
    this.#place = content.querySelector("#change-email");
    this.#email = email;
  }

  open() {
    render(this.#place, html`<div><button type="button">${t.changeEmail}</button></div>`);
    this.#place.querySelector("button").addEventListener("click", () => this.#askAddress());
  }

  #form(markup, required, submit) {
    render(this.#place, html`<form class="stack" novalidate><problem-message></problem-message>${markup}</form>`);
    const form = this.#place.querySelector("form");
    form.querySelector(".leave").addEventListener("click", () => this.open());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form.querySelector("button.main"), async () => {
        clearFaults(form);
        const problem = form.querySelector("problem-message");
        problem.clear();
        const values = valuesOf(form);
        const fields = showFaults(form, emptyFields(values, required));
        try {
          if (fields.length) throw new Refusal("invalid-request", { detail: text.faults(fields.length) });
          await submit(values);
        } catch (refusal) {
          problem.show(refusal, { fields });
        }
      });
    });
    form.querySelector("input").focus();
  }

  #askAddress() {
    this.#form(
      html`${input({ id: "new-email", name: "email", label: t.newEmail, type: "email", autocomplete: "email", hint: t.emailHint })}
        <div class="buttons"><button class="main">${t.sendCode}</button><button type="button" class="leave">${text.cancel}</button></div>`,
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
      html`<p role="status">${t.codeSent(address)}</p>${input({ id: "email-code", name: "code", label: text.logIn.code, autocomplete: "one-time-code", inputmode: "numeric" })}
        <div class="buttons"><button class="main">${t.confirmEmail}</button><button type="button" class="leave">${text.cancel}</button></div>`,
      { code: text.logIn.required.code },
      async ({ code }) => {
        await cognito.confirmEmail(await session.accessToken(), code.trim());
        this.#email = address;
        this.#content.querySelector("#email").textContent = address;
        this.open();
        announce(this.#content.querySelector("#notice"), html`<p>${t.emailChanged(address)}</p>`);
      },
    );
  }
}

await openPage("profile", { load, show });
