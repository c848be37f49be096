"""Who may do what: every route of the OpenAPI file asked by everybody, held against the table in docs/who-may.md.

The requests are left without key, version and body, so that whoever is let in is told what is missing, and nothing
changes. What is let in, and what is refused as what, is a cell; a new route needs a row.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.figures import Figures
from tests.integration import contract
from tests.integration.conftest import forget_settings
from tests.integration.portal import (
    ADMINISTRATOR,
    FINANCE,
    REVIEWER,
    SIGNING,
    STAFF,
    Answer,
    Person,
    Portal,
    entry,
)
from tests.integration.world import World, build

OWN_TABLE = True
TABLE = Path(__file__).parents[2] / "docs" / "who-may.md"
ROUTES = [
    f"{method.upper()} {path}" for path, methods in contract.openapi()["paths"].items() for method in methods
]
LET_IN = {"GET": "200", "POST": "malformed-request", "PUT": "malformed-request", "DELETE": "version-required"}
"""What an incomplete request is told by a route that lets it in."""


def read_table() -> tuple[list[str], dict[str, dict[str, str]]]:
    """The people who ask, and the cells by route and person."""
    rows = [
        [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    (_, *people), _, *lines = rows
    return people, {route: dict(zip(people, cells, strict=True)) for route, *cells in lines}


PEOPLE, CELLS = read_table()


SHORT = {
    "unauthenticated": "401",
    "not-found": "404",
    "certification-lapsed": "lapsed",
    "not-certified": "none held",
    "staff-only": "role",
}
IMPORT = "POST /api/staff/members/import"


@pytest.fixture
def world(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> World:
    return build(portal, monkeypatch)


def people(portal: Portal, world: World) -> dict[str, Person | None]:
    return {
        "no token": None,
        "owner": world.owner,
        "another member": portal.member(),
        "uncertified": portal.uncertified(),
        "reviewer": REVIEWER,
        "finance": FINANCE,
        "administrator": ADMINISTRATOR,
        "staff": STAFF,
        "staff, own": Person(world.owner.member_id, ("staff",), world.owner.certification_ids),
        "lapsed owner": world.owner,
    }


def cell(method: str, answer: Answer) -> str:
    if answer.code == LET_IN[method]:
        return "yes"
    if answer.code == "staff-only" and "colleague" in answer.json["detail"]:
        return "own"
    return SHORT.get(answer.code, answer.code)


def test_the_table_has_every_route_and_no_other() -> None:
    assert list(CELLS) == ROUTES


def test_everybody_gets_what_the_table_says(portal: Portal, world: World, figures: Figures) -> None:
    found: dict[str, dict[str, str]] = {route: {} for route in ROUTES}
    for who, person in people(portal, world).items():
        if who == "lapsed owner":
            portal.lapse(world.owner)
        for route in ROUTES:
            method, path = route.split(" ")
            headers = {"content-type": "text/csv"} if route == IMPORT else None
            answer = portal.ask(method, world.filled(path), person, key=None, headers=headers)
            found[route][who] = cell(method, answer)
    wrong = [
        f"{route}, {who}: {got}, not {CELLS.get(route, {}).get(who)}"
        for route, cells in found.items()
        for who, got in cells.items()
        if CELLS.get(route, {}).get(who) != got
    ]
    cells = sum(map(len, found.values()))
    figures("who may do what", f"{cells:,} cells, {len(found)} routes by {len(PEOPLE)} kinds of people")
    assert not wrong, "\n".join(wrong)


APPLICATION = [route for route in ROUTES if "/reinstatement-application" in route]


def test_the_reinstatement_application_is_open_to_its_owner_alone_where_the_edition_has_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PROGRAM", "example-reinstatement")
        forget_settings()
        owner, stranger = portal.member(), portal.member()
        names = {"certification_id": owner.certification_id, "entry_id": portal.points(owner, 1)["entry_id"]}
        portal.at("2028-02-10T12:00:00-05:00")
        for person, expected in ((None, "401"), (stranger, "404"), (STAFF, "404"), (owner, "yes")):
            for route in APPLICATION:
                method, path = route.split(" ")
                answer = portal.ask(method, path.format(**names), person, key=None)
                assert cell(method, answer) == expected, route
    forget_settings()


# --- what belongs to others is as what does not exist ---

OF_SOMEONE = [route for route in ROUTES if "{" in route and "/staff/" not in route]
EVERYBODYS = ("/api/certificates/", "/api/library/")


def unknown(identifier: str) -> str:
    """An id of the same kind that nobody has: one letter or digit of it is another."""
    place = re.search(r"[a-z0-9](?=[a-z0-9_]{0,3}$)", identifier)
    assert place is not None
    other = "b" if identifier[place.start()] != "b" else "d"
    return identifier[: place.start()] + other + identifier[place.start() + 1 :]


@pytest.mark.parametrize("whole", [False, True], ids=["an empty request", "a whole request"])
def test_what_belongs_to_others_is_answered_as_what_does_not_exist(
    portal: Portal, world: World, whole: bool
) -> None:
    stranger = portal.member()
    portal.points(stranger, 1)
    nobodys = {name: unknown(identifier) for name, identifier in world.names.items()}
    own = {"certification_id": stranger.certification_id}
    for route in OF_SOMEONE:
        method, path = route.split(" ")
        if path.startswith(EVERYBODYS):
            continue
        names = re.findall("{(.*?)}", path)
        pairs = [(world.filled(path), path.format(**nobodys))]
        if names[0] == "certification_id" and len(names) == 2:  # and someone else's below one's own
            pairs.append((world.filled(path, **own), path.format(**{**nobodys, **own})))
        for foreign, absent in pairs:
            body = body_for(path) if whole and method != "GET" else None
            asked = [
                seen(portal, method, each, stranger, whole=whole, body=body) for each in (foreign, absent)
            ]
            assert asked[0] == asked[1], route
            assert asked[0][0] == 404, route


EMPLOYED = {"activity": "employment", "title": "T", "organization": "O", "started_on": "2027-01-01"}
SENT: dict[str, Any] = {
    "entries": {"entries": [entry()]},
    "entries/{entry_id}": entry(),
    "standing-claims": EMPLOYED,
    "standing-claims/{standing_id}": EMPLOYED,
    "submission": dict(SIGNING),
}


def body_for(path: str) -> Any:
    """A body that is right for an address of the OpenAPI file; None where it takes none."""
    return next((body for end, body in SENT.items() if path.endswith(f"/{end}")), None)


def seen(
    portal: Portal, method: str, path: str, who: Person, *, whole: bool = True, **more: Any
) -> tuple[Any, ...]:
    """All that a stranger can see of an answer: status, body, headers, and how many reads it took."""
    if whole and method in ("PUT", "DELETE"):
        more["version"] = 1
    with portal.calls.counted() as calls:
        answer = portal.ask(method, path, who, **({} if whole else {"key": None}), **more)
    return answer.status, answer.raw, answer.headers, [(each.operation, each.units) for each in calls]


def test_so_it_is_with_ids_in_bodies_and_queries(portal: Portal, world: World) -> None:
    stranger = portal.member()
    own_entry = portal.cycle_path(stranger, f"entries/{portal.points(stranger, 1)['entry_id']}")
    names = world.names
    told = {
        "file_name": "a.pdf",
        "content_type": "application/pdf",
        "size": 100,
        "kind": "evidence",
        "title": "A",
    }

    def with_document(identifier: str) -> Any:
        return {"entries": [entry("webinar", document_ids=[identifier])]}

    report = portal.cycle_path(stranger, "report")
    owners = portal.get(portal.cycle_path(world.owner, "cycles"), world.owner).json["items"][0]["cycle_id"]
    for method, path, identifier, asking in (
        ("POST", portal.cycle_path(stranger, "entries"), names["document_id"], with_document),
        ("PUT", own_entry, names["document_id"], lambda it: {**entry("webinar"), "document_ids": [it]}),
        ("POST", "/api/documents", names["certification_id"], lambda it: {**told, "certification_id": it}),
        ("POST", "/api/documents", names["entry_id"], lambda it: {**told, "entry_id": it}),
    ):
        foreign, absent = (
            seen(portal, method, path, stranger, body=asking(each))
            for each in (identifier, unknown(identifier))
        )
        assert foreign == absent, path
        assert foreign[0] in (404, 422), foreign
    foreign, absent = (
        seen(portal, "GET", report, stranger, query={"cycle": each}) for each in (owners, unknown(owners))
    )
    assert foreign == absent
    assert foreign[0] == 404
