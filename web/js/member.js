/** Who the member is, as the API last said: kept for this tab, so that a page need not wait for it. */

import * as api from "./api.js";

const KEY = "me";
/** Where this tab keeps what is proposed to the member. */
export const PROPOSALS = "proposals";
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
  remember(body);
  return body;
}

/** What is remembered, or what the API says. */
export async function find() {
  return remembered() ?? (await read());
}

/** The same, but never an old answer that knows of no certification: one may have been granted since. */
export async function findCertified() {
  const me = remembered();
  return me?.certifications.length ? me : read();
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
