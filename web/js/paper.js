/** What the API makes to be kept: fetched with the token, then saved by the browser under the name it comes with. */

import * as api from "./api.js";

const KEPT_MILLISECONDS = 60_000;

/** Fetch the PDF at an address of the API and have the browser save it. Throws a Refusal. */
export async function savePaper(path) {
  const { body, name } = await api.get(path);
  save(body, name);
}

/** A person's data as one answer: `ask` fetches the page with a query, the records of all pages go together by kind. Throws a Refusal. */
export async function wholeData(ask) {
  const records = {};
  let query = "";
  for (;;) {
    const { next_cursor: cursor, ...page } = (await ask(query)).body;
    for (const [kind, found] of Object.entries(page.records)) records[kind] = [...(records[kind] ?? []), ...found];
    if (!cursor) return { ...page, records };
    query = `?${new URLSearchParams({ cursor })}`;
  }
}

/** Have the browser save an answer of the API as a JSON file. */
export function saveAsJson(answer, name) {
  save(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }), name);
}

function save(body, name) {
  const address = URL.createObjectURL(body);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MILLISECONDS);
}
