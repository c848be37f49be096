/** The page for an address that is none. */

import "../elements/portal-frame/portal-frame.js";
import { html, render } from "../html.js";
import * as session from "../session.js";
import { text } from "../text.js";

const { title, lead } = text.pages.missing;
document.documentElement.lang = text.language;
document.title = `${title} · ${text.brand}`;
if (session.current()) document.querySelector("portal-frame").showMember();
render(
  document.querySelector("main"),
  html`<div class="page-head"><div><h1>${title}</h1><p>${lead}</p></div></div>
  <p class="buttons"><a class="button main" href="/recertification/">${text.missing.home}</a><a class="button" href="/help/">${text.missing.help}</a></p>`,
);
