/** A file on its way: announced to the API, posted straight to the storage, checked there; and what a member does with it. */

import * as api from "./api.js";
import { doorOf, pathOf } from "./certification.js";
import { Refusal } from "./refusal.js";
import { documentsText } from "./text/documents.js";

const TYPES = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
};
const STALLED_MILLISECONDS = 30_000;
/** How long to wait before asking again whether a document is checked: soon at first, then seldom. */
const PAUSES_SECONDS = [1, 1, 2, 2, 3, 5, 5, 10, 10, 15, 15, 20, 20];

/** The files that a file chooser offers. */
export const ACCEPT = Object.keys(TYPES)
  .map((ending) => `.${ending}`)
  .join(",");

/** What the API is told of a file; a type that it does not take it refuses with its own sentence. */
export function said(file, { title, kind, certificationId, entryId }) {
  const ending = file.name.toLowerCase().split(".").pop();
  return {
    file_name: file.name,
    content_type: TYPES[ending] ?? (file.type || "application/octet-stream"),
    size: file.size,
    kind,
    title: title.trim(),
    ...(certificationId && { certification_id: certificationId }),
    ...(entryId && { entry_id: entryId }),
  };
}

/** Announce a file: `{document, upload}`. The same key gives the same document, and a form that is good again. Staff do it for a `memberId`. */
export const announce = async (body, key, memberId) =>
  (await api.call("POST", memberId ? `/staff/members/${encodeURIComponent(memberId)}/documents` : "/documents", { body, key })).body;

/** Post a file with its form (one without fields says that it is there already); `progressed` gets the share that is sent, from 0 to 1. Throws a Refusal. */
export function post({ url, fields }, file, progressed) {
  if (!Object.keys(fields).length) return Promise.resolve();
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), STALLED_MILLISECONDS);
    };
    const lost = () => reject(new Refusal("no-connection"));
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      watch();
      progressed(total ? loaded / total : 0);
    });
    request.addEventListener("error", lost);
    request.addEventListener("abort", lost);
    request.addEventListener("loadend", () => clearTimeout(timer));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(refusedBy(request))));
    request.open("POST", url);
    watch();
    request.send(form);
  });
}

function refusedBy({ status, responseText }) {
  const code = responseText.match(/<Code>(\w+)<\/Code>/)?.[1];
  const detail = documentsText.storage[code] ?? documentsText.storage.other;
  return new Refusal(status >= 500 ? "unavailable" : "upload-refused", { detail, status });
}

/** The document once its check has ended, or as it stands when that takes very long; `isWanted` false ends the asking. */
export async function checked(documentId, isWanted = () => true, memberId = undefined) {
  let document;
  for (const pause of PAUSES_SECONDS) {
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    if (!isWanted()) return document;
    document = (await read(documentId, memberId).catch(() => ({ document }))).document;
    if (document && document.status !== "pending") return document;
  }
  return document;
}

/** A document of one's own, or as staff one of a `memberId`: `{document, download_url}`. */
export const read = async (documentId, memberId) => (await api.get(`${memberId ? "/staff" : ""}/documents/${encodeURIComponent(documentId)}`)).body;

/** All documents of the member, the newest first. */
export const readAll = () => api.all("/documents");

/** Delete a document; one that is gone already counts as deleted. */
export async function remove({ document_id: id, version }) {
  try {
    await api.call("DELETE", `/documents/${encodeURIComponent(id)}`, { version });
  } catch (refusal) {
    if (refusal.code !== "not-found") throw refusal;
  }
}

/** Have the browser save what an address hands out; it comes as an attachment, so the page stays. */
export function save(address) {
  location.assign(address);
}

/** An entry as a PUT takes it, with these documents. */
const withDocuments = ({ activity, quantity, unit, relevant_percent, title, organization, started_on, ended_on, notes }, document_ids) => ({
  activity,
  quantity,
  unit,
  relevant_percent,
  title,
  organization,
  started_on,
  ended_on,
  notes,
  document_ids,
});

/**
 * Change which documents an entry names; `change` makes the new ids of the old. The rest of an entry that was changed
 * elsewhere meanwhile stays as it is now, as this concerns its documents alone. Gives the entry.
 */
export async function changeDocuments(dashboard, entry, change) {
  const address = doorOf(dashboard, `/entries/${encodeURIComponent(entry.entry_id)}`);
  for (let current = entry, isLast = false; ; isLast = true) {
    const ids = change(current.document_ids);
    try {
      return (await api.call("PUT", address, { body: withDocuments(current, ids), version: current.version })).body;
    } catch (refusal) {
      if (refusal.code !== "version-conflict" || isLast) throw refusal;
      const { entries } = (await api.get(pathOf(dashboard.certification.certification_id, "/cycle"))).body;
      current = entries.find((each) => each.entry_id === entry.entry_id);
      if (!current) throw new Refusal("not-found", { status: 404 });
    }
  }
}
