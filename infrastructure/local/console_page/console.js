// The console's page: each button is one request to a route of /_local.

const element = (id) => document.getElementById(id);

async function ask(path, options) {
  const answer = await fetch(`/_local/${path}`, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

async function during(sentence, work) {
  element("status").textContent = sentence;
  try {
    await work();
    element("status").textContent = "Done.";
  } catch (error) {
    element("status").textContent = error.message;
  }
  await Promise.all([showClock(), showMails()]);
}

async function showClock() {
  const { now } = await ask("clock");
  element("now").textContent = new Date(now).toLocaleString([], { dateStyle: "full", timeStyle: "long" });
}

async function showJobs() {
  const { items } = await ask("jobs");
  element("no-jobs").hidden = items.length > 0;
  element("job-list").replaceChildren(...items.map((name) => {
    const button = document.createElement("button");
    button.textContent = `Run ${name}`;
    button.onclick = () => during(`${name} runs …`, async () => {
      const result = await ask(`jobs/${name}`, { method: "POST" });
      element("result").hidden = false;
      element("result").textContent = JSON.stringify(result, null, 2);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

async function showMails() {
  const { items } = await ask("outbox");
  element("no-mail").hidden = items.length > 0;
  element("mails").replaceChildren(...items.toReversed().map((mail) => {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = `${new Date(mail.at).toLocaleString()} · ${mail.to} · ${mail.subject}`;
    const text = document.createElement("pre");
    text.textContent = mail.text;
    details.append(summary, text);
    const item = document.createElement("li");
    item.append(details);
    return item;
  }));
}

element("move").onsubmit = (event) => {
  event.preventDefault();
  const now = new Date(new FormData(event.target).get("now")).toISOString();
  const options = { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ now }) };
  during("The clock moves …", () => ask("clock", options));
};
element("refresh").onclick = () => during("", showMails);
element("do-reset").onclick = () => during("The portal is being reset …", () => ask("reset", { method: "POST" }));

showClock();
showJobs();
showMails();
