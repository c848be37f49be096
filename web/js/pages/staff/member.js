/** A member as staff see them: who it is, how to reach them, what they hold; an administrator hands out or erases their data. */

import * as api from "../../api.js";
import { ask } from "../../confirm.js";
import { newKey } from "../../drafts.js";
import "../../elements/paged-list/paged-list.js";
import { busy } from "../../fields.js";
import { day, time } from "../../format.js";
import { html, render } from "../../html.js";
import * as oneself from "../../member.js";
import { announce, openPage } from "../../page.js";
import { saveAsJson, wholeData } from "../../paper.js";
import { text } from "../../text.js";
import { accountText } from "../../text/account.js";
import { staffText } from "../../text/staff.js";

const t = staffText.member;
const memberId = new URLSearchParams(location.search).get("member");
const path = `/staff/members/${encodeURIComponent(memberId)}`;
const historyPath = `${path}/history`;
const ADMINISTRATOR = "staff-admin";
const MAY_CHANGE = ["staff-finance", "staff-admin"];

function row(each) {
  const c = accountText.registrations.columns;
  const kind = { terminated: "bad", renew: "good" }[each.status] ?? "";
  const address = `/staff/review/?certification=${encodeURIComponent(each.certification_id)}`;
  return html`<tr>
    <th scope="row">${each.designation}</th>
    <td data-label="${c.since}">${day(each.certified_since)}</td>
    <td data-label="${c.expires}"><span>${day(each.expires_on)}${each.extended_to && html`<br><span class="small soft">${accountText.registrations.extended(each.extended_to)}</span>`}</span></td>
    <td data-label="${c.status}"><span class="tag ${kind}">${accountText.status[each.status] ?? each.status}</span></td>
    <td data-label="${c.committees}">${each.committees.join(", ") || text.none}</td>
    <td><a class="button" href="${address}" aria-label="${t.reviewOf(each.designation)}">${t.review}</a></td>
  </tr>`;
}

function certifications(member) {
  if (!member.certifications.length) return html`<p class="soft">${t.noCertifications}</p>`;
  const c = accountText.registrations.columns;
  return html`<table class="cards numbers"><caption class="unseen">${t.certifications}</caption>
    <thead><tr><th scope="col">${c.designation}</th><th scope="col">${c.since}</th><th scope="col">${c.expires}</th><th scope="col">${c.status}</th><th scope="col">${c.committees}</th><td></td></tr></thead>
    <tbody>${member.certifications.map((each) => row(each))}</tbody></table>`;
}

const isOwn = ({ me, member }) => me.member_id.toLowerCase() === member.member_id.toLowerCase();

/** Why this person may not change the membership, if that is so. */
function whyNot(loaded) {
  if (!MAY_CHANGE.some((role) => loaded.me.roles.includes(role))) return t.membershipRole;
  return isOwn(loaded) ? t.membershipOwn : "";
}

function membership(loaded) {
  const { body_member: isMember } = loaded.member;
  const why = whyNot(loaded);
  return html`<section class="card stack tight" aria-labelledby="membership"><h2 id="membership">${t.membership}</h2>
    <p>${isMember ? t.isMember : t.isNoMember}</p><p class="soft">${t.membershipHint}</p><problem-message></problem-message>
    <p>${why ? html`<span class="soft">${why}</span>` : html`<button type="button" class="change">${isMember ? t.makeNoMember : t.makeMember}</button>`}</p></section>`;
}

async function change(content, { member, version }, again) {
  const problem = content.querySelector("problem-message");
  problem.clear();
  const { title, detail, yes } = t.membershipConfirm;
  if (!(await ask({ title, detail, choices: [{ value: "yes", label: yes, kind: "main" }] }))) return;
  try {
    await api.call("PUT", `${path}/membership`, { body: { body_member: !member.body_member }, version });
    await again();
    announce(content.querySelector("#notice"), html`<p>${t.membershipSaved}</p>`);
  } catch (refusal) {
    problem.show(refusal);
  }
}

function data(loaded) {
  const { erasure } = loaded.member;
  const d = t.data;
  const mayNot = !loaded.me.roles.includes(ADMINISTRATOR);
  const said = { "": d.intro, begun: d.begun, done: d.erased }[erasure];
  const erase = isOwn(loaded) ? html`<span class="soft">${d.own}</span>` : erasure !== "done" && html`<button type="button" class="erase danger">${erasure ? d.again : d.erase}</button>`;
  return html`<section class="card stack tight data" aria-labelledby="data"><h2 id="data">${d.title}</h2><p>${said}</p><problem-message></problem-message>
    <p class="buttons">${mayNot ? html`<span class="soft">${d.role}</span>` : html`<button type="button" class="hand-out">${d.handOut}</button> ${erase}`}</p></section>`;
}

const keys = { data: newKey(), erasure: newKey() };

/** Ask for the data, page by page, or for the erasure; a request that got lost is sent again under its key. */
async function sendFor(content, what, ask, done) {
  const problem = content.querySelector(".data problem-message");
  problem.clear();
  try {
    const answer = await ask((query) => api.call("POST", `${path}/${what}${query}`, { key: keys[what] }));
    keys[what] = newKey();
    await done(answer);
  } catch (refusal) {
    problem.show(refusal);
  }
}

function handOut(content) {
  return sendFor(content, "data", wholeData, (data) => {
    saveAsJson(data, `data-${memberId}.json`);
    announce(content.querySelector("#notice"), html`<p>${t.data.handedOut}</p>`);
  });
}

async function erase(content, again) {
  const { title, detail, yes } = t.data.confirm;
  if (!(await ask({ title, detail, choices: [{ value: "yes", label: yes, kind: "danger" }] }))) return;
  await sendFor(content, "erasure", (send) => send(""), async () => {
    await again();
    announce(content.querySelector("#notice"), html`<p>${t.data.done}</p>`);
  });
}

/** What happened to the person, the latest first; what happened to a certification stands with its report. */
function showHistory(place, { history }) {
  const h = staffText.review.history;
  const row = (each) => html`<tr><td data-label="${h.when}">${time(each.at)}</td><td data-label="${h.what}">${each.text}</td><td data-label="${h.who}"><span>${h.roles[each.role] ?? each.role}${each.by && each.role !== "system" && html`<br><span class="small soft">${each.by}</span>`}</span></td></tr>`;
  return place.show(historyPath, {}, { caption: h.title, columns: [h.when, h.what, h.who], row, shown: h.shown, empty: h.empty, first: history });
}

function show(content, loaded, again) {
  const { member } = loaded;
  if (!member) {
    render(content, html`<div class="card stack"><p>${t.missing}</p><p><a class="button" href="/staff/members/">${t.toMembers}</a></p></div>`);
    return;
  }
  const p = accountText.profile;
  const contact = Object.entries(p.fields).map(([name, label]) => [label, member.profile[name]]);
  const facts = [[p.memberId, member.member_id], [p.email, member.email && html`<a href="mailto:${member.email}">${member.email}</a>`], ...contact.filter(([, value]) => value)];
  document.title = `${member.name} · ${text.brand}`;
  document.querySelector("h1").textContent = member.name;
  render(
    content,
    html`<div class="stack"><div id="notice"></div>
      <section class="card" aria-labelledby="held"><h2 id="held">${t.certifications}</h2>${certifications(member)}</section>
      <section class="card" aria-labelledby="contact"><h2 id="contact">${t.contact}</h2>
        <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
      ${!member.erasure && membership(loaded)}
      ${data(loaded)}
      <section class="card" aria-labelledby="history"><h2 id="history">${staffText.review.history.title}</h2><paged-list class="stack tight"></paged-list></section>
      <p><a class="button" href="/staff/members/">${t.toMembers}</a></p>
    </div>`,
  );
  showHistory(content.querySelector("paged-list"), loaded);
  const button = content.querySelector("button.change");
  button?.addEventListener("click", () => busy(button, () => change(content, loaded, again)));
  const [out, gone] = [".hand-out", ".erase"].map((each) => content.querySelector(each));
  out?.addEventListener("click", () => busy(out, () => handOut(content)));
  gone?.addEventListener("click", () => busy(gone, () => erase(content, again)));
}

async function load() {
  if (!memberId) return {};
  const history = api.get(historyPath);
  history.catch(() => {}); // It is told where the history stands.
  const [me, { body: member, version }] = await Promise.all([oneself.find(), api.get(path, { fresh: true })]);
  return { me, member, version, history };
}

await openPage("staff/member", { load, show });
