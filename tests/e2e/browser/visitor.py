"""A person with a browser: opens pages, types, and looks; remembers whatever a page complained about."""

import gzip
import json
import shutil
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from tests.e2e.browser.people import Member
from tests.e2e.portal import PASSWORD

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
"""The headless shell is the same engine without a window's machinery; it takes half the processor's time."""
NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium-headless-shell)."

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # a process for all of these: a seventh of the processor's time
    "--in-process-gpu",
    "--enable-features=NetworkServiceInProcess2",
]
MEMBER_PAGES = (
    "profile",
    "registrations",
    "invoices",
    "recertification",
    "summary",
    "documents",
    "transactions",
    "library",
    "help",
)
MOST_FIRST_LOAD = 120_000
MOST_CODE = 60_000
MOST_REQUESTS = 48  # small ones, all at once over one connection: HTTP/2 or 3 where it is deployed
STAFF_PAGES = (
    "reviews",
    "review",
    "paper",
    "attention",
    "members",
    "member",
    "contributions",
    "figures",
    "import",
    "export",
    "rules",
)
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # to describe what is well takes as long again
}
WIDER_THAN_SHOWN = """() => new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() =>
  tell(document.documentElement.scrollWidth - document.documentElement.clientWidth))))"""
"""By how many pixels, once a window that was just changed is laid out anew."""
AXE_VIOLATIONS = "options => axe.run(options).then(({ violations }) => ({ violations }))"
"""What is well is not handed over either."""


class Weight(NamedTuple):
    """A page's first load: bytes as they are sent, those of them that are code, and requests."""

    bytes: int
    code: int
    requests: int


def heaviest(weights: Mapping[str, Weight]) -> str:
    """The most of each kind beside its limit, and the page that has it."""
    limits = {"bytes": MOST_FIRST_LOAD, "of code": MOST_CODE, "requests": MOST_REQUESTS}
    said = []
    for kind, (what, limit) in enumerate(limits.items()):
        most, page = max((weight[kind], page) for page, weight in weights.items())
        said.append(f"{most:,} {what} of {limit:,} ({page or 'log-in'})")
    return ", ".join(said)


class Visitor:
    """One browser window with storage of its own; `tab()` opens a further tab beside it."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        options = {
            "viewport": {"width": 1280, "height": 900},
            "locale": "en-US",
            "reduced_motion": "reduce",
        } | options
        self.url = url
        self.complaints: list[str] = []
        self.loaded: list[Response] = []
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.tab()

    def tab(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._heard)
        return page

    def _heard(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.complaints.append(f"policy: {message.text}")

    def close(self) -> None:
        self.context.close()
        assert not self.complaints, self.complaints

    # Going places

    def open(self, path: str, page: Page | None = None) -> Page:
        """Open a page and wait until it shows what it loaded."""
        page = page or self.page
        page.goto(self.url + path)
        self.wait_shown(page)
        return page

    def wait_shown(self, page: Page | None = None) -> None:
        """Wait until the page shows what it loaded."""
        expect((page or self.page).locator("#content:not([aria-busy])")).to_be_attached()

    def enter_as(self, member: Member) -> None:
        """Be logged in already."""
        session = {
            "member_id": member.member_id,
            "access_token": member.tokens["AccessToken"],
            "refresh_token": member.tokens["RefreshToken"],
            "expires_at": (time.time() + member.tokens["ExpiresIn"]) * 1000,
        }
        self.page.goto(f"{self.url}/icon.svg")
        self.page.evaluate("session => sessionStorage.setItem('session', session)", json.dumps(session))

    def log_in(self, email: str, password: str = PASSWORD, path: str = "/") -> None:
        """Log in on the screen."""
        self.page.goto(self.url + path)
        self.page.get_by_label("E-mail address or member number").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Log in", exact=True).click()
        self.wait_shown()

    # Doing things on the Recertification Portal page

    def row(self, index: int = 0, page: Page | None = None) -> Locator:
        """A row of the session form."""
        return (page or self.page).locator("session-form .row").nth(index)

    def fill_row(self, row: Locator, activity: str, quantity: str, title: str, day: str) -> None:
        """Type an entry into a row."""
        row.get_by_label("What did you do?").select_option(activity)
        row.get_by_label("Title").fill(title)
        row.get_by_label("Organization").fill("IPMA-HR")
        row.get_by_label("How many").fill(quantity)
        row.get_by_label("First day").fill(day)
        row.get_by_label("Last day").fill(day)

    def save(self, page: Page | None = None) -> None:
        """Press the button of the session form; what was said of the save before is gone then."""
        form = (page or self.page).locator("session-form")
        said = form.locator("problem-message > div").element_handles()
        form.locator(".save").click()
        for each in said:
            each.wait_for_element_state("hidden")

    @property
    def notice(self) -> Locator:
        return self.page.locator("#notice .notice")

    @property
    def problem(self) -> Locator:
        return self.page.locator("problem-message > div")

    @property
    def points(self) -> Locator:
        return self.page.locator("points-progress .figure")

    def pay(self) -> None:
        """Pay on the page of the payment service, where a pay button has led."""
        self.page.get_by_role("button", name="Pay ").click()

    @property
    def parameters(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    # Looking

    def check_accessibility(self) -> None:
        """Axe finds nothing on what is shown."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = AxeResults(self.page.evaluate(AXE_VIOLATIONS, AXE_OPTIONS))
        assert found.violations_count == 0, found.generate_report()

    def check_width(self) -> None:
        """Nothing has to be scrolled sideways."""
        wide = self.page.evaluate(WIDER_THAN_SHOWN)
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"

    def load_first(self, path: str) -> None:
        """Load a page with nothing loaded yet, for `check_weight`."""
        self.page.on("response", lambda response: self.loaded.append(response))  # noqa: PLW0108 (it takes no builtin)
        self.page.goto(self.url + path)

    def check_weight(self) -> Weight:
        """That first load was light, and its code lighter still. To wait for it is half a second, for many once."""
        self.page.wait_for_load_state("networkidle")
        own = [each for each in self.loaded if each.url.startswith(self.url) and each.ok]
        sizes: dict[str, int] = {each.url: len(gzip.compress(each.body())) for each in own}
        code = sum(size for url, size in sizes.items() if url.endswith((".js", ".css")))
        assert code > 0
        assert sum(sizes.values()) <= MOST_FIRST_LOAD, sizes
        assert code <= MOST_CODE, sizes
        assert len(self.loaded) <= MOST_REQUESTS, sorted(each.url for each in self.loaded)
        return Weight(sum(sizes.values()), code, len(self.loaded))

    def press_until(self, key: str, target: Locator, most: int = 150) -> None:
        """Press a key until this has the focus."""
        handle = target.element_handle()
        for _ in range(most):
            if handle.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{target} cannot be reached with {key}")
