/** Log in: the home page of those who are not logged in. */

import * as api from "../api.js";
import { config } from "../config.js";
import "../elements/log-in-form/log-in-form.js";
import "../elements/portal-frame/portal-frame.js";
import { html, render } from "../html.js";
import * as member from "../member.js";
import * as session from "../session.js";
import { text } from "../text.js";

const t = text.logIn;

/** Where to go: back to where one was, if that is a page of this portal. A path alone could begin with // and lead elsewhere. */
function destination() {
  const asked = new URLSearchParams(location.search).get("next");
  if (!asked || !URL.canParse(asked, location.origin)) return member.home();
  const next = new URL(asked, location.origin);
  return next.origin === location.origin ? location.origin + next.pathname + next.search : member.home();
}

async function enter() {
  await Promise.all([member.read(), api.program()]).catch(() => {});
  location.replace(destination());
}

async function offerDemoAccounts(form, place) {
  const { demo } = await config().catch(() => ({}));
  if (!demo) return;
  render(
    place,
    html`<section class="card stack tight" aria-labelledby="demo-title">
      <div><h2 id="demo-title">${t.demoTitle}</h2><p class="small soft">${t.demoDetail}</p></div>
      <ul class="demo-accounts">${demo.accounts.map(({ email, about }) => html`<li><button type="button" data-email="${email}">${email} <span>${about}</span></button></li>`)}</ul>
    </section>`,
  );
  place.addEventListener("click", ({ target }) => {
    const email = target.closest("button")?.dataset.email;
    if (!email) return;
    form.fill(email, demo.password);
    form.querySelector("form").requestSubmit();
  });
}

async function open() {
  document.documentElement.lang = text.language;
  document.title = `${text.pages["log-in"].title} · ${text.brand}`;
  if (await session.find()) {
    location.replace(destination());
    return;
  }
  const main = document.querySelector("main");
  render(
    main,
    html`<div class="log-in stack">
      <div class="card stack"><div><h1>${text.pages["log-in"].title}</h1><p class="soft">${t.intro}</p></div><log-in-form></log-in-form></div>
      <div id="demo"></div>
    </div>`,
  );
  const form = main.querySelector("log-in-form");
  form.addEventListener("logged-in", enter);
  await offerDemoAccounts(form, main.querySelector("#demo"));
}

await open();
