/** The public check of a certificate: current, lapsed or replaced, in plain words, for anyone who scans its QR code. */

import "../elements/portal-frame/portal-frame.js";
import "../elements/problem-message/problem-message.js";
import { busy, clearFaults, emptyFields, input, showFaults, valuesOf } from "../fields.js";
import { day } from "../format.js";
import { html, render } from "../html.js";
import { Refusal, refused, send } from "../refusal.js";
import * as session from "../session.js";
import { text } from "../text.js";
import { certificateText } from "../text/certificate.js";

const t = certificateText;
const KINDS = { current: "good", lapsed: "bad", replaced: "warn" };

/** What the API says of a certificate; it is public, and asked without a token. */
async function certificateOf(number) {
  const response = await send(`/api/certificates/${encodeURIComponent(number)}`);
  if (response.status === 404) throw new Refusal("not-found", { detail: t.notFound, status: 404 });
  if (!response.ok) throw await Refusal.of(response);
  return response.json().catch(refused);
}

function showCertificate(place, certificate) {
  const verdict = t.verdicts[certificate.status];
  const f = t.facts;
  const facts = [
    [f.name, certificate.name],
    [f.designation, `${certificate.designation_title} (${certificate.designation})`],
    [f.since, day(certificate.certified_since)],
    [f.issued, day(certificate.issued_on)],
    [f.until, day(certificate.valid_until)],
    [f.number, certificate.certificate_id],
  ];
  render(
    place,
    html`<div class="stack"><div class="notice ${KINDS[certificate.status]}" role="status" tabindex="-1"><h2>${verdict.title}</h2><p>${verdict.detail(certificate)}</p></div>
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`,
  );
  place.querySelector(".notice").focus();
}

async function check(main, number) {
  const place = main.querySelector("#verdict");
  const problem = main.querySelector("problem-message");
  problem.clear();
  render(place, html`<p role="status">${t.checking}</p>`);
  try {
    showCertificate(place, await certificateOf(number));
  } catch (refusal) {
    render(place, html``);
    problem.show(refusal, { retry: refusal.isUncertain ? () => check(main, number) : undefined });
  }
}

function open() {
  const { title } = text.pages.certificate;
  document.documentElement.lang = text.language;
  document.title = `${title} · ${text.brand}`;
  if (session.current()) document.querySelector("portal-frame").showMember();
  const number = new URLSearchParams(location.search).get("id")?.trim() ?? "";
  const main = document.querySelector("main");
  render(
    main,
    html`<div class="public stack"><div class="card stack"><div><h1>${title}</h1><p class="soft">${t.intro}</p></div><problem-message></problem-message><div id="verdict"></div>
      <form class="stack tight" novalidate>${input({ id: "number", name: "id", label: number ? t.another : t.number, value: "", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 200 })}
      <div><button class="main">${t.check}</button></div></form></div></div>`,
  );
  const form = main.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearFaults(form);
    const values = valuesOf(form);
    const empty = showFaults(form, emptyFields(values, { id: t.required }));
    if (empty.length) {
      main.querySelector("problem-message").show(new Refusal("invalid-request", { detail: t.required }), { fields: empty });
      return;
    }
    history.replaceState(null, "", `?id=${encodeURIComponent(values.id.trim())}`);
    busy(form.querySelector("button"), () => check(main, values.id.trim()));
  });
  return number ? check(main, number) : undefined;
}

await open();
