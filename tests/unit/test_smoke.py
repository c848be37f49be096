"""The look from outside, at a stage that is made up; tests/e2e/test_smoke.py has it look at the local one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from infrastructure.deployment import smoke as looking
from infrastructure.deployment.smoke import (
    Visit,
    Wrong,
    an_account_can_be_logged_in,
    checks_for,
    smoke,
    the_pages_are_those_just_published,
)


def visit_of(answers: dict[str, Any], **options: str) -> Visit:
    """A visit to a stage that answers so: a text or JSON by path."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers[request.url.path]
        return httpx.Response(200, text=found) if isinstance(found, str) else httpx.Response(200, json=found)

    return Visit(
        httpx.Client(base_url="https://portal.example", transport=httpx.MockTransport(answer)), **options
    )


CONFIG = {"cognito": {"endpoint": "https://cognito.example/", "clientId": "client"}}


def test_an_account_that_is_asked_for_its_app_is_said_to_be_the_wrong_one() -> None:
    asked_for = {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s"}
    visit = visit_of({"/config.json": CONFIG, "/": asked_for}, name="S0001", password="secret")
    with pytest.raises(Wrong, match="SOFTWARE_TOKEN_MFA: the account has to be a member's"):
        an_account_can_be_logged_in(visit)


def test_the_pages_of_the_version_before_are_not_those_just_published() -> None:
    page = '<script src="/v/{}/js/log-in.js"></script>'
    the_pages_are_those_just_published(visit_of({"/": page.format("new1")}, version="new1"))
    for before in (page.format("old1"), page.format("new1") + page.format("old1"), ""):
        with pytest.raises(Wrong, match="instead of new1"):
            the_pages_are_those_just_published(visit_of({"/": before}, version="new1"))
    assert the_pages_are_those_just_published in set(checks_for(visit_of({}, version="new1")))
    assert the_pages_are_those_just_published not in set(checks_for(visit_of({})))


@pytest.mark.parametrize(("looks", "is_well"), [(1, False), (3, True)])
def test_what_is_not_everywhere_yet_is_looked_at_again_and_told_once(
    looks: int, is_well: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"late": 0, "there": 0}

    def late(_: Visit) -> None:
        asked["late"] += 1
        looking.expect(asked["late"] == 3, "the version before")

    def there(_: Visit) -> None:
        asked["there"] += 1

    checks: list[Callable[[Visit], None]] = [late, there]
    pauses: list[float] = []
    monkeypatch.setattr(looking, "checks_for", lambda _: iter(checks))
    monkeypatch.setattr(looking.time, "sleep", pauses.append)
    told: list[str] = []
    assert smoke(visit_of({}), told.append, looks) is is_well
    outcome = "ok" if is_well else "WRONG: the version before"
    assert [line.split(maxsplit=1) for line in told] == [["there", "ok"], ["late", outcome]]
    assert asked["there"] == 1
    assert len(pauses) == looks - 1


def test_what_another_look_would_not_change_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each further request without Stripe's secrets would be one more for three alarms to count."""
    asked: list[str] = []

    def webhook(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(503)

    client = httpx.Client(base_url="https://portal.example.org", transport=httpx.MockTransport(webhook))
    monkeypatch.setattr(looking, "checks_for", lambda _: iter([looking.stripe_has_to_sign]))
    monkeypatch.setattr(looking.time, "sleep", lambda _: pytest.fail("there is nothing to wait for"))
    told: list[str] = []
    assert not smoke(Visit(client), told.append, 12)
    assert asked == ["/api/stripe/webhook"]
    assert "in SSM already?" in told[0]
