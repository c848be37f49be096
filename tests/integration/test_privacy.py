"""A member whose every word is a canary, through every route and every failure: none of it is in a log or an error."""

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import ClientError

from functions.forward_changes.handler import message_about
from shared.adapters import aws
from shared.adapters.failures import Failed
from shared.adapters.http import resolver
from shared.handling import wiring
from shared.repositories import keys
from shared.repositories.table import set_item
from tests.integration import contract
from tests.integration.portal import ADMINISTRATOR, STAFF, TOKEN, Answer, Person, Portal, entry
from tests.integration.world import World, build, stored

OWN_TABLE = True
ROOT = Path(__file__).parents[2]
WORDS = {"first_name": "Zanzibarra", "last_name": "Quixotemann", "email": "zq.canary@kanarie.example"}
PROFILE = {
    "phone": "+1 555 0199 777",
    "employer": "Kanarievogel County",
    "job_title": "Kanarienchefin",
    "address": "77 Canarybird Lane",
    "city": "Canarytown",
}
COOKIE = "kanarienkeks"
CANARIES = [each.lower() for each in (*WORDS.values(), *PROFILE.values(), TOKEN, COOKIE)]
ROUTES = [
    f"{method.upper()} {path}" for path, methods in contract.openapi()["paths"].items() for method in methods
]


def found_in(text: str | bytes) -> list[str]:
    """The canaries that a text holds."""
    read = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return [each for each in CANARIES if each in read.lower()]


class Written:
    """Everything that the functions log, as it would be written, and what is printed beside it: Lambda keeps both."""

    def __init__(self, logged: io.StringIO, captured: pytest.CaptureFixture[str]) -> None:
        self._logged, self._captured = logged, captured
        self._printed = ""

    def getvalue(self) -> str:
        """All of it by now."""
        self._printed += "".join(self._captured.readouterr())
        return self._logged.getvalue() + self._printed


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What is written from here on."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(LambdaPowertoolsFormatter())
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    written = [
        each
        for each in loggers
        if each.name.startswith(("service_undefined", "recertification")) or each is root
    ]
    levels = [each.level for each in written]
    for each in written:
        each.setLevel(logging.INFO)
    root.addHandler(handler)
    yield Written(text, capfd)
    root.removeHandler(handler)
    for each, level in zip(written, levels, strict=True):
        each.setLevel(level)


@pytest.fixture
def world(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> World:
    made = build(portal, monkeypatch, **WORDS)
    version = portal.get("/api/me", made.owner).json["profile"]["version"]
    assert portal.put("/api/me/profile", made.owner, PROFILE, version=version).status == 200
    return made


def everything(portal: Portal, world: World, who: Person | None, **more: Any) -> Iterator[Answer]:
    """Every route asked, with bodies that are wrong and hold what may not be repeated."""
    for route in ROUTES:
        method, path = route.split(" ")
        body = {**WORDS, **PROFILE, "entries": [{**entry(), "quantity": WORDS["email"]}], "signature": WORDS}
        sent: dict[str, Any] = {"headers": {"cookie": f"session={COOKIE}"}}
        if method != "GET":
            sent |= {"body": body, "version": 1}
        yield portal.ask(method, world.filled(path), who, **sent, **more)


def written_in_a_way(way: str, word: str) -> None:
    if way == "a field of a line":
        resolver.logger.info("answered", authorization=f"Bearer {word}")
    elif way == "another logger":
        logging.getLogger("botocore").warning("sent %s", word)
    elif way in ("stdout", "stderr"):
        print(word, file=getattr(sys, way))
    else:
        os.write(int(way), word.encode())


@pytest.mark.parametrize("way", ["a field of a line", "another logger", "stdout", "stderr", "1", "2"])
def test_what_is_written_in_any_way_would_be_seen(log: Written, way: str) -> None:
    written_in_a_way(way, TOKEN)
    assert found_in(log.getvalue()) == [TOKEN]
    written_in_a_way(way, WORDS["email"])
    assert found_in(log.getvalue()) == [WORDS["email"], TOKEN], "what was read before is kept"


def test_everybody_comes_with_a_token_and_a_cookie_that_is_given_by_nobody(
    portal: Portal, world: World
) -> None:
    event = portal.event("GET", "/api/me", world.owner, headers={"cookie": f"session={COOKIE}"})
    assert TOKEN in event["headers"]["authorization"]
    assert COOKIE in event["cookies"][0]
    for answer in everything(portal, world, world.owner):
        assert "set-cookie" not in answer.headers


def test_nothing_personal_is_logged_or_told_in_an_error(portal: Portal, world: World, log: Written) -> None:
    stranger = portal.member()
    told = 0
    for who in (None, stranger, STAFF, ADMINISTRATOR, world.owner):
        for answer in everything(portal, world, who):
            if answer.status >= 400:
                told += 1
                assert found_in(answer.raw) == [], answer.json
    assert told > 150
    written = log.getvalue()
    assert written.count("answered") > 150
    assert found_in(written) == []


def test_not_even_when_storage_fails_and_repeats_what_it_was_given(
    portal: Portal, world: World, log: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = " ".join(CANARIES)

    def fails(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": words}}, "Any")

    client = aws.dynamodb()
    for name in ("query", "get_item", "batch_get_item", "put_item", "transact_write_items", "scan"):
        monkeypatch.setattr(client, name, fails)
    answers = [answer for who in (world.owner, STAFF) for answer in everything(portal, world, who)]
    assert sum(answer.status == 503 for answer in answers) > 60
    assert [found_in(answer.raw) for answer in answers if found_in(answer.raw)] == []
    assert "service_failed" in log.getvalue()
    assert found_in(log.getvalue()) == []


class Failing:
    """Whatever is asked of it fails, with everything about the person in its sentence."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise ValueError(" ".join(CANARIES))

        return fail


BROKEN: dict[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "notify": ("mailer", lambda world: {"mail": "invoice", "invoice_id": world.names["invoice_id"]}),
    "import_members": ("accounts", lambda world: {}),
    "export_data": ("transfer_store", lambda world: world.exports.waiting[0]),
    "issue_invoices": (
        "recertifications",
        lambda world: {"certification_id": world.owner.certification_id, "year": 2030},
    ),
    "take_bounces": ("mail_marks", lambda world: bounced()),
    "check_document": ("documents", lambda world: stored(world.documents, world.names["document_id"])),
    "import_data": ("jobs", lambda world: world.imports.waiting[0]),
}
"""Workers behind queues: what fails of what they use, and the message."""


def bounced() -> dict[str, Any]:
    """What SES tells of a mail that came back, with the address that it went to."""
    mail = {"tags": {"mail": ["m1"]}, "destination": [WORDS["email"]]}
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": WORDS["email"]}]}
    return {"detail": {"eventType": "Bounce", "mail": mail, "bounce": bounce}}


@pytest.mark.parametrize("folder", BROKEN)
def test_not_by_a_worker_either(
    portal: Portal, world: World, log: Written, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    adapter, message = BROKEN[folder]
    body = json.dumps(message(world)) if folder != "import_members" else unmade(world)
    monkeypatch.setattr(wiring, adapter, Failing)
    worker = import_module(f"functions.{folder}.handler")
    answer = worker.handler({"Records": [{"messageId": "m1", "body": body}]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    written = log.getvalue()
    assert '"error":"ValueError"' in written
    assert "test_privacy.py" in written, "where it failed is told"
    assert found_in(written) == []


JOBS = {
    "expire_certifications": "calendar",
    "generate_invoices": "calendar",
    "send_reminders": "calendar",
    "reconcile": "calendar",
    "retire_documents": "recertifications",
    "forward_changes": "mails_queue",
}
"""What is run by the calendar or the table's stream, and the first that fails of what it uses."""


def test_nor_by_a_job_whose_sentence_would_be_written_by_lambda(
    portal: Portal, world: World, log: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    for failures, (folder, adapter) in enumerate(JOBS.items(), start=1):
        job = import_module(f"functions.{folder}.handler")
        told = {"Records": changes()}
        with monkeypatch.context() as patched:
            patched.setattr(wiring, adapter, Failing)
            with pytest.raises(Failed) as raised:
                job.handler(told, None)
        assert str(raised.value) == "ValueError"
        written = log.getvalue()
        assert written.count('"message":"failed"') == failures, folder
        assert "test_privacy.py" in written, "where it failed is told"
        assert found_in(written) == []


def test_every_function_fails_without_words() -> None:
    folders = {each.parent.name for each in (ROOT / "functions").glob("*/handler.py")}
    routes = {each for each in folders if "answer(app" in source_of(each)}
    workers = {
        each
        for each in folders
        if "batchItemFailures" in source_of(each) or "each_message" in source_of(each)
    }
    assert folders == routes | workers | set(JOBS)


def source_of(folder: str) -> str:
    return (ROOT / "functions" / folder / "handler.py").read_text(encoding="utf-8")


def changes() -> list[dict[str, Any]]:
    """Everything that is stored, as the table's stream tells it."""
    table = wiring.table()
    found = table._client.scan(TableName=table._name, ConsistentRead=True)["Items"]
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in found]


def test_nor_by_an_error_that_nobody_foresaw(
    portal: Portal, world: World, log: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda itself writes the sentence of what is raised into the log, and answers 500."""
    monkeypatch.setattr(wiring, "invoices", Failing)
    with pytest.raises(Failed) as raised:
        portal.get("/api/invoices", world.owner)
    assert str(raised.value) == "ValueError"
    written = log.getvalue()
    assert '"message":"failed"' in written
    assert found_in(written) == []


def unmade(world: World) -> str:
    """The owner as a member whose account is still to be made."""
    member = wiring.members().find(world.owner.member_id)
    assert member is not None
    wiring.table().transact(
        [set_item("m", {**wiring.table().get(keys.member(member.member_id)), "login": "asked"})]
    )
    return member.member_id


def test_messages_on_queues_are_ids(portal: Portal, world: World) -> None:
    messages = [message for change in changes() if (message := message_about(change)) is not None]
    assert len(messages) >= 3
    waiting = [messages, portal.queue.sent, world.exports.waiting, world.imports.waiting]
    assert found_in(json.dumps(waiting)) == []


def test_a_stranger_learns_no_more_than_the_name_on_what_is_public(portal: Portal, world: World) -> None:
    stranger = portal.member()
    name = f"{WORDS['first_name']} {WORDS['last_name']}".lower()
    shown = {"GET /api/certificates/{certificate_id}", "GET /api/library"}
    for route in ROUTES:
        method, path = route.split(" ")
        if method == "GET":
            answer = portal.get(world.filled(path), stranger)
            found = set(found_in(answer.raw.lower().replace(name.encode(), b"")))
            assert not found, route
            assert (route in shown) or not found_in(answer.raw), route
