/**
 * Who is logged in, in this tab.
 *
 * The tokens are kept in sessionStorage: gone with the tab, never on disk for the next person, never sent by the
 * browser on its own. Hiding the access token in memory beside a readable refresh token would gain nothing and cost a
 * request per page; docs/security.md has the whole consideration.
 */

import * as cognito from "./cognito.js";
import { Refusal } from "./refusal.js";

const KEY = "session";
const HAND_OVER_MILLISECONDS = 150;
const EARLY_MILLISECONDS = 60_000;
const tabs = new BroadcastChannel("session");

let refreshing;

tabs.onmessage = ({ data }) => {
  if (data.asked && current()) tabs.postMessage({ session: current() });
  if (data.loggedOut && current()?.member_id === data.loggedOut) {
    forget();
    location.assign("/");
  }
};

/** The session of this tab, or null. */
export function current() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

/** The session of this tab; a new tab takes it over from one that is open already. */
export async function find() {
  return current() ?? (await handedOver());
}

function handedOver() {
  return new Promise((resolve) => {
    const inbox = new BroadcastChannel("session");
    const done = (session) => {
      inbox.close();
      if (session) sessionStorage.setItem(KEY, JSON.stringify(session));
      resolve(session);
    };
    inbox.onmessage = ({ data }) => data.session && done(data.session);
    inbox.postMessage({ asked: true });
    setTimeout(() => done(current()), HAND_OVER_MILLISECONDS);
  });
}

/** Keep what the log-in service answered. */
export function keep(tokens) {
  const claims = JSON.parse(decoded(tokens.AccessToken.split(".")[1]));
  const session = {
    member_id: claims.username,
    access_token: tokens.AccessToken,
    refresh_token: tokens.RefreshToken ?? current()?.refresh_token,
    expires_at: Date.now() + tokens.ExpiresIn * 1000,
  };
  if (current()?.member_id !== session.member_id) sessionStorage.clear();
  sessionStorage.setItem(KEY, JSON.stringify(session));
  return session;
}

function decoded(part) {
  const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** An access token that is good for a minute at least; throws a Refusal `unauthenticated`. */
export async function accessToken() {
  const session = current();
  if (!session) throw new Refusal("unauthenticated", { status: 401 });
  if (session.expires_at - EARLY_MILLISECONDS > Date.now()) return session.access_token;
  return renew();
}

/** A new access token, whatever the old one's age; throws a Refusal `unauthenticated` when there is none to have. */
export function renew() {
  refreshing ??= renewed().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function renewed() {
  const token = current()?.refresh_token;
  if (!token) throw new Refusal("unauthenticated", { status: 401 });
  try {
    const { AuthenticationResult: tokens } = await cognito.refresh(token);
    if (!tokens) throw new Refusal("no-connection"); // Its answer broke off.
    return keep(tokens).access_token;
  } catch (refusal) {
    if (refusal.code === "no-connection" || refusal.code === "unavailable") throw refusal;
    throw new Refusal("unauthenticated", { status: 401 });
  }
}

function forget() {
  sessionStorage.clear();
}

/** End the session here and in the other tabs; the refresh token is revoked if the service can be reached. */
export async function logOut() {
  const session = current();
  forget();
  if (!session) return;
  tabs.postMessage({ loggedOut: session.member_id });
  await cognito.revoke(session.refresh_token).catch(() => {});
}
