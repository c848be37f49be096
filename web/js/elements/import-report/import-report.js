/** <import-report>: what an import did, or would do: counts, and the rows that were rejected or that named a member. */

import { busy } from "../../fields.js";
import { number } from "../../format.js";
import { html, render } from "../../html.js";
import { transfersText } from "../../text/transfers.js";

const t = transfersText.import;
const MOST_SHOWN = 200;

class ImportReport extends HTMLElement {
  /**
   * `told` are rows as the report has them, `{row, field, detail, outcome, member_id}`; `address` is where the whole
   * report can be saved from. `isCheck` tells that nothing was changed. Dispatches `confirmed` with the button.
   */
  show({ kind, counts, told, address, isCheck, mayImport }) {
    const changes = counts.created + counts.updated;
    const facts = Object.entries(t.facts[kind] ?? t.facts.other);
    const [rejected, matched] = [told.filter(({ outcome }) => outcome === "rejected"), told.filter(({ outcome }) => outcome !== "rejected")];
    render(
      this,
      html`<section class="card stack" aria-labelledby="report-title">
        <h2 id="report-title" tabindex="-1">${isCheck ? t.dryTitle : t.doneTitle}</h2>
        <dl class="facts">${facts.map(([name, label]) => html`<div><dt>${label}</dt><dd>${number(counts[name])}</dd></div>`)}</dl>
        ${matched.length > 0 && this.#matched(matched)}
        ${rejected.length > 0 ? this.#rejected(rejected, kind) : counts.rejected === 0 && html`<p>${t.allGood}</p>`}
        ${address && told.length > 0 && html`<p><a class="button" href="${address}">${t.report}</a></p>`}
        ${isCheck && this.#goOn(changes, kind, mayImport)}
      </section>`,
    );
    const button = this.querySelector("button.main");
    button?.addEventListener("click", () => busy(button, () => new Promise((done) => this.dispatchEvent(new CustomEvent("confirmed", { detail: done })))));
    this.querySelector("h2").focus();
  }

  clear() {
    this.replaceChildren();
  }

  #goOn(changes, kind, mayImport) {
    if (!changes) return html`<p class="soft">${t.nothing}</p>`;
    if (!mayImport) return html`<p class="notice">${t.chooseAgain}</p>`;
    return html`<p><button type="button" class="main">${(t.import[kind] ?? t.import.other)(changes)}</button></p>`;
  }

  #rejected(rows, kind) {
    const r = t.row;
    const row = (each) => html`<tr><th scope="row"><span><span class="unseen">${r.row} </span>${number(Number(each.row))}</span></th><td data-label="${r.field}">${each.field}</td><td data-label="${r.detail}">${each.detail}</td></tr>`;
    return html`<div class="stack tight"><p class="soft">${t.rejectedHint[kind] ?? t.rejectedHint.other}</p>
      <table class="cards numbers"><caption>${t.rejectedCaption}</caption><thead><tr><th scope="col">${r.row}</th><th scope="col">${r.field}</th><th scope="col">${r.detail}</th></tr></thead>
      <tbody>${rows.slice(0, MOST_SHOWN).map(row)}</tbody></table>${rows.length > MOST_SHOWN && html`<p class="soft">${t.moreInReport(rows.length - MOST_SHOWN)}</p>`}</div>`;
  }

  #matched(rows) {
    const r = t.row;
    const row = (each) => html`<tr><th scope="row"><span><span class="unseen">${r.row} </span>${number(Number(each.row))}</span></th><td data-label="${r.name}">${each.detail}</td>
      <td data-label="${r.member}"><a href="/staff/member/?member=${encodeURIComponent(each.member_id)}">${each.member_id}</a></td><td data-label="${r.outcome}">${t.outcomes[each.outcome] ?? each.outcome}</td></tr>`;
    return html`<div class="stack tight"><table class="cards numbers"><caption>${t.matchedCaption}</caption><thead><tr><th scope="col">${r.row}</th><th scope="col">${r.name}</th><th scope="col">${r.member}</th><th scope="col">${r.outcome}</th></tr></thead>
      <tbody>${rows.slice(0, MOST_SHOWN).map(row)}</tbody></table>${rows.length > MOST_SHOWN && html`<p class="soft">${t.moreInReport(rows.length - MOST_SHOWN)}</p>`}</div>`;
  }
}

customElements.define("import-report", ImportReport);
