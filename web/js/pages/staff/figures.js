/** Staff's figures: how many stand where today, each with a bar as long as its share of the largest. */

import * as api from "../../api.js";
import { number } from "../../format.js";
import { html, render } from "../../html.js";
import { openPage } from "../../page.js";
import { staffText } from "../../text/staff.js";

const t = staffText.figures;
const GROUPS = {
  reports: ({ in_entry, submitted, returned }) => ({ in_entry, submitted, returned }),
  invoices: ({ overdue, paid }) => ({ overdue, paid }),
  lapsing: ({ lapsing }) => lapsing,
};

function chart(group, counts) {
  const rows = Object.entries(counts).map(
    ([name, count]) =>
      html`<tr><th scope="row">${t.rows[name]}</th><td class="amount" data-label="${t.columns.count}">${number(count)}</td><td aria-hidden="true"><div class="bar"><span data-count="${count}"></span></div></td></tr>`,
  );
  return html`<section class="card" aria-labelledby="${group}"><h2 id="${group}">${t.groups[group]}</h2>
    <table class="chart numbers"><caption class="unseen">${t.groups[group]}</caption>
    <thead class="unseen"><tr><th scope="col">${t.columns.what}</th><th scope="col">${t.columns.count}</th><td></td></tr></thead><tbody>${rows}</tbody></table></section>`;
}

function show(content, figures) {
  const groups = Object.entries(GROUPS).map(([group, pick]) => chart(group, pick(figures)));
  render(content, html`<div class="stack"><p class="soft">${t.on(figures.today)}</p>${groups}</div>`);
  for (const table of content.querySelectorAll("table")) {
    const bars = [...table.querySelectorAll("[data-count]")];
    const most = Math.max(1, ...bars.map((bar) => Number(bar.dataset.count)));
    for (const bar of bars) bar.style.inlineSize = `${(100 * bar.dataset.count) / most}%`;
  }
}

await openPage("staff/figures", { load: async () => (await api.get("/staff/figures")).body, show });
