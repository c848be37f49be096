/**
 * Drafts: what was typed and is not saved yet. Kept in localStorage as one types, for each member and form, so that it
 * survives a reload, an expired session, a lost network and a closed tab. Every tab shows the same draft.
 */

import * as session from "./session.js";

const PREFIX = "draft";

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

  /** `{value, sending}` or null. */
  read() {
    return JSON.parse(localStorage.getItem(this.key) ?? "null");
  }

  /** Keep what is typed now. */
  write(value) {
    this.#store({ ...this.read(), value });
  }

  /**
   * The Idempotency-Key to send this with: the same one until the outcome is known, so that a save whose answer was lost
   * is never done twice. `body` is remembered, to find out later what became of it.
   */
  startSending(body) {
    const sending = this.read()?.sending ?? { key: newKey(), body };
    this.#store({ ...this.read(), sending });
    return sending;
  }

  /** The outcome is known: it was refused, and the next attempt is a new one. */
  endSending() {
    const { sending, ...rest } = this.read() ?? {};
    this.#store(rest);
  }

  /** It is saved, or given up. */
  clear() {
    localStorage.removeItem(this.key);
  }

  /** Call back when another tab changes this draft; the new value, or null when it is gone. */
  watch(changed) {
    addEventListener("storage", (event) => {
      if (event.key === this.key) changed(event.newValue === null ? null : JSON.parse(event.newValue).value);
    });
  }

  #store(content) {
    try {
      localStorage.setItem(this.key, JSON.stringify(content));
    } catch {
      // Full or forbidden: the form still holds what is typed.
    }
  }
}

function keysOf(memberId) {
  return Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}:${memberId}:`));
}

/** Whether the member has anything typed and not saved. */
export const hasDrafts = (memberId) => keysOf(memberId).some((key) => JSON.parse(localStorage.getItem(key)).value);

/** Throw away everything the member typed and did not save. */
export function forgetDrafts(memberId) {
  for (const key of keysOf(memberId)) localStorage.removeItem(key);
}
