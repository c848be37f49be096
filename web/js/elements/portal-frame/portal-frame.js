/** <portal-frame page="…">: header, left-hand menu, "Welcome <name>", log out, and the notice of being offline. */

import { ask } from "../../confirm.js";
import { html, render } from "../../html.js";
import { mark } from "../../icons.js";
import * as member from "../../member.js";
import * as session from "../../session.js";
import { text } from "../../text.js";

const MENU = ["profile", "registrations", "invoices", "recertification", "summary", "documents", "transactions"];
const APART = ["library", "help"];
/** What staff see besides, with the role that a page needs; without one, any will do. */
const STAFF = [
  { name: "staff/reviews" },
  { name: "staff/attention" },
  { name: "staff/members" },
  { name: "staff/contributions" },
  { name: "staff/figures" },
  { name: "staff/import", role: "staff-admin" },
  { name: "staff/export", role: "staff-admin" },
  { name: "staff/rules", role: "staff-admin" },
];

class PortalFrame extends HTMLElement {
  connectedCallback() {
    const t = text.frame;
    render(
      this,
      html`<a class="skip button main" href="#main">${t.skip}</a>
      <header class="frame-header">
        <a class="brand" href="/">${mark}<span>${text.brand}</span></a>
        <button type="button" class="menu-button" aria-expanded="false" aria-controls="menu" hidden>${t.menu}</button>
        <div class="frame-person" hidden><a href="/profile/" hidden></a><button type="button" class="quiet">${t.logOut}</button></div>
      </header>
      <div class="frame-notice" role="status"></div>
      <nav class="frame-menu" id="menu" aria-label="${t.menuName}" hidden></nav>`,
    );
    this.#notice();
    addEventListener("online", () => this.#notice());
    addEventListener("offline", () => this.#notice());
    addEventListener("member", ({ detail }) => this.#welcome(detail));
  }

  /** Show menu and name: someone is logged in. */
  showMember() {
    document.body.classList.add("framed");
    const menu = this.querySelector("nav");
    const button = this.querySelector(".menu-button");
    this.#showMenu([]);
    button.hidden = false;
    button.addEventListener("click", () => {
      menu.hidden = !menu.hidden;
      button.setAttribute("aria-expanded", String(!menu.hidden));
    });
    this.querySelector(".frame-person").hidden = false;
    this.querySelector(".frame-person button").addEventListener("click", () => this.#logOut());
    const me = member.remembered();
    if (me) this.#welcome(me);
    else member.read().catch(() => {});
  }

  #showMenu(roles) {
    const page = this.getAttribute("page");
    const link = (name, isApart) =>
      html`<li class="${isApart && "apart"}"><a href="/${name}/" ${name === page && html`aria-current="page"`}>${text.pages[name].title}</a></li>`;
    const staff = roles.length ? STAFF.filter(({ role }) => !role || roles.includes(role)) : [];
    render(
      this.querySelector("nav"),
      html`<ul>${MENU.map((name) => link(name))}${staff.map(({ name }, index) => link(name, index === 0))}${APART.map((name, index) => link(name, index === 0))}</ul>`,
    );
  }

  #welcome(me) {
    if (me.roles?.length) this.#showMenu(me.roles);
    const name = this.querySelector(".frame-person a");
    name.textContent = text.frame.welcome(me.name);
    name.hidden = false;
  }

  #notice() {
    render(this.querySelector(".frame-notice"), html`${!navigator.onLine && html`<p>${text.frame.offline}</p>`}`);
  }

  async #logOut() {
    const { hasDrafts, forgetDrafts } = await import("../../drafts.js");
    const memberId = session.current()?.member_id;
    if (hasDrafts(memberId)) {
      const { title, detail, keep, forget } = text.frame.keepDrafts;
      const choice = await ask({ title, detail, choices: [{ value: "keep", label: keep }, { value: "forget", label: forget, kind: "danger" }] });
      if (!choice) return;
      if (choice === "forget") forgetDrafts(memberId);
    }
    await session.logOut();
    location.assign("/");
  }
}

customElements.define("portal-frame", PortalFrame);
