/** <contact-form>: the contact fields of a member and whether reminders are wanted; what is typed is kept until it is saved. */

import * as api from "../../api.js";
import { Draft } from "../../drafts.js";
import { busy, clearFaults, faultsOf, input, lines, showFaults, valuesOf } from "../../fields.js";
import { html, render } from "../../html.js";
import * as member from "../../member.js";
import { text } from "../../text.js";
import { accountText } from "../../text/account.js";
import "../problem-message/problem-message.js";

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

class ContactForm extends HTMLElement {
  #saved;
  #version;
  #draft;

  /** Dispatches `said` with what is to be told, once it is saved. */
  open(me) {
    this.#draft = new Draft("profile");
    this.#saved = me.profile;
    this.#version = this.#draft.read()?.value?.version ?? me.profile.version;
    const typed = this.#draft.read()?.value;
    render(
      this,
      html`<form class="stack" novalidate><p class="draft-mark" role="status" hidden>${text.draft.mark}</p><problem-message></problem-message><div class="versions-place"></div>
        <p class="soft">${t.allOptional}</p><div class="fields pairs">${Object.entries(t.fields).map(([name, label]) => {
          const field = { id: `profile-${name}`, name, label, optional: true, isMarked: false, autocomplete: AUTOCOMPLETE[name], value: (typed?.fields ?? this.#saved)[name] ?? "" };
          return name === "address" ? lines({ ...field, rows: 2, wide: true }) : input({ ...field, type: TYPES[name] ?? "text" });
        })}</div>
        <div><label class="choice"><input type="checkbox" class="reminders" autocomplete="off" aria-describedby="reminders-hint">${t.reminders}</label><p class="hint" id="reminders-hint">${t.remindersHint}</p></div>
        <div><button class="main">${t.save}</button></div></form>`,
    );
    this.#reminders.checked = (typed?.fields ?? this.#saved).reminders ?? this.#saved.reminders;
    const form = this.querySelector("form");
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

  /** The member's version was raised by another form of the page: name or address, which this form does not touch. */
  follow(version) {
    this.#version = version;
    const kept = this.#draft.read()?.value;
    if (kept) this.#draft.write({ ...kept, version });
  }

  get #reminders() {
    return this.querySelector(".reminders");
  }

  get #values() {
    return { ...valuesOf(this), reminders: this.#reminders.checked };
  }

  #fill(fields) {
    for (const name of Object.keys(t.fields)) this.querySelector(`[name="${name}"]`).value = fields[name] ?? "";
    this.#reminders.checked = fields.reminders ?? this.#saved.reminders;
  }

  #mark(isUnsaved) {
    this.querySelector(".draft-mark").hidden = !isUnsaved;
  }

  #typed() {
    this.#draft.write({ fields: this.#values, version: this.#version });
    this.#mark(true);
  }

  async #save() {
    const problem = this.querySelector("problem-message");
    problem.clear();
    clearFaults(this);
    const sent = this.#values;
    try {
      const { body } = await api.call("PUT", "/me/profile", { body: sent, version: this.#version });
      this.#taken(body, sent);
      this.#say(t.saved);
    } catch (refusal) {
      if (refusal.code === "version-conflict" && (await this.#compare())) return;
      const fields = showFaults(this, faultsOf(refusal));
      const retry = refusal.isUncertain ? () => this.querySelector("form").requestSubmit() : undefined;
      problem.show(refusal, { fields, retry, isKept: fields.length === 0 });
    }
  }

  #say(sentence) {
    this.dispatchEvent(new CustomEvent("said", { detail: sentence }));
  }

  /** Show what is saved; what was typed since it was sent stays, and is not saved yet. */
  #taken(profile, sent = this.#values) {
    const typed = Object.entries(this.#values).filter(([name, value]) => value !== sent[name]);
    this.#draft.clear();
    this.#saved = profile;
    this.#version = profile.version;
    this.#fill({ ...profile, ...Object.fromEntries(typed) });
    this.#mark(false);
    if (typed.length) this.#typed();
    render(this.querySelector(".versions-place"), html``);
    const me = member.remembered();
    if (me) member.remember({ ...me, profile });
  }

  /** Both versions side by side, the fields that differ; whether they could be shown. */
  async #compare() {
    const me = await member.read().catch(() => null);
    if (!me) return false;
    const r = text.versions;
    const mine = this.#values;
    const shown = (value) => (value === true ? t.remindersOn : value === false ? t.remindersOff : String(value ?? "").trim());
    const names = { ...t.fields, reminders: t.reminders };
    const differing = Object.entries(names).filter(([name]) => shown(mine[name]) !== shown(me.profile[name]));
    if (!differing.length) {
      this.#taken(me.profile);
      this.#say(t.saved);
      return true;
    }
    const version = (title, fields, kind, label) => html`<section><h4>${title}</h4><dl class="stack tight">${differing.map(([name, heading]) => html`<div><dt class="small soft">${heading}</dt><dd><mark>${shown(fields[name]) || text.none}</mark></dd></div>`)}</dl><p><button type="button" class="${kind}">${label}</button></p></section>`;
    const place = this.querySelector(".versions-place");
    render(
      place,
      html`<div class="notice warn" role="alert" tabindex="-1"><h3>${text.problem.titles["version-conflict"]}</h3><p>${t.conflict}</p><div class="versions">
        ${version(r.yours, mine, "main keep-mine", r.keepYours)}${version(r.theirs, me.profile, "keep-theirs", r.keepTheirs)}</div></div>`,
    );
    place.querySelector(".keep-mine").addEventListener("click", () => {
      this.#version = me.profile.version;
      render(place, html``);
      this.querySelector("form").requestSubmit();
    });
    place.querySelector(".keep-theirs").addEventListener("click", () => this.#taken(me.profile));
    place.firstElementChild.focus();
    return true;
  }
}

customElements.define("contact-form", ContactForm);
