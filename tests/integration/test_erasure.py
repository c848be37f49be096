"""A member's data are handed out whole, and erased on request: nothing of the person is left but what must be kept."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import batched
from types import SimpleNamespace
from typing import Any

import pytest

from functions.check_document import handler as check_document
from functions.documents import handler as documents
from functions.import_data import handler as import_data
from functions.library import handler as library
from functions.notify import handler as notify
from functions.privacy import handler as privacy
from shared.adapters import aws, clock
from shared.domain import ids, program_invoices
from shared.domain.document_content import inspect
from shared.domain.events import Event
from shared.domain.ports import ChangedMeanwhile
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.proposals import Chapter, RosterMember, propose
from shared.domain.submissions import hash_of
from shared.handling import wiring
from shared.repositories.everything import KEYS
from shared.repositories.personal_data import DELETED
from shared.repositories.table import remove_item, set_item
from shared.use_cases import check_document as looking
from shared.use_cases.give_back import ATTENTION
from shared.use_cases.propose_memberships import NOBODY, propose_memberships
from shared.use_cases.publish_contribution import publish_contribution
from shared.use_cases.upload_document import upload_document
from tests.files import ANNOUNCED
from tests.integration import contract
from tests.integration.portal import ADMINISTRATOR, CHEQUE, SIGNING, STAFF, Portal, entry, new_key
from tests.integration.test_privacy import PROFILE, WORDS, found_in
from tests.integration.world import DocumentsBucket, World, build, stored

OWN_TABLE = True
TYPED = {"title": "Kanarienfortbildung", "organization": "Kanarienbund", "notes": "Kanarienzeile"}
CANARY = "kanarie"
LAMBDAS_MOST = 6_000_000
"""Bytes of an answer."""

ITEMS_MOST = 400_000
"""Bytes of an item."""


def erasure_of(world: World) -> str:
    return f"/api/staff/members/{world.owner.member_id}/erasure"


def table_items() -> list[dict[str, Any]]:
    items, more = wiring.table().scan_page(None)
    assert more is None
    return items


def personal(world: World) -> list[dict[str, Any]]:
    """What the table holds that tells who the person is, but for what was signed."""
    found = []
    for item in table_items():
        text = json.dumps(item, default=str).lower()
        if (found_in(text) or CANARY in text) and not item["SK"].startswith("SIGNED#"):
            found.append(item)
    return found


@pytest.fixture
def world(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> World:
    """A canary who signed, was returned, signed again and was approved, published, lapses in no cycle, and has typed
    into every field since; staff typed the name into each reason."""
    made = build(portal, monkeypatch, **WORDS, committees="Kanarienausschuss")
    owner = made.owner
    version = portal.get("/api/me", owner).json["profile"]["version"]
    assert portal.put("/api/me/profile", owner, PROFILE, version=version).status == 200
    day = {"started_on": "2027-06-18", "ended_on": "2027-06-18"}
    made_entry = portal.enter(owner, {**entry("webinar"), **TYPED, **day}).json["entries"][0]
    path = portal.cycle_path(owner, f"entries/{made_entry['entry_id']}")
    changed = {**entry("webinar"), **TYPED, **day, "title": "Kanarientitel"}
    assert portal.put(path, owner, changed, version=1).status == 200
    deleted = portal.enter(owner, {**entry("webinar"), **TYPED, **day}).json["entries"][0]
    path = portal.cycle_path(owner, f"entries/{deleted['entry_id']}")
    assert portal.ask("DELETE", path, owner, version=1).status == 204
    claim = {"activity": "employment", "title": "Kanarienwart", "organization": "Kanarienhof"}
    claims = portal.cycle_path(owner, "standing-claims")
    assert portal.post(claims, owner, {**claim, "started_on": "2027-06-18"}).status == 201
    made.contribution(title="Kanarienkunde", file_name="kanarien.pdf")
    reason = {"extended_to": "2031-03-01", "reason": f"Illness of {WORDS['last_name']}"}
    extension = f"/api/staff/certifications/{owner.certification_id}/extension"
    assert portal.post(extension, STAFF, reason).status == 200
    return made


def held_records(answer: Any) -> dict[str, list[dict[str, Any]]]:
    assert answer.status == 200, answer.json
    records: dict[str, list[dict[str, Any]]] = answer.json["records"]
    return records


def test_members_are_given_everything_that_is_held_about_them_and_no_name_of_staff(
    portal: Portal, world: World
) -> None:
    records = held_records(portal.get("/api/me/data", world.owner))
    text = json.dumps(records).lower()
    for item in personal(world):
        for word in (*found_in(json.dumps(item, default=str)), *_typed(item)):
            assert word in text, item["SK"]
    for kind in ("members", "certifications", "cycles", "entries", "signed_records", "submissions"):
        assert records[kind], kind
    for kind in ("documents", "proposals", "certificates", "invoices", "payments", "history", "log_in"):
        assert records[kind], kind
    assert STAFF.member_id not in text
    assert "checkout.stripe" not in text
    signed = records["signed_records"][0]
    assert hash_of(signed["text"]) == signed["signed_hash"]


def test_whoever_bought_a_program_is_given_its_invoice_and_can_be_erased(
    portal: Portal, world: World
) -> None:
    started = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "program-invoices"}).json
    key = f"imports/{started['import_id']}.csv"
    row = [
        "P-1",
        world.owner.member_id,
        "Course",
        "90",
        "usd",
        "2027-05-01",
        "2027-06-01",
        "open",
        "",
        "",
        "",
    ]
    world.transfers.put(key, "\n".join(map(",".join, (program_invoices.COLUMNS, row))).encode())
    message = {"detail": {"object": {"key": key}}}
    import_data.take_step({"body": json.dumps(message)})
    given = held_records(portal.get("/api/me/data", world.owner))["invoices"]
    assert "P-1" in {each["number"] for each in given}
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    assert [item for item in table_items() if item["PK"].startswith("INVOICE#") and item["number"] == "P-1"]


def _typed(item: dict[str, Any]) -> list[str]:
    text = json.dumps([value for name, value in item.items() if name not in KEYS], default=str).lower()
    return [word.strip('",. :{}[]') for word in text.split() if CANARY in word and "://" not in word][:5]


def pages_of(ask: Callable[[dict[str, str]], Any]) -> Iterator[Any]:
    """Each page's answer, from the first to the last."""
    query: dict[str, str] = {}
    while True:
        answer = ask(query)
        assert answer.status == 200, answer.json
        yield answer
        if answer.json["next_cursor"] is None:
            return
        query = {"cursor": answer.json["next_cursor"]}


def test_what_is_handed_out_comes_in_pages_that_are_the_whole_together(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = held_records(portal.get("/api/me/data", world.owner))
    monkeypatch.setattr(privacy, "PAGE_CHARACTERS", 1000)
    together: dict[str, list[Any]] = {}
    answers = list(pages_of(lambda query: portal.get("/api/me/data", world.owner, query=query)))
    for answer in answers:
        for kind, records in answer.json["records"].items():
            together.setdefault(kind, []).extend(records)
    assert len(answers) > 5
    assert together == whole
    staff = f"/api/staff/members/{world.owner.member_id}/data"
    key = new_key()
    list(pages_of(lambda query: portal.post(staff, ADMINISTRATOR, query=query, key=key)))
    events = wiring.events().of(f"member:{world.owner.member_id}")
    assert [each.type for each in events].count("data-exported") == 1
    first = portal.post(staff, ADMINISTRATOR).json["next_cursor"]
    other = portal.member()
    assert portal.get("/api/me/data", world.owner, query={"cursor": first}).status == 200
    wrong = portal.get("/api/me/data", other, query={"cursor": first})
    assert (wrong.status, wrong.pointers) == (422, ["/cursor"])


def test_no_page_is_larger_than_lambda_answers_however_much_is_held(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items as large as the table takes, in a writing that takes most bytes, and of quotes, which are escaped twice."""
    texts = ["\U00020000" * (ITEMS_MOST // 4), '"' * ITEMS_MOST, "a" * ITEMS_MOST]
    held = [(f"place {n}", [("signed_records", {"text": texts[n % 3]})]) for n in range(20)]
    monkeypatch.setattr(wiring, "personal_data", lambda: SimpleNamespace(records=lambda *_: iter(held)))
    owner = portal.member()
    sizes = [
        len(json.dumps({"body": answer.raw.decode()}, ensure_ascii=False).encode())
        for answer in pages_of(lambda query: portal.get("/api/me/data", owner, query=query))
    ]
    assert sum(sizes) > LAMBDAS_MOST
    assert max(sizes) < LAMBDAS_MOST


def test_nobody_else_is_in_what_is_handed_out(portal: Portal, world: World) -> None:
    stranger = portal.member()
    portal.points(stranger, 1)
    text = portal.get("/api/me/data", stranger).raw.decode().lower()
    assert not found_in(text)
    assert CANARY not in text


def test_that_an_administrator_handed_data_out_is_in_the_history(portal: Portal, world: World) -> None:
    path = f"/api/staff/members/{world.owner.member_id}/data"
    key = new_key()
    first, again = (portal.post(path, ADMINISTRATOR, key=key) for _ in range(2))
    assert held_records(first).keys() == held_records(again).keys()
    events = wiring.events().of(f"member:{world.owner.member_id}")
    assert [(each.by, each.role) for each in events if each.type == "data-exported"] == [
        (ADMINISTRATOR.member_id, "staff")
    ]


def test_nothing_is_left_of_the_person_but_what_was_signed(portal: Portal, world: World) -> None:
    before = {item["SK"]: item for item in table_items() if item["SK"].startswith("SIGNED#")}
    assert len(personal(world)) > 20
    answer = portal.post(erasure_of(world), ADMINISTRATOR)
    assert (answer.status, answer.json["state"]) == (200, "done"), answer.json
    assert personal(world) == []
    after = {item["SK"]: item for item in table_items() if item["SK"].startswith("SIGNED#")}
    assert after == before
    assert world.documents.objects == {}
    assert portal.accounts.removed == [world.owner.member_id]


def test_the_files_of_documents_that_were_deleted_before_are_gone_too(portal: Portal, world: World) -> None:
    """The bucket keeps what was deleted for 90 days, of documents uploaded for a certification and for none."""
    one_of_others = world.contribution()
    several = replace(world, owner=portal.member("IPMA-CP", "IPMA-SCP"))
    deleted = [
        several.contribution(certification_id=several.owner.certification_ids[1]),
        several.contribution(),
    ]
    assert [each[:4] for each in deleted] == ["doc_", "dom_"]
    for document_id in deleted:
        path = f"/api/documents/{document_id}"
        version = portal.get(path, several.owner).json["document"]["version"]
        assert portal.ask("DELETE", path, several.owner, version=version).status == 204
    left = {document_id for document_id, _ in world.documents.objects}
    assert left >= {one_of_others, *deleted}
    assert portal.post(erasure_of(several), ADMINISTRATOR).status == 200
    assert {document_id for document_id, _ in world.documents.objects} == left - set(deleted)


def test_the_record_is_kept_under_the_member_number(portal: Portal, world: World) -> None:
    owner = world.owner
    invoices = [item for item in table_items() if item["SK"].startswith("INVOICE#")]
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    assert [item for item in table_items() if item["SK"].startswith("INVOICE#")] == invoices
    page = portal.get(f"/api/staff/members/{owner.member_id}", STAFF).json
    assert (page["name"], page["email"], page["erasure"]) == (owner.member_id, "", "done")
    assert [each["status"] for each in page["certifications"]] == ["terminated"]
    history = portal.get(f"/api/staff/certifications/{owner.certification_id}/history", STAFF).json["items"]
    approved = next(each for each in history if each["type"] == "cycle-approved")
    assert approved["data"]["decision"]["decision"] == "approve"
    assert approved["data"]["decision"]["decided_by"] == STAFF.member_id
    number = portal.get(f"/api/staff/members/{owner.member_id}/history", STAFF).json["items"]
    assert [each["type"] for each in number[:2]] in (
        ["member-erased", "erasure-begun"],
        ["erasure-begun", "member-erased"],
    )
    found = portal.get("/api/staff/members", STAFF, query={"query": owner.member_id}).json["items"]
    assert [each["member_id"] for each in found] == [owner.member_id]


def test_what_was_public_or_findable_is_gone(portal: Portal, world: World) -> None:
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    stranger = portal.member()
    for path in ("/api/certificates/{certificate_id}", "/api/library/{document_id}"):
        assert portal.get(world.filled(path), stranger).status == 404
    assert portal.get("/api/library", stranger).json["items"] == []
    for word in WORDS.values():
        assert portal.get("/api/staff/members", STAFF, query={"query": word}).json["items"] == []


def test_the_address_is_free_again_and_the_number_is_not(portal: Portal, world: World) -> None:
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    row = {**WORDS, "designation": "IPMA-CP", "certified_since": "2024-05-01", "status": "new"}
    row["expires_on"] = "2027-12-31"
    same = portal.bring_in({**row, "member_id": world.owner.member_id}).json
    assert [each["field"] for each in same["rejected"]] == ["member_id"]
    assert portal.bring_in({**row, "member_id": "newnumber"}).json["created"] == 1
    assert "newnumber" in portal.queue.sent


def test_the_claims_of_a_closed_cycle_are_handed_out_and_erased(portal: Portal, world: World) -> None:
    owner = portal.member()
    claims = portal.cycle_path(owner, "standing-claims")
    claim = {**CLAIMED, **TYPED, "started_on": "2024-05-01"}
    made = portal.post(claims, owner, claim).json["standing_claim"]
    portal.points(owner, 47)
    signed = portal.sign(owner).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(owner, signed["submission"]["submission_id"]).status == 200
    assert portal.ask("DELETE", f"{claims}/{made['standing_id']}", owner, version=1).status == 204
    member = f"/api/staff/members/{owner.member_id}"
    (held,) = held_records(portal.post(f"{member}/data", ADMINISTRATOR))["standing_claims"]
    assert (held["cycle_number"], held["title"]) == (1, TYPED["title"])
    assert portal.post(f"{member}/erasure", ADMINISTRATOR).json["state"] == "done"
    kept = wiring.table().query(f"ARCHIVE#{owner.certification_id}")
    assert {each["SK"].partition("#")[0] for each in kept} == {"CYCLE", "SIGNED"}


ALL_THE_SAME = {
    **dict.fromkeys(("edition-trials", "exports", "imports", "members/import"), "of nobody in particular"),
    "attention/{attention_id}/done": "looked after, whoever it was about",
    "invoices/{invoice_id}/payment": "the invoice is kept, and its money is recorded",
    "invoices/{invoice_id}/waiver": "the invoice is kept, and may be waived",
    "members/{member_id}/data": "what is kept is handed out",
    "members/{member_id}/erasure": "an erasure that broke off goes on",
}
"""What staff may send all the same, and why."""

OF_STAFF: dict[str, tuple[Any, str]] = {
    "decision": ({"submission_id": "sub_x", "decision": "return", "comment": "x"}, "already-decided"),
    "entries": ({"entries": [entry()]}, "certification-lapsed"),
    "extension": ({"extended_to": "2032-01-01", "reason": "x"}, "already-decided"),
    "invoice": (None, "not-found"),
    "reinstatement": ({"report_received_on": "2027-06-01", "comment": ""}, "already-decided"),
    "submission": (SIGNING, "certification-lapsed"),
    "undo-approval": ({"reason": "x"}, "already-decided"),
    "publication": (None, "not-found"),
    "documents": (ANNOUNCED, "not-found"),
    "membership": ({"body_member": True}, "not-found"),
}


def test_staff_change_nothing_of_whom_is_erased(portal: Portal, world: World) -> None:
    """By every route of the OpenAPI file; a new one has to be decided on here."""
    assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
    before, tried = table_items(), set()
    for path, methods in contract.openapi()["paths"].items():
        for method in {"post", "put", "delete"} & methods.keys():
            if not path.startswith("/api/staff/") or path.removeprefix("/api/staff/") in ALL_THE_SAME:
                continue
            name = path.rpartition("/")[2]
            body, code = OF_STAFF[name]
            tried.add(name)
            for version in (1, 2, 3) if method != "post" else (None,):
                answer = portal.ask(method.upper(), world.filled(path), STAFF, body=body, version=version)
                assert answer.code == code, (method, path, answer.json)
    assert tried == OF_STAFF.keys()
    assert table_items() == before


def test_a_mail_under_way_is_not_sent(portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = (f"member:{world.owner.member_id}", f"certification:{world.owner.certification_id}")
    events = [each for subject in subjects for each in wiring.events().of(subject)]
    messages: list[dict[str, object]] = [
        {"mail": "event", "subject": each.subject, "event_id": each.event_id} for each in events
    ]
    messages.append({"mail": "invoice", "invoice_id": world.names["invoice_id"]})
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    sent: list[object] = []
    monkeypatch.setattr(wiring, "mailer", lambda: SimpleNamespace(send=sent.append))
    records = [
        {"messageId": str(n), "body": json.dumps(each), "attributes": {}} for n, each in enumerate(messages)
    ]
    assert notify.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert sent == []


@pytest.mark.parametrize("done", ["payment", "waiver"])
def test_what_comes_of_an_invoice_after_the_erasure_is_mailed_to_nobody(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, done: str
) -> None:
    """The invoice is kept, and may still be paid: the money is recorded, and there is no address to tell of it."""
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    owner = portal.member()
    invoice_id = portal.post(portal.cycle_path(owner, "invoice"), owner).json["invoice_id"]
    erasure = f"/api/staff/members/{owner.member_id}/erasure"
    assert portal.post(erasure, ADMINISTRATOR).json["state"] == "done"
    body = {"payment": CHEQUE, "waiver": {"reason": "Gone"}}[done]
    assert portal.post(f"/api/staff/invoices/{invoice_id}/{done}", STAFF, body).status < 300
    subject = f"certification:{owner.certification_id}"
    about = [each for each in wiring.events().of(subject) if each.type.startswith(("payment-", "invoice-"))]
    assert about
    sent: list[object] = []
    monkeypatch.setattr(wiring, "mailer", lambda: SimpleNamespace(send=sent.append))
    records = [
        {
            "messageId": each.event_id,
            "body": json.dumps({"mail": "event", "subject": subject, "event_id": each.event_id}),
        }
        for each in about
    ]
    assert notify.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert sent == []


def test_a_report_that_waits_for_a_decision_is_decided_first(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    owner = portal.member()
    made = portal.submitted(owner)
    path = f"/api/staff/members/{owner.member_id}/erasure"
    assert portal.post(path, ADMINISTRATOR).code == "cycle-locked"
    assert portal.accounts.removed == []
    assert portal.decide(owner, made["submission"]["submission_id"], "return").status == 200
    assert portal.post(path, ADMINISTRATOR).json["state"] == "done"
    assert portal.get("/api/staff/reviews", STAFF, query={"state": "returned"}).json["items"] == []


# --- it may break off anywhere ---


class Died(BaseException):
    """The process ended here."""


def changes_of(world: World) -> Iterator[tuple[Any, str]]:
    """What the erasure changes outside, one method each; to end at a read is to end before the next change."""
    yield (aws.dynamodb(), "transact_write_items")
    yield (world.documents, "erase_home")
    yield (world.portal.accounts, "remove")


def breaking(patch: pytest.MonkeyPatch, world: World, at: int, *, after: bool) -> Callable[[], int]:
    """Let the process end before or after the call of this number; gives how many calls there were."""
    made = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            made += 1
            if made == at and not after:
                raise Died
            answer = real(*args, **kwargs)
            if made == at:
                raise Died
            return answer

        return call

    for owner, name in changes_of(world):
        patch.setattr(owner, name, dying(getattr(owner, name)))
    return lambda: made


def kept() -> list[str]:
    """The table but for what differs by run: times, and the history's own events of the erasure."""
    return sorted(
        json.dumps(item, default=str, sort_keys=True)
        for item in table_items()
        if item.get("type") not in ("erasure-begun", "member-erased")
    )


def restored(items: list[dict[str, Any]]) -> None:
    """The table as it was."""
    table = wiring.table()
    now = {(item["PK"], item["SK"]): item for item in table_items()}
    changed = [item for item in items if now.pop((item["PK"], item["SK"]), None) != item]
    writes = [set_item("item", item) for item in changed]
    writes += [remove_item("item", {"PK": partition, "SK": sort}) for partition, sort in now]
    for several in batched(writes, 100, strict=False):
        table.transact(several)


def test_an_erasure_that_ends_at_any_call_is_finished_by_the_next(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = table_items(), dict(world.documents.objects)
    event = portal.event("POST", erasure_of(world), ADMINISTRATOR)
    with monkeypatch.context() as patch:
        count = breaking(patch, world, 0, after=False)
        assert privacy.handler(event, None)["statusCode"] == 200
        total = count()
    golden = kept()
    assert total > 4
    for at in range(1, total + 1):
        for after in (False, True):
            restored(before)
            world.documents.objects |= files
            with monkeypatch.context() as patch:
                breaking(patch, world, at, after=after)
                with pytest.raises(Died):
                    privacy.handler(event, None)
            assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
            assert kept() == golden, (at, after)
            assert world.documents.objects == {}
    again = portal.post(erasure_of(world), ADMINISTRATOR)
    assert (again.json["state"], again.json["deleted"]) == ("done", {})
    assert kept() == golden


# --- a token that outlives the erasure ---

TOLD = {"file_name": "a.pdf", "content_type": "application/pdf", "size": 9, "kind": "evidence", "title": "A"}
CLAIMED = {"activity": "employment", "title": "A", "organization": "B", "started_on": "2027-06-18"}
SOUND: dict[str, Any] = {
    "EntrySession": {"entries": [entry(started_on="2027-06-18", ended_on="2027-06-18")]},
    "EntrySent": entry(started_on="2027-06-18", ended_on="2027-06-18"),
    "SubmissionSent": SIGNING,
    "StandingSent": CLAIMED,
    "DocumentSent": TOLD,
    "EmailSent": {"email": "another@example.org"},
    "NameSent": {"first_name": "A", "last_name": "B"},
    "ProfileSent": PROFILE,
    None: None,
}
"""A body that is fine, by the name of its schema."""

PUBLIC = {"POST /api/stripe/webhook"}


def writing_routes() -> list[tuple[str, str, Any]]:
    """Every route by which a member changes something, with a body that is fine, as the OpenAPI file names them."""
    found = []
    for path, methods in contract.openapi()["paths"].items():
        for method, told in methods.items():
            route = f"{method.upper()} {path}"
            if method == "get" or path.startswith("/api/staff/") or route in PUBLIC:
                continue
            content = told.get("requestBody", {}).get("content", {}).get(contract.JSON)
            name = content["schema"]["$ref"].rpartition("/")[2] if content else None
            found.append((method.upper(), path, SOUND[name]))
    return found


@pytest.mark.parametrize("state", ["begun", "done"])
def test_an_access_token_that_still_lives_changes_nothing(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """However far the erasure came: one that broke off after its first transaction leaves everything to be named."""
    owner = world.owner
    issued = portal.post(portal.cycle_path(owner, "invoice"), owner)
    assert issued.status == 201
    world.names["invoice_id"] = issued.json["invoice_id"]
    pending = portal.post("/api/documents", owner, TOLD).json["document"]
    world.names["document_id"] = pending["document_id"]
    with monkeypatch.context() as patch:
        breaking(patch, world, 1 if state == "begun" else 0, after=True)
        with contextlib.suppress(Died):
            portal.post(erasure_of(world), ADMINISTRATOR)
    assert portal.get(f"/api/staff/members/{owner.member_id}", STAFF).json["erasure"] == state
    before, routes = table_items(), writing_routes()
    assert len(routes) >= 19
    for method, path, body in routes:
        for version in (1, 2, 3) if method != "POST" else (None,):
            answer = portal.ask(method, world.filled(path), owner, body=body, version=version)
            assert answer.code in ("not-found", "certification-lapsed"), (method, path, answer.json)
    assert table_items() == before


def test_what_an_erased_member_asks_for_is_refused_with_the_reason(portal: Portal, world: World) -> None:
    path = portal.cycle_path(world.owner, "invoice")
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    answer = portal.post(path, world.owner)
    assert (answer.code, answer.json["detail"]) == ("not-found", ERASED_DETAIL)


# --- what comes late, and what names them deep down ---


def test_what_is_posted_with_a_form_that_outlives_the_erasure_is_taken_away(
    portal: Portal, world: World
) -> None:
    document_id = portal.post("/api/documents", world.owner, TOLD).json["document"]["document_id"]
    assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
    event = stored(world.documents, document_id)
    record = {"messageId": "1", "body": json.dumps(event)}
    for _ in range(2):
        assert check_document.handler({"Records": [record]}, None) == {"batchItemFailures": []}
        assert world.documents.objects == {}


def note_about(portal: Portal, data: dict[str, Any]) -> None:
    """Something is raised to staff, who note how they looked after it."""
    event_id = f"evt_{new_key()[:8]}"
    raised = Event(event_id, ATTENTION, "attention-raised", "system", "system", clock.now(), data)
    wiring.events().record(raised)
    done = {"note": f"{WORDS['first_name']} telephoned"}
    assert portal.post(f"/api/staff/attention/{event_id}/done", STAFF, done).status == 200


def test_no_note_is_left_however_deep_it_lies_whom_it_is_about(portal: Portal, world: World) -> None:
    """A notice that does not fit, and accounts that differ, which are sentences about several people."""
    owner, stranger = world.owner, portal.member()
    note_about(portal, {"reason": "x", "notice": {"invoice_id": world.names["invoice_id"]}})
    certification = f"IPMA-CP of member {owner.member_id}, {owner.certification_id}"
    program = f"payment pi_1 for invoice pgm_1 (number P-1 of member {owner.member_id.upper()}, Course)"
    other = f"no invoice for cycle 1: IPMA-CP of member {stranger.member_id}, {stranger.certification_id}"
    note_about(portal, {"reason": "x", "findings": [other, f"submitted without an invoice: {certification}"]})
    note_about(portal, {"reason": "x", "findings": [program]})
    given = held_records(portal.get("/api/me/data", owner))["history"]
    told = json.dumps(given)
    assert certification in told
    assert program in told
    assert told.count("telephoned") == 2, "a note that may be about somebody else is not handed out"
    assert stranger.member_id not in told
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    assert personal(world) == []


def test_a_note_about_somebody_else_stays(portal: Portal, world: World) -> None:
    stranger = portal.member()
    note_about(
        portal, {"reason": "x", "notice": {"invoice_id": ids.invoice_id(stranger.certification_id, 1)}}
    )
    note_about(portal, {"reason": "x", "findings": [f"IPMA-CP of member {world.owner.member_id}1, crt_x"]})
    assert portal.post(erasure_of(world), ADMINISTRATOR).status == 200
    assert len([item for item in personal(world) if item["type"] == "attention-done"]) == 2


# --- what is written while the data are erased ---


def test_an_upload_or_a_proposal_under_way_is_refused_where_the_erasure_came_first(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both passed every check before; a document at home with its member, too, who holds two certifications."""
    both = portal.member("IPMA-CP", "IPMA-SCP", first_name="Kanarie", last_name="Zwei")
    for who in (world.owner, both):
        erasure = f"/api/staff/members/{who.member_id}/erasure"

        def erased_first(*args: Any, path: str = erasure, **kwargs: Any) -> Any:
            assert portal.post(path, ADMINISTRATOR).json["state"] == "done"
            return upload_document(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(documents, "upload_document", erased_first)
            answer = portal.post("/api/documents", who, {**TOLD, "title": f"{WORDS['last_name']}'s"})
        assert (answer.code, answer.json["detail"]) == ("not-found", ERASED_DETAIL)
    assert personal(world) == []
    chapter = Chapter("Kanarie Chapter", date(2025, 1, 1), date(2025, 12, 31))
    proposal = propose(world.owner.member_id, RosterMember(WORDS["email"], "Kanarie", ""), chapter)
    with pytest.raises(ChangedMeanwhile):
        wiring.proposals().add(proposal)
    row = {"Email Address": WORDS["email"]}
    monkeypatch.setattr(wiring.proposals(), "holder_of", lambda _: world.owner.member_id)
    report = propose_memberships(wiring.proposals(), chapter, [row], asked_by="s", dry_run=False)
    assert [(each.field, each.detail) for each in report.rejected] == [("Email Address", NOBODY)]
    assert personal(world) == []


def test_a_publication_under_way_is_refused_where_the_erasure_came_first(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passed every check before; else the library would go on showing the name."""
    document = f"/api/staff/documents/{world.names['document_id']}"
    version = portal.get(document, STAFF).json["document"]["version"]
    assert portal.ask("DELETE", f"{document}/publication", STAFF, version=version).status == 204

    def begun(*_: Any) -> Any:
        raise Died

    def erased_first(*args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(Died):
            portal.post(erasure_of(world), ADMINISTRATOR)
        return publish_contribution(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(wiring.personal_data()), "strip", begun)
        patch.setattr(library, "publish_contribution", erased_first)
        answer = portal.post(f"{document}/publication", STAFF)
    assert (answer.code, answer.json["detail"]) == ("not-found", ERASED_DETAIL)
    assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
    assert personal(world) == []


@pytest.mark.parametrize("at", ["the last look", "the delete"])
def test_a_file_that_is_posted_and_looked_at_in_the_midst_of_the_erasure_is_erased_with_what_was_said_of_it(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Its form still lives when its object is gone already, and the verdict leaves an event with its name."""
    told = {**TOLD, "title": "Kanarienurkunde", "file_name": "kanarie.pdf"}
    document_id = portal.post("/api/documents", world.owner, told).json["document"]["document_id"]
    heard: list[Any] = []

    def posted_and_looked_at() -> None:
        event = stored(world.documents, document_id)
        heard.append(
            check_document.handler({"Records": [{"messageId": "1", "body": json.dumps(event)}]}, None)
        )

    table, store = type(wiring.table()), type(wiring.personal_data())
    transact, strip = table.transact, store.strip

    def before_the_delete(self: Any, writes: Any) -> None:
        if not heard and any(each.label.startswith(DELETED) for each in writes):
            posted_and_looked_at()
        transact(self, writes)

    def before_the_last_look(*args: Any) -> Any:
        if not heard:
            posted_and_looked_at()
        return strip(*args)

    if at == "the delete":
        monkeypatch.setattr(table, "transact", before_the_delete)
    else:
        monkeypatch.setattr(store, "strip", before_the_last_look)
    assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
    assert heard == [{"batchItemFailures": []}]
    assert personal(world) == []
    assert world.documents.objects == {}


def test_a_file_that_is_looked_at_while_its_document_goes_is_taken_away(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = portal.post("/api/documents", world.owner, TOLD).json["document"]["document_id"]
    event = stored(world.documents, document_id)

    def erased_meanwhile(*args: Any) -> Any:
        assert portal.post(erasure_of(world), ADMINISTRATOR).json["state"] == "done"
        stored(world.documents, document_id)
        return inspect(*args)

    monkeypatch.setattr(looking, "inspect", erased_meanwhile)
    answer = check_document.handler({"Records": [{"messageId": "1", "body": json.dumps(event)}]}, None)
    assert answer == {"batchItemFailures": []}
    assert world.documents.objects == {}
    assert personal(world) == []


def test_what_two_reports_name_and_the_library_shows_is_erased_once(portal: Portal, world: World) -> None:
    """Each report has its copy, and each copy says where the library shows it."""
    both = portal.member("IPMA-CP", "IPMA-SCP", first_name="Kanarie", last_name="Zwei")
    document_id = replace(world, owner=both).contribution(title="Kanarienordnung")
    for certification_id in both.certification_ids:
        path = f"/api/certifications/{certification_id}/entries"
        assert (
            portal.post(path, both, {"entries": [entry("policy", document_ids=[document_id])]}).status == 201
        )
    portal.points(both, 49)
    made = portal.sign(both).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(both, made["submission"]["submission_id"]).status == 200
    assert portal.post(f"/api/staff/documents/{document_id}/publication", STAFF).status == 201
    assert portal.get("/api/library", STAFF, query={"query": "kanarienordnung"}).json["items"]
    answer = portal.post(f"/api/staff/members/{both.member_id}/erasure", ADMINISTRATOR)
    assert (answer.status, answer.json["state"]) == (200, "done")
    assert portal.get("/api/library", STAFF, query={"query": "kanarienordnung"}).json["items"] == []
