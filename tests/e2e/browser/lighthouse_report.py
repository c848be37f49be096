"""`make lighthouse`: Lighthouse's scores of each page against the local stack, and how fast it answers on a slow phone.

Ends with 1 when a score is below 95, or an interaction takes 100 ms or more with the processor slowed to a quarter, or
a page has something to press or type into and nothing was tried.
`make lighthouse PAGES="help staff/figures"` looks at some.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.browser.people import FIFTY, imported, member_of
from tests.e2e.browser.visitor import CHROMIUM, FLAGS, MEMBER_PAGES, NO_CHROMIUM, STAFF_PAGES
from tests.e2e.portal import PASSWORD, Portal, RunningPortal, free_port

LIGHTHOUSE = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
PAGE = Path(__file__).parents[3] / "docs" / "lighthouse.md"
LEAST = 95
MOST_MILLISECONDS = 100
TRIES = 3
SLOWED_DOWN = 4  # as Lighthouse does for a middling phone
PAUSE_MILLISECONDS = 300
KEY_MILLISECONDS = 60
"""Between two presses, and between two keys: hardly anybody is faster."""

# The browser's own clock for interactions, from the press of a key or button to what it made appear.
WATCH_INTERACTIONS = """
  window.slowest = 0;
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) window.slowest = Math.max(window.slowest, duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
CONTROLS = "main :is(button, input, select, textarea, summary):visible:enabled, main summary:visible"
BUTTONS = ("Menu", "Forgot your password?", "Add another activity", "Edit ", "Delete ", "Waive", "Return")


@dataclass(frozen=True)
class Measured:
    """A page's scores by category, its slowest interaction in milliseconds, how many were tried, and of how much."""

    scores: dict[str, int]
    slowest: float
    tried: int
    controls: int

    @property
    def is_good(self) -> bool:
        is_tried = self.tried > 0 or self.controls == 0
        return min(self.scores.values()) >= LEAST and self.slowest < MOST_MILLISECONDS and is_tried

    def __str__(self) -> str:
        scores = "  ".join(f"{category} {score:3}" for category, score in self.scores.items())
        told = f"{scores}  slowest of {self.tried:2} interactions {self.slowest:3.0f} ms"
        return f"{told}{'' if self.is_good else '   <- too low, too slow, or nothing tried'}"


class Gauge:
    """Lighthouse and the browser's own clock, in a Chromium that somebody is logged in to."""

    def __init__(self, context: BrowserContext, port: int, report: Path) -> None:
        self._context = context
        self._port = port
        self._report = report

    def measure(self, address: str) -> Measured:
        """The better of two when the first is too low: the machine may have been busy."""
        first = self._once(address)
        if first.is_good:
            return first
        second = self._once(address)
        scores = max(first.scores, second.scores, key=lambda scores: min(scores.values()))
        return Measured(scores, min(first.slowest, second.slowest), second.tried, second.controls)

    def _once(self, address: str) -> Measured:
        return Measured(self._scores(address), *self._slowest(address))

    def _scores(self, address: str) -> dict[str, int]:
        command = ["node", str(LIGHTHOUSE), address, f"--port={self._port}", "--output=json"]
        command += [f"--output-path={self._report}", f"--only-categories={','.join(CATEGORIES)}"]
        command += ["--quiet", "--disable-storage-reset"]
        for attempt in range(1, TRIES + 1):  # it sometimes misses the start of a page, and says "run again"
            done = subprocess.run(command, check=attempt == TRIES, timeout=180, stderr=subprocess.PIPE)
            if done.returncode == 0:
                break
        categories = json.loads(self._report.read_text(encoding="utf-8"))["categories"]
        return {name: round(100 * categories[name]["score"]) for name in CATEGORIES}

    def _slowest(self, address: str) -> tuple[float, int, int]:
        page = self._context.new_page()
        page.set_viewport_size({"width": 412, "height": 823})
        page.add_init_script(WATCH_INTERACTIONS)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        slow = self._context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED_DOWN})
        controls = page.locator(CONTROLS).count()
        tried = use(page)
        slowest: float = page.evaluate("new Promise((done) => setTimeout(() => done(window.slowest), 200))")
        page.close()
        return slowest, tried, controls


def use(page: Page) -> int:
    """Press and type what a page offers and what neither leads away nor sends anything; how often. A dialog that asks
    first is closed again, and a hasty person types.

    Where everything would, a key is pressed in the first of it that is not its own.
    """
    main, tried = page.locator("main"), 0
    for summary in main.locator("summary:visible").all()[:3]:
        summary.click()
        tried += 1
    for name in BUTTONS:
        button = page.get_by_role("button", name=name).first
        if button.is_visible() and button.is_enabled():
            button.click()
            tried += 1 + closed(page)
    for field in main.locator("input[type=text]:visible, input[inputmode]:visible, textarea:visible").all()[
        :5
    ]:
        if field.is_editable():
            field.press_sequentially("12 pay equity", delay=KEY_MILLISECONDS)
            tried += 1
    first = page.locator(CONTROLS).first
    if not tried and first.count():
        first.press("Shift")
        tried += 1
    return tried


def closed(page: Page) -> int:
    """Close the dialog that a press opened, if it did, as one does who does not want it; how many."""
    page.wait_for_timeout(PAUSE_MILLISECONDS)
    refuse = page.locator("dialog[open] button[autofocus]")
    if not refuse.count():
        return 0
    refuse.click()
    page.wait_for_timeout(PAUSE_MILLISECONDS)
    return 1


@contextmanager
def chromium(started: Playwright, folder: Path, url: str, email: str = "") -> Iterator[Gauge]:
    """A browser, with a tab that hands its session to those that are opened beside it when somebody is logged in."""
    port = free_port()
    arguments = [*FLAGS, f"--remote-debugging-port={port}"]
    context = started.chromium.launch_persistent_context(
        folder / f"profile-{email}", executable_path=CHROMIUM, args=arguments
    )
    if email:
        page = context.new_page()
        page.goto(f"{url}/")
        page.get_by_label("E-mail address or member number").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.locator("#content:not([aria-busy])")).to_be_attached()
    yield Gauge(context, port, folder / "report.json")
    context.close()


def report_to_review(portal: Portal) -> tuple[str, str]:
    """The certification and the member of a report that waits for staff."""
    member = member_of(portal, imported(portal, portal.log_in("staff@example.org")))
    member.enter(*FIFTY)
    member.sign(portal)
    return member.certification_id, member.member_id


def pages_of(portal: Portal, wanted: list[str]) -> dict[str, dict[str, str]]:
    """Who opens which pages: their names and addresses by e-mail address; nobody's is empty."""
    certification_id, member_id = report_to_review(portal)
    which = {"review": f"?certification={certification_id}", "member": f"?member={member_id}"}
    pages = {
        "": {"log-in": "/", "missing": "/404.html"},
        "member@example.org": {name: f"/{name}/" for name in MEMBER_PAGES},
        "staff@example.org": {
            f"staff/{name}": f"/staff/{name}/{which.get(name, '')}" for name in STAFF_PAGES
        },
    }
    return {
        email: {name: path for name, path in named.items() if not wanted or name in wanted}
        for email, named in pages.items()
    }


def main(wanted: list[str]) -> int:
    """Start a portal, measure, stop it."""
    if not CHROMIUM:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    running = RunningPortal().wait()
    all_good, told = True, []
    try:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
            for email, pages in pages_of(Portal(running.url), wanted).items():
                if not pages:
                    continue
                with chromium(started, Path(folder), running.url, email) as gauge:
                    for name, path in pages.items():
                        measured = gauge.measure(running.url + path)
                        all_good = all_good and measured.is_good
                        told.append(f"{name:20} {measured}")
                        print(told[-1], flush=True)
    finally:
        running.stop()
    if not wanted:
        PAGE.write_text(page(told), encoding="utf-8")
    return int(not all_good)


def page(told: list[str]) -> str:
    """docs/lighthouse.md: the last run over all pages."""
    today = datetime.now(UTC).date()
    machine = f"{platform.machine()}, {os.cpu_count()} processors, load average {os.getloadavg()[1]:.0f}"
    head = f"# The pages\n\nWritten by `make lighthouse` on {today.day} {today:%B %Y} ({machine})."
    how = f"Interactions with the processor slowed to 1/{SLOWED_DOWN}; at least {LEAST}, below {MOST_MILLISECONDS} ms. "
    how += f"Typed with {KEY_MILLISECONDS} ms from key to key."
    return "\n".join([head, how, "", "```", *told, "```"]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
