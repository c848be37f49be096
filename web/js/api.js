/** The portal's API: one function for every call, so that tokens, retries and refusals are handled in one place. */

import { Refusal, refused, send } from "./refusal.js";
import * as session from "./session.js";

const BASE = "/api";
const JSON_TYPE = "application/json";
const PDF_TYPE = "application/pdf";
const TRIES = 3;
const WAIT_MILLISECONDS = 1000;
const MOST_WAIT_MILLISECONDS = 5000; // longer is not waited without a word: whoever pressed is told

/**
 * Call the API. Gives `{status, body, version}`; throws a Refusal.
 *
 * `version` is what a PUT or DELETE is based on (If-Match); `key` the Idempotency-Key of a POST. With either of them, as
 * with every GET, a repetition does no harm, so a busy portal is asked again by itself.
 * A body of another `type` than JSON is sent as it is; a PDF that is answered is a Blob, with its `name`.
 */
export const call = (method, path, options) => ask(method, path, options).catch(refused);

async function ask(method, path, { body, type = JSON_TYPE, version, key, fresh } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = type;
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  if (key !== undefined) headers["Idempotency-Key"] = key;
  const options = { method, headers, body: type === JSON_TYPE && body !== undefined ? JSON.stringify(body) : body };
  if (fresh) options.cache = "reload";
  for (let attempt = 1; ; attempt += 1) {
    const response = await authorized(path, options);
    if (response.ok) return answerOf(response);
    const refusal = await Refusal.of(response);
    const isBusy = refusal.status === 503 || refusal.status === 429;
    const wait = refusal.retryAfter * 1000 || WAIT_MILLISECONDS;
    if (!isBusy || attempt === TRIES || wait > MOST_WAIT_MILLISECONDS) throw refusal;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

export const get = (path, options) => call("GET", path, options);

/** The items of all pages of a list. */
export async function all(path) {
  const items = [];
  for (let cursor = null; ; ) {
    const more = cursor && `${path.includes("?") ? "&" : "?"}${new URLSearchParams({ cursor })}`;
    const { body } = await get(more ? path + more : path);
    items.push(...body.items);
    cursor = body.next_cursor;
    if (!cursor) return items;
  }
}

async function answerOf(response) {
  const version = response.headers.get("ETag")?.replace(/^"|"$/g, "");
  if (response.status === 204) return { status: response.status, version, body: null };
  if (response.headers.get("Content-Type") !== PDF_TYPE) return { status: response.status, version, body: await response.json() };
  const name = response.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "";
  return { status: response.status, version, body: await response.blob(), name };
}

/** Send with a token; an expired one is renewed, and when that is over, the person is asked to log in right here. */
async function authorized(path, options) {
  let response = await attempt(path, options, session.accessToken);
  if (response?.status === 401) response = await attempt(path, options, session.renew);
  while (response === null || response.status === 401) {
    const { askToLogIn } = await import("./elements/log-in-dialog/log-in-dialog.js");
    await askToLogIn();
    response = await attempt(path, options, session.accessToken);
  }
  return response;
}

/** The answer, or null when there is no session to send it with. */
async function attempt(path, options, tokenOf) {
  let token;
  try {
    token = await tokenOf();
  } catch (refusal) {
    if (refusal.code === "unauthenticated") return null;
    throw refusal;
  }
  return send(BASE + path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
}

/** The program in force, or the edition of this name: public, kept by the browser for some minutes; `fresh` asks again. */
export async function program({ edition, fresh = false } = {}) {
  const query = edition ? `?${new URLSearchParams({ edition })}` : "";
  const response = await send(`${BASE}/program${query}`, fresh ? { cache: "reload" } : {});
  if (!response.ok) throw await Refusal.of(response);
  const found = await response.json().catch(refused);
  found.all_document_kinds ??= found.document_kinds; // What a browser has kept since before a deployment tells none.
  return found;
}

/**
 * The program of a cycle's edition: the one at hand (or on its way) where it is that, otherwise asked for by its name.
 * What counts in a cycle is said by the edition that it is under, which others may have followed since; what is signed,
 * and whom to ask, by the one in force.
 */
export async function programOf(edition, atHand) {
  const found = await atHand;
  return edition && edition !== found.edition ? program({ edition }) : found;
}
