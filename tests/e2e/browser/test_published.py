"""A release works in a browser as it is published: versioned files, rewritten pages, the policy with its origins."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.sync_api import Route, expect

from infrastructure.deployment.release import FOREVER, Object, release_of
from infrastructure.local.security_headers import security_headers
from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import MEMBER_PAGES, STAFF_PAGES, Visitor
from tests.e2e.portal import ROOT, Portal


class PublishedPages:
    """Answers for the bucket and CloudFront; the API and /config.json stay the running portal's."""

    def __init__(self, portal: Portal) -> None:
        self._cognito = portal.client.get("/config.json").json()["cognito"]["endpoint"]
        release = release_of(ROOT / "web", self._cognito)
        self.prefix = f"/v/{release.version}/"
        self._objects = {each.key: each for each in (*release.assets, *release.pages)}
        self.asked: list[str] = []
        self.missing: list[str] = []

    def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/api/") or path == "/config.json":
            route.continue_()
            return
        self.asked.append(path)
        stored = self._objects.get(f"{path[1:]}index.html" if path.endswith("/") else path[1:])
        if stored is None:
            self.missing.append(path)
            route.fulfill(status=HTTPStatus.NOT_FOUND)
        else:
            route.fulfill(body=stored.body, headers=self._headers(stored))

    def _headers(self, stored: Object) -> dict[str, str]:
        own = {"Content-Type": stored.content_type, "Cache-Control": stored.cache_control}
        return own | security_headers([self._cognito])


def test_a_member_and_staff_use_every_page_of_a_published_release(
    visit: Callable[..., Visitor], portal: Portal, member: Member, clerk: Member
) -> None:
    member.enter(*FIFTY)
    member.sign(portal)
    pages = PublishedPages(portal)
    which = {"review": f"?certification={member.certification_id}", "member": f"?member={member.member_id}"}
    for person, paths in (
        (member, [f"/{name}/" for name in MEMBER_PAGES]),
        (clerk, [f"/staff/{name}/{which.get(name, '')}" for name in STAFF_PAGES]),
    ):
        visitor = visit(permissions=["local-network-access"])  # answered for, a page counts as from afar
        visitor.page.route(f"{portal.url}/**", pages.answer)
        visitor.log_in(person.email)
        for path in paths:
            visitor.open(path)
            expect(visitor.problem).to_have_count(0)
    assert pages.missing == []
    files = [path for path in pages.asked if not path.endswith("/")]
    assert files
    assert all(path.startswith(pages.prefix) for path in files)
    assert pages._objects[f"{pages.prefix[1:]}js/api.js"].cache_control == FOREVER
