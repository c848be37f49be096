/** Who the member is, as the API last said: kept for this tab, so that a page need not wait for it. */

import * as api from "./api.js";

const KEY = "me";
const READ_AT = "me-read-at";
/** A certification that was granted meanwhile is seen after this long, without a log-in. */
const FRESH_MILLISECONDS = 10 * 60_000;
/** Where this tab keeps what is proposed to the member. */
export const PROPOSALS = "proposals";
export const proposed = () => JSON.parse(sessionStorage.getItem(PROPOSALS) ?? "[]");
let reading;

/** What is remembered of `GET /api/me`, or null. */
export function remembered() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

/** `GET /api/me`, and remember it; whoever asks meanwhile gets the same answer. What is proposed to the member is asked beside it. */
export function read() {
  reading ??= asked().finally(() => {
    reading = undefined;
  });
  return reading;
}

async function asked() {
  const [{ body }, proposed] = await Promise.all([api.get("/me"), api.get("/proposals").catch(() => null)]);
  if (proposed) sessionStorage.setItem(PROPOSALS, JSON.stringify(proposed.body.items));
  sessionStorage.setItem(READ_AT, Date.now());
  remember(body);
  return body;
}

/** What is remembered, as long as it is fresh, or what the API says; where it says nothing, an old answer will do. */
export async function find() {
  const me = remembered();
  if (!me) return read();
  return Date.now() - sessionStorage.getItem(READ_AT) < FRESH_MILLISECONDS ? me : read().catch(() => me);
}

/** The same, but never an old answer that knows of no certification: one may have been granted since. */
export async function findCertified() {
  return remembered()?.certifications.length ? find() : read();
}

/** Keep a newer answer, and tell the frame. */
export function remember(me) {
  sessionStorage.setItem(KEY, JSON.stringify(me));
  dispatchEvent(new CustomEvent("member", { detail: me }));
}

/** Where a person goes after logging in: staff who hold no certification to their queue, everyone else to their points. */
export function home() {
  const me = remembered();
  return me?.roles?.length && !me.certifications.length ? "/staff/reviews/" : "/recertification/";
}
