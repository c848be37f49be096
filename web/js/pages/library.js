/** Library: contributions that staff published to all members, searched by kind and words, to be downloaded. */

import * as api from "../api.js";
import "../elements/paged-list/paged-list.js";
import { busy, field, input } from "../fields.js";
import { dayOf, size } from "../format.js";
import { html, render } from "../html.js";
import { openPage } from "../page.js";
import { libraryText } from "../text/library.js";

const t = libraryText;
const PAUSE_MILLISECONDS = 250;

/** What is asked for in the address: a way back to the same search. */
const asked = () => Object.fromEntries(["query", "kind"].map((name) => [name, new URLSearchParams(location.search).get(name) ?? ""]));

class Library {
  #content;
  #kinds;

  constructor(content, program) {
    this.#content = content;
    this.#kinds = new Map(program.all_document_kinds.filter(({ code }) => code !== "evidence").map(({ code, title }) => [code, title]));
  }

  /** `first` is the answer to what is asked for in the address. */
  open(first) {
    const { query, kind } = asked();
    const option = ([code, title]) => html`<option value="${code}" ${code === kind && html`selected`}>${title}</option>`;
    render(
      this.#content,
      html`<div class="card stack"><form role="search" class="fields">
          ${input({ id: "query", name: "query", label: t.search, hint: t.hint, type: "search", optional: true, isMarked: false, autocomplete: "off", maxlength: 200, value: query })}
          ${field({ id: "kind", name: "kind", label: t.kind, optional: true, isMarked: false }, (ties) => html`<select${ties}><option value="">${t.anyKind}</option>${[...this.#kinds].map(option)}</select>`)}
        </form><problem-message id="download-problem"></problem-message><paged-list class="stack tight"></paged-list></div>`,
    );
    let pause;
    const now = () => {
      clearTimeout(pause);
      return this.#search();
    };
    this.#content.querySelector("#query").addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(now, PAUSE_MILLISECONDS);
    });
    this.#content.querySelector("#kind").addEventListener("change", now);
    this.#content.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      now();
    });
    this.#content.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-document]");
      if (button) busy(button, () => this.#download(button));
    });
    return this.#search(first);
  }

  /** Show what is found; the address keeps the search. */
  #search(first) {
    const wanted = { query: this.#content.querySelector("#query").value.trim(), kind: this.#content.querySelector("#kind").value };
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
    const address = new URLSearchParams(given);
    history.replaceState(null, "", String(address) ? `?${address}` : location.pathname);
    return this.#content.querySelector("paged-list").show("/library", given, {
      caption: t.caption,
      columns: Object.values(t.columns),
      row: (each) => this.#row(each),
      shown: t.shown,
      empty: String(address) ? t.empty : t.emptyAll,
      first,
    });
  }

  #row(each) {
    const c = t.columns;
    return html`<tr>
      <th scope="row">${each.title}</th>
      <td data-label="${c.kind}">${this.#kinds.get(each.kind) ?? each.kind}</td>
      <td data-label="${c.by}">${each.contributed_by}</td>
      <td data-label="${c.published}">${dayOf(each.published_at)}</td>
      <td data-label="${c.file}"><span><button type="button" data-document="${each.document_id}" aria-label="${t.downloadNamed(each.title)}">${t.download}</button><br><span class="small soft">${size(each.size)}</span></span></td>
    </tr>`;
  }

  /** The storage hands the file out as an attachment, so the page stays. */
  async #download(button) {
    const problem = this.#content.querySelector("#download-problem");
    problem.clear();
    try {
      const { body } = await api.get(`/library/${encodeURIComponent(button.dataset.document)}`);
      location.assign(body.download_url);
    } catch (refusal) {
      problem.show(refusal, { retry: refusal.isUncertain ? () => button.click() : undefined });
    }
  }
}

/** The kinds and what is found, side by side; a refusal of the latter is told where the list would stand. */
function load() {
  const given = Object.fromEntries(Object.entries(asked()).filter(([, value]) => value));
  const first = api.get(`/library?${new URLSearchParams(given)}`);
  first.catch(() => undefined);
  return api.program().then((program) => ({ program, first }));
}

await openPage("library", { load, show: (content, { program, first }) => new Library(content, program).open(first) });
