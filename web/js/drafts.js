/**
 * Drafts: what was typed and is not saved yet. Kept in localStorage as one types, for each member and form, so that it
 * survives a reload, an expired session, a lost network and a closed tab. Every tab shows the same draft.
 */

import * as api from "./api.js";
import { Refusal } from "./refusal.js";
import * as session from "./session.js";

const PREFIX = "draft";
/** What the browser does not keep, its storage being full or forbidden: it is here as long as the page is open. */
const unkept = new Map();

/** Do something with the browser's storage; gives undefined where there is none, or no room. */
function withStorage(work) {
  try {
    return work(localStorage);
  } catch {
    return undefined;
  }
}

const contentOf = (key) => JSON.parse(unkept.get(key) ?? withStorage((storage) => storage.getItem(key)) ?? "null");

function store(key, content) {
  const written = JSON.stringify(content);
  unkept.set(key, written);
  withStorage((storage) => {
    storage.setItem(key, written);
    unkept.delete(key);
  });
}

function remove(key) {
  unkept.delete(key);
  withStorage((storage) => storage.removeItem(key));
}

/** A version 4 UUID; randomUUID() is missing on plain http beyond localhost. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export class Draft {
  constructor(name) {
    this.name = name;
    this.key = `${PREFIX}:${session.current()?.member_id ?? ""}:${name}`;
  }

  /** `{value, sending}` or null: what is typed, and what was sent with which key as long as it is not known what became of it. */
  read() {
    return contentOf(this.key);
  }

  /** Keep what is typed now. */
  write(value) {
    store(this.key, { ...this.read(), value });
  }

  /**
   * POST a body made of what is typed. Gives `{answer, sent, isEarlier}`: `sent` is the body that is saved now, which is an
   * earlier one where that had arrived after all. Then `settle` is to be called. Throws a Refusal.
   *
   * The Idempotency-Key stays the same until it is known what became of every body sent with it, so that a save whose
   * answer was lost is never done twice: the key takes one body alone, and the API is asked which, the newest first.
   */
  async post(path, body) {
    const { key, bodies } = this.#startSending(body);
    for (const sent of bodies) {
      try {
        const { body: answer } = await api.call("POST", path, { body: sent, key });
        return { answer, sent, isEarlier: sent !== body };
      } catch (refusal) {
        if (refusal.code === "idempotency-key-reused") continue;
        if (!refusal.isUncertain) this.#endSending(sent);
        throw refusal;
      }
    }
    this.settle(this.read()?.value);
    throw new Refusal("idempotency-key-reused");
  }

  #startSending(body) {
    const { key, bodies = [] } = this.read()?.sending ?? { key: newKey() };
    const sending = { key, bodies: [body, ...bodies.filter((each) => !isSame(each, body))] };
    store(this.key, { ...this.read(), sending });
    return sending;
  }

  /** This body was refused; with no other on its way, the next attempt has a key of its own. */
  #endSending(body) {
    const { value, sending } = this.read() ?? {};
    const bodies = sending?.bodies.filter((each) => !isSame(each, body)) ?? [];
    if (bodies.length) store(this.key, { value, sending: { ...sending, bodies } });
    else this.settle(value);
  }

  /** It is known what became of everything that was sent; `left` is what is typed and not in it, if anything. */
  settle(left) {
    if (left) store(this.key, { value: left });
    else this.clear();
  }

  /** It is saved, or given up. */
  clear() {
    remove(this.key);
  }

  /** Call back when another tab changes this draft; the new value, or null when it is gone. */
  watch(changed) {
    addEventListener("storage", (event) => {
      if (event.key === this.key) changed(event.newValue === null ? null : JSON.parse(event.newValue).value);
    });
  }
}

/** Whether two things are the same as they are kept and sent. */
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function keysOf(memberId) {
  const kept = withStorage((storage) => Object.keys(storage)) ?? [];
  return [...kept, ...unkept.keys()].filter((key) => key.startsWith(`${PREFIX}:${memberId}:`));
}

/** Whether the member has anything typed and not saved. */
export const hasDrafts = (memberId) => keysOf(memberId).some((key) => contentOf(key)?.value);

/** Throw away everything the member typed and did not save. */
export function forgetDrafts(memberId) {
  for (const key of keysOf(memberId)) remove(key);
}
