/** What every page of a logged-in member does: have a session, show the frame, load, show, and say what went wrong. */

import "./elements/portal-frame/portal-frame.js";
import "./elements/problem-message/problem-message.js";
import { inZone } from "./format.js";
import { html, render } from "./html.js";
import * as member from "./member.js";
import * as session from "./session.js";
import { text } from "./text.js";

/**
 * Open a page of the left-hand menu. `load` gives what the page needs, `show(content, loaded, again)` puts it there;
 * `again` loads anew without taking away what is shown. A load that fails for want of a connection runs again with it.
 */
export async function openPage(name, { load, show }) {
  const { title, lead } = text.pages[name];
  document.documentElement.lang = text.language;
  document.title = `${title} · ${text.brand}`;
  if (!(await session.find())) {
    location.replace(`/?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  document.querySelector("portal-frame").showMember();
  const main = document.querySelector("main");
  render(
    main,
    html`<div class="page-head"><div><h1>${title}</h1>${lead && html`<p>${lead}</p>`}</div><div id="page-actions" class="no-print"></div></div>
    <div id="content" aria-busy="true"><p class="loading" role="status">${text.loading}</p></div>`,
  );
  const content = main.querySelector("#content");
  let isShown = false;
  const again = async () => {
    try {
      const [loaded, me] = await Promise.all([load(), member.remembered() ?? member.find().catch(() => null)]);
      inZone(me?.time_zone);
      if (!isShown) render(content, html``);
      isShown = true;
      await show(content, loaded, again);
    } catch (refusal) {
      if (isShown) throw refusal;
      render(content, html`<problem-message></problem-message>`);
      content.firstElementChild.show(refusal, { retry: again });
      if (refusal.code === "no-connection") addEventListener("online", again, { once: true });
    } finally {
      content.removeAttribute("aria-busy");
    }
  };
  await again();
}

/** A page that the browser kept while one was elsewhere is out of date: on the way back from paying, or after a log-out. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/**
 * A notice that takes the focus, so that everyone learns of it; `kind` is good or warn. Whoever is typing something that
 * is not saved is not taken away from there, and hears it as it comes.
 */
export function announce(place, markup, kind = "good") {
  const typing = document.activeElement?.matches("input, select, textarea") && document.activeElement.closest("form:has(.draft-mark:not([hidden]))");
  render(place, html`<div class="notice ${kind}" role="${typing ? "alert" : "status"}" tabindex="-1">${markup}</div>`);
  if (typing) return;
  place.firstElementChild.focus();
  place.scrollIntoView({ block: "nearest" });
}
