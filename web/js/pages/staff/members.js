/** Staff's members: found as one types, by the beginning of a name, an e-mail address or a member number. */

import "../../elements/paged-list/paged-list.js";
import { input } from "../../fields.js";
import { html, render } from "../../html.js";
import { openPage } from "../../page.js";
import { staffText } from "../../text/staff.js";

const t = staffText.members;
const PAUSE_MILLISECONDS = 250;

function row(each) {
  const c = t.columns;
  return html`<tr>
    <th scope="row"><a href="/staff/member/?member=${encodeURIComponent(each.member_id)}">${each.name}</a></th>
    <td data-label="${c.email}">${each.email}</td>
    <td data-label="${c.memberId}">${each.member_id}</td>
  </tr>`;
}

/** Show who is found; the address keeps the search, for the way back. */
function search(list, query) {
  history.replaceState(null, "", query ? `?query=${encodeURIComponent(query)}` : location.pathname);
  return list.show("/staff/members", { query }, { caption: t.caption, columns: Object.values(t.columns), row, shown: t.shown, empty: t.empty });
}

async function show(content) {
  const query = new URLSearchParams(location.search).get("query") ?? "";
  render(
    content,
    html`<div class="card stack"><form role="search">${input({ id: "query", name: "query", label: t.search, hint: t.hint, type: "search", optional: true, isMarked: false, autocomplete: "off", maxlength: 200, value: query })}</form>
    <paged-list class="stack tight"></paged-list></div>`,
  );
  const list = content.querySelector("paged-list");
  const field = content.querySelector("#query");
  let pause;
  const now = () => {
    clearTimeout(pause);
    return search(list, field.value.trim());
  };
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(now, PAUSE_MILLISECONDS);
  });
  content.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    now();
  });
  await now();
}

await openPage("staff/members", { load: async () => ({}), show });
