"""A member changes name and e-mail address: what follows, what keeps the old ones, and who is told."""

from collections.abc import Iterator

import pytest

from shared.domain.errors import Unauthenticated
from shared.domain.events import Event
from shared.handling import wiring
from tests.integration.calendar_year import Year
from tests.integration.portal import STAFF, Person, Portal

OWN_TABLE = True

NAME = {"first_name": "Ana María", "last_name": "O’Neill"}


class Account:
    """The account of whoever asks, with the address that is verified there."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.is_revoked = False

    def verified_email(self) -> str | None:
        if self.is_revoked:
            raise Unauthenticated
        return self.address


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    made = Account()
    monkeypatch.setattr(wiring, "own_account", lambda _: made)
    return made


@pytest.fixture
def year(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Year:
    return Year(monkeypatch)


def found(portal: Portal, beginning: str) -> list[str]:
    items = portal.get("/api/staff/members", STAFF, query={"query": beginning}).json["items"]
    return [each["member_id"] for each in items]


def test_a_new_name_reaches_profile_search_certifications_and_the_next_signature(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP")
    answer = portal.put("/api/me/name", member, NAME, version=1)
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert answer.json["name"] == "Ana María O’Neill"
    assert portal.get("/api/me", member).json["name"] == "Ana María O’Neill"
    assert found(portal, "ana m") == found(portal, "o’nei") == [member.member_id]
    assert found(portal, "Mona") == []
    made = portal.submitted(member)
    assert made["submission"]["submission_id"]
    (waiting,) = portal.get("/api/staff/reviews", STAFF).json["items"]
    assert waiting["member_name"] == "Ana María O’Neill"
    (event,) = [each for each in events_of(member) if each.type == "name-changed"]
    assert (event.by, event.data["name"]) == (member.member_id, "Ana María O’Neill")


def test_what_was_signed_and_issued_keeps_the_name_it_was_signed_and_issued_with(portal: Portal) -> None:
    member = portal.member()
    former = portal.get("/api/me", member).json["name"]
    portal.approved(member)
    certificate = portal.dashboard(member)["certification"]["certificate_id"]
    assert portal.put("/api/me/name", member, NAME, version=1).status == 200
    assert portal.get(f"/api/certificates/{certificate}").json["name"] == former


def test_a_name_is_saved_on_the_version_that_was_seen(portal: Portal) -> None:
    member = portal.member()
    assert portal.put("/api/me/profile", member, {"city": "Springfield"}, version=1).status == 200
    assert portal.put("/api/me/name", member, NAME, version=1).code == "version-conflict"
    assert portal.put("/api/me/name", member, NAME).code == "version-required"
    wrong = {"first_name": " ", "last_name": "x" * 101, "title": "Dr"}
    assert portal.put("/api/me/name", member, wrong, version=2).pointers == [
        "/first_name",
        "/last_name",
        "/title",
    ]


def test_the_same_import_again_takes_no_change_of_the_member_back(portal: Portal, account: Account) -> None:
    member = portal.member()
    me = portal.get("/api/me", member).json
    row = {name: me[name] for name in ("member_id", "first_name", "last_name", "email")}
    assert portal.put("/api/me/name", member, NAME, version=1).status == 200
    account.address = "ana@example.org"
    assert portal.put("/api/me/email", member, {"email": account.address}, version=2).status == 200
    assert portal.bring_in(row).json["unchanged"] == 1
    assert portal.get("/api/me", member).json["email"] == "ana@example.org"
    assert portal.bring_in({**row, "last_name": "Corrected"}).json["updated"] == 1
    me = portal.get("/api/me", member).json
    assert (me["name"], me["email"]) == (f"{row['first_name']} Corrected", "ana@example.org")
    assert portal.bring_in({**row, "last_name": "Corrected"}).json["unchanged"] == 1


def test_a_verified_address_is_taken_over_and_the_old_one_is_told(
    portal: Portal, account: Account, year: Year
) -> None:
    member = portal.member()
    former = f"{member.member_id}@example.org"
    account.address = "Ana@Example.org"
    answer = portal.put("/api/me/email", member, {"email": "ana@example.org"}, version=1)
    assert (answer.status, answer.json["email"]) == (200, "Ana@Example.org")
    assert found(portal, "ana@") == [member.member_id]
    assert found(portal, former) == []
    (event,) = [each for each in events_of(member) if each.type == "email-changed"]
    year.mails.send([{"mail": "event", "subject": event.subject, "event_id": event.event_id}])
    year.mails.deliver("notify")
    (mail,) = year.post.sent
    assert (mail.to, mail.subject) == (former, "The e-mail address of your account was changed")
    assert "A…@Example.org" in mail.text
    assert "Ana@Example.org" not in mail.text
    newcomer = {"member_id": "n1", "first_name": "Nia", "last_name": "New", "email": former}
    assert portal.bring_in(newcomer).json["created"] == 1  # the old address is free again


def test_an_address_that_is_not_verified_is_refused(portal: Portal, account: Account) -> None:
    member = portal.member()
    for verified in (None, f"{member.member_id}@example.org"):
        account.address = verified
        answer = portal.put("/api/me/email", member, {"email": "ana@example.org"}, version=1)
        assert (answer.code, answer.pointers) == ("invalid-request", ["/email"])
    assert portal.put("/api/me/email", member, {"email": "no address"}, version=1).pointers == ["/email"]
    account.is_revoked = True
    answer = portal.put("/api/me/email", member, {"email": "ana@example.org"}, version=1)
    assert answer.code == "unauthenticated"
    assert portal.get("/api/me", member).json["email"] == f"{member.member_id}@example.org"


def test_an_address_belongs_to_one_member(portal: Portal, account: Account) -> None:
    member, other = portal.member(), portal.member()
    account.address = f"{other.member_id}@EXAMPLE.org"
    answer = portal.put("/api/me/email", member, {"email": account.address}, version=1)
    assert (answer.code, answer.pointers) == ("invalid-request", ["/email"])
    assert portal.get("/api/me", member).json["email"] == f"{member.member_id}@example.org"


def test_an_address_that_is_there_already_changes_nothing_and_a_lost_answer_is_asked_for_again(
    portal: Portal, account: Account
) -> None:
    member = portal.member()
    account.address = "ana@example.org"
    sent = {"email": "ana@example.org"}
    assert portal.put("/api/me/email", member, sent, version=1).json["version"] == 2
    assert portal.put("/api/me/email", member, sent, version=2).json["version"] == 2
    assert [each.type for each in events_of(member)].count("email-changed") == 1


def test_another_case_of_the_same_address_is_a_change_of_ones_own(portal: Portal, account: Account) -> None:
    member = portal.member()
    account.address = f"{member.member_id.upper()}@example.org"
    assert portal.put("/api/me/email", member, {"email": account.address}, version=1).status == 200
    assert found(portal, f"{member.member_id}@") == [member.member_id]


def events_of(member: Person) -> list[Event]:
    return wiring.events().of(f"member:{member.member_id.lower()}")
