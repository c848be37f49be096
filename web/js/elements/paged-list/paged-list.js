/** <paged-list>: a table whose further pages are added by a button; an answer that is overtaken by a newer one is dropped. */

import * as api from "../../api.js";
import { busy } from "../../fields.js";
import { elementOf, html, render } from "../../html.js";
import { text } from "../../text.js";
import "../problem-message/problem-message.js";

class PagedList extends HTMLElement {
  #asked = 0;

  /**
   * Show the list at an address of the API; resolves when it is shown. `columns` are the headings, `row` makes a row of
   * an item, `shown` the sentence about how many there are, `empty` what is said of none; `first` is the answer with the
   * first page when it was asked for already.
   */
  async show(path, parameters, { caption, columns, row, shown, empty, first }) {
    const asked = (this.#asked += 1);
    if (!this.firstElementChild) this.#build();
    const problem = this.querySelector("problem-message");
    try {
      const { body } = await (first ?? api.get(`${path}?${new URLSearchParams(parameters)}`));
      if (asked !== this.#asked) return;
      problem.clear();
      const headings = columns.map((name) => html`<th scope="col">${name}</th>`);
      render(
        this.querySelector(".list"),
        body.items.length
          ? html`<table class="cards numbers"><caption class="unseen">${caption}</caption><thead><tr>${headings}</tr></thead><tbody></tbody></table>`
          : html`<p class="soft">${empty}</p>`,
      );
      this.#add(body, { path, parameters, row, shown });
    } catch (refusal) {
      if (asked !== this.#asked) return;
      problem.show(refusal, { retry: () => this.show(path, parameters, { caption, columns, row, shown, empty }) });
    }
  }

  #build() {
    render(
      this,
      html`<problem-message></problem-message><p class="small soft count" role="status"></p><div class="list"></div><p class="more" hidden><button type="button">${text.more}</button></p>`,
    );
  }

  #add(body, page) {
    const rows = body.items.map((item) => elementOf(html`<table><tbody>${page.row(item)}</tbody></table>`).querySelector("tr"));
    this.querySelector("tbody")?.append(...rows);
    const count = this.querySelectorAll("tbody tr").length;
    this.querySelector(".count").textContent = count ? page.shown(count, body.next_cursor !== null) : "";
    const more = elementOf(html`<button type="button">${text.more}</button>`);
    this.querySelector(".more").replaceChildren(more);
    this.querySelector(".more").hidden = body.next_cursor === null;
    more.addEventListener("click", () => busy(more, () => this.#more(page, body.next_cursor)));
    return rows[0];
  }

  async #more(page, cursor) {
    const asked = this.#asked;
    try {
      const { body } = await api.get(`${page.path}?${new URLSearchParams({ ...page.parameters, cursor })}`);
      if (asked !== this.#asked) return;
      this.querySelector("problem-message").clear();
      this.#add(body, page)?.querySelector("a")?.focus();
    } catch (refusal) {
      this.querySelector("problem-message").show(refusal);
    }
  }
}

customElements.define("paged-list", PagedList);
