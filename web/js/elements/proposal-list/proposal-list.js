/** <proposal-list>: memberships that chapters told of, each taken as an entry with one click, or put away. */

import { ask } from "../../confirm.js";
import { busy } from "../../fields.js";
import { span } from "../../format.js";
import { elementOf, html, render } from "../../html.js";
import { pointsOf, typedOf } from "../../points.js";
import { accept, dismiss, proposalsFor } from "../../proposals.js";
import { text } from "../../text.js";
import { reportText } from "../../text/report.js";
import "../problem-message/problem-message.js";

const t = reportText.proposals;

class ProposalList extends HTMLElement {
  #program;
  #dashboard;

  /** Show what can be taken now; dispatches `saved` with what the API answered, `dismissed` with what is to be told. */
  show(program, dashboard) {
    this.#program = program;
    this.#dashboard = dashboard;
    const isOpen = ["entering", "returned"].includes(dashboard.cycle.state) && dashboard.cycle.takes_more && !dashboard.door;
    const proposals = isOpen ? proposalsFor(program, dashboard) : [];
    this.hidden = proposals.length === 0;
    render(this, proposals.length ? html`<section class="card" aria-labelledby="proposals-title"><h2 id="proposals-title">${t.title}</h2><p class="soft">${t.intro}</p><ul class="entries"></ul></section>` : html``);
    this.querySelector("ul")?.append(...proposals.map((each) => this.#item(each)));
  }

  #item({ proposal_id: id, entry }) {
    const item = elementOf(html`<li class="entry">
      <div class="entry-what"><h3>${entry.title}</h3><p class="small soft numbers">${span(entry.started_on, entry.ended_on)}</p>${entry.notes && html`<p class="small">${entry.notes}</p>`}</div>
      <p class="entry-points">${text.points(pointsOf(this.#program, { ...entry, quantity: typedOf(entry.quantity) }))}</p>
      <div class="entry-more stack tight"><div class="buttons"><button type="button" class="main accept">${t.accept}<span class="unseen"> ${entry.title}</span></button>
        <button type="button" class="quiet dismiss">${t.dismiss}<span class="unseen"> ${entry.title}</span></button></div><problem-message></problem-message></div>
    </li>`);
    const press = (name, work) => {
      const button = item.querySelector(name);
      button.addEventListener("click", () => busy(button, () => this.#try(item, work)));
    };
    press(".accept", () => this.#accept(id));
    press(".dismiss", () => this.#dismiss(id, entry));
    return item;
  }

  async #try(item, work) {
    const problem = item.querySelector("problem-message");
    problem.clear();
    try {
      await work();
    } catch (refusal) {
      const fields = (refusal.errors ?? []).map(({ detail }) => ({ detail })); // none of them stands here
      problem.show(refusal, { fields, retry: refusal.isUncertain ? () => this.#try(item, work) : undefined });
    }
  }

  async #accept(id) {
    const saved = await accept(id, this.#dashboard.certification.certification_id);
    this.dispatchEvent(new CustomEvent("saved", { detail: saved }));
  }

  async #dismiss(id, entry) {
    const choice = await ask({ title: t.dismissTitle, detail: t.dismissDetail(entry.title), choices: [{ value: "dismiss", label: t.dismiss }], refuse: text.cancel });
    if (!choice) return;
    await dismiss(id);
    this.show(this.#program, this.#dashboard);
    this.dispatchEvent(new CustomEvent("dismissed", { detail: t.dismissed(entry.title) }));
  }
}

customElements.define("proposal-list", ProposalList);
