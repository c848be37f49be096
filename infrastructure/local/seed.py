"""The demo data: made through the portal's own doors, as staff and members would, so that it can be nothing else."""

from collections.abc import Iterable
from datetime import date
from itertools import batched
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from infrastructure.local.roster import (
    DEMO_EMAILS,
    DESIGNATIONS,
    MEMBER,
    STAFF,
    as_csv,
    demo_roster,
    generated_roster,
)
from infrastructure.local.seeding import SeedTarget
from infrastructure.operations.create_staff import create_staff

PASSWORD = "Recertify!2027"
STAFF_ID = "D9001"
REGISTRAR_ID = "D9000"
REGISTRAR = "registrar@example.org"
"""A second staff person, who brings the roster in: it has the first one's row, and nobody imports their own."""

OTHER_MEMBERS = 24
"""How many generated members stand beside the demo accounts, so that staff have somebody to search for."""

ROWS_AT_ONCE = 6
"""A request's rows are stored side by side, and moto, where it serves, takes one transaction after the other."""

_TIME_ZONE = ZoneInfo("America/New_York")


def seed(target: SeedTarget) -> None:
    """Fill an empty stack: staff's account, the roster by import, passwords, the member's 44 points and invoice."""
    cognito = target.client("cognito-idp")
    pool = target.resources["UserPoolId"]
    today = target.now().astimezone(_TIME_ZONE).date()
    for staff_id, email in ((STAFF_ID, STAFF), (REGISTRAR_ID, REGISTRAR)):
        create_staff(cognito, pool, staff_id, email)
        _choose_password(cognito, pool, staff_id)
    with httpx.Client(base_url=target.api_url, timeout=60) as client:
        portal = DemoPortal(client, target)
        staff = portal.log_in(STAFF)
        registrar = portal.log_in(REGISTRAR)
        program = portal.get(staff, "/api/program")
        roster = awarded(demo_roster(today), program)
        others = awarded(generated_roster(today, OTHER_MEMBERS), program)
        for rows in batched([*roster, *others], ROWS_AT_ONCE, strict=False):
            portal.import_roster(registrar, as_csv(rows))
        target.drain()
        for member_id in {row["member_id"] for row in roster if row["email"] in DEMO_EMAILS}:
            _choose_password(cognito, pool, member_id)
        member = portal.log_in(MEMBER)
        certification_id = portal.get(member, "/api/certifications")["items"][0]["certification_id"]
        known = {each["code"] for each in program["activities"]}
        for session in forty_four_points(today.year):
            if entries := [each for each in session if each["activity"] in known]:
                portal.post(member, f"/api/certifications/{certification_id}/entries", {"entries": entries})
        portal.post(member, f"/api/certifications/{certification_id}/invoice", None)


def awarded(rows: Iterable[dict[str, str]], program: dict[str, Any]) -> list[dict[str, str]]:
    """The rows with designations that the program awards; those of other bodies take the places of the shipped ones."""
    codes = [each["code"] for each in program["designations"]]
    named = {
        shipped: shipped if shipped in codes else codes[min(place, len(codes) - 1)]
        for place, shipped in enumerate(DESIGNATIONS)
    }
    held = {
        (row["member_id"], named.get(row["designation"], "")): {
            **row,
            "designation": named.get(row["designation"], ""),
        }
        for row in rows
    }
    return list(held.values())


class DemoPortal:
    """The portal as a client sees it; any refusal ends the seeding."""

    def __init__(self, client: httpx.Client, target: SeedTarget) -> None:
        self._client = client
        self._target = target

    def log_in(self, email: str) -> str:
        """The access token of a demo account."""
        answer = self._client.post(
            self._target.cognito_url,
            headers={
                "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
                "Content-Type": "application/x-amz-json-1.1",
            },
            json={
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": self._target.resources["UserPoolClientId"],
                "AuthParameters": {"USERNAME": email, "PASSWORD": PASSWORD},
            },
        )
        token: str = _sound(answer)["AuthenticationResult"]["AccessToken"]
        return token

    def import_roster(self, token: str, roster: str) -> None:
        """Import a roster, dry run first; every row must be taken."""
        for dry_run in ("true", "false"):
            answer = self._client.post(
                "/api/staff/members/import",
                params={"dry_run": dry_run},
                headers={**_headers(token), "Content-Type": "text/csv"},
                content=roster.encode(),
            )
            if _sound(answer)["rejected"]:
                raise RuntimeError(f"The demo roster is wrong: {answer.text}")

    def get(self, token: str, path: str) -> Any:
        """The body at an address."""
        return _sound(self._client.get(path, headers=_headers(token)))

    def post(self, token: str, path: str, body: Any) -> Any:
        """The body that comes back."""
        return _sound(self._client.post(path, headers=_headers(token), json=body))


def forty_four_points(year: int) -> list[list[dict[str, Any]]]:
    """Three entering sessions that make 44 points: 3 + 6 + 3, 9 days of conferences, 5 webinars."""
    first, last = date(year - 2, 1, 5), date(year - 1, 12, 20)
    steady = [
        _entry("employment", 3, "HR analyst, City of Springfield", "City of Springfield", first, last),
        _entry("national-membership", 3, "National membership", "IPMA-HR", first, last),
        _entry("chapter-membership", 3, "Chapter membership", "Springfield Chapter", first, last),
    ]
    conferences = [
        _entry(
            "conference-full-day", 3, f"Annual conference {each.year}", "IPMA-HR", each, each.replace(day=11)
        )
        for each in (date(year - 2, 9, 9), date(year - 1, 4, 9), date(year - 1, 9, 9))
    ]
    webinars = [
        _entry("webinar", 1, title, "IPMA-HR", date(year - 1, month, 14), date(year - 1, month, 14))
        for month, title in enumerate(
            ("Pay equity", "Remote onboarding", "Labor law update", "Workforce planning", "Difficult talks"),
            start=5,
        )
    ]
    return [steady, conferences, webinars]


def _entry(
    code: str, quantity: int, title: str, organization: str, first: date, last: date
) -> dict[str, Any]:
    return {
        "activity": code,
        "quantity": quantity,
        "title": title,
        "organization": organization,
        "started_on": first.isoformat(),
        "ended_on": last.isoformat(),
    }


def _choose_password(cognito: Any, pool: str, member_id: str) -> None:
    cognito.admin_set_user_password(UserPoolId=pool, Username=member_id, Password=PASSWORD, Permanent=True)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}


def _sound(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        )
    return answer.json()
