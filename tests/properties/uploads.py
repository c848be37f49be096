"""What members upload, what the checks say of it, and what staff enter from paper, while everything else goes on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.domain.documents import Upload
from shared.domain.errors import NotFound
from shared.domain.events import Command
from shared.domain.reinstatement import by_either
from shared.use_cases.check_document import ANOTHER_VERSION, MALWARE, check_content, note_malware_verdict
from shared.use_cases.delete_document import delete_document
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.log_entries import log_entries
from shared.use_cases.upload_document import DocumentHome, upload_document
from tests import files
from tests.properties.people import (
    MEMBER,
    STAFF,
    SYSTEM,
    Make,
    an_entry,
    read,
    some_claims,
    take_out,
    told_of,
)
from tests.properties.world import Request, World
from tests.unit.domain.builders import CERTIFICATION_ID, PROGRAM, claim

SOUND, NO_PICTURE, INFECTED = files.PNG, b"no picture", files.PNG + b"malware"


def upload(world: World) -> Request:
    """A member announces a file, for an entry or for none, and posts it once the form is there; some post twice."""
    named = [entry.entry_id for entry in world.found.entries]
    return _upload(world, world.chance.choice([None, *named, *world.found.missing_documents]))


def _upload(world: World, entry_id: str | None) -> Request:
    sent = Upload(
        "policy.png", "image/png", len(SOUND), world.chance.choice(["policy", "evidence"]), "Policy"
    )
    contents = world.chance.choices(
        [SOUND, NO_PICTURE, INFECTED], [8, 1, 1], k=world.chance.choice([1, 1, 2])
    )

    def run(world: World, command: Command) -> Any:
        found = by_either(read(world), command.today)
        home = DocumentHome.with_certification(found)
        return upload_document(
            world.documents,
            world.recertifications,
            world.events,
            command,
            home,
            sent,
            entry_id=entry_id,
            scanned=world.scanned,
        )

    def done(made: Any) -> None:
        world.acknowledged_documents.add(made.document_id)
        for content in contents if made.awaits_file else []:
            world.files.post(made.document_id, content)

    gate = frozenset({"certification-lapsed", "not-found"})
    return Request("upload", run, world.command(MEMBER, "member"), done, gate=gate)


def look(world: World) -> Request | None:
    """One look into a posted file, by us or by the malware scan; it waits on until it is through."""
    if not world.files.waiting:
        return None
    check, document_id, version = waiting = world.chance.choice(world.files.waiting)

    def run(world: World, command: Command) -> Any:
        if check == "malware":
            posted = world.files.posted.get(document_id, {})
            reason = MALWARE if posted.get(version) == INFECTED else ""
            outcome = note_malware_verdict(
                world.documents, world.events, command, document_id, version, reason
            )
            return taken_away(world, outcome)
        outcome = check_content(
            world.documents,
            world.files,
            world.events,
            command,
            PROGRAM,
            document_id,
            version,
            lambda _: [CERTIFICATION_ID],
        )
        return taken_away(world, outcome)

    def taken_away(world: World, outcome: str) -> str:
        if outcome == ANOTHER_VERSION:
            world.files.remove_version(document_id, version)
        return outcome

    def done(_: Any) -> None:
        if waiting in world.files.waiting:
            world.files.waiting.remove(waiting)

    return Request(f"look at {check}", run, world.command(SYSTEM, "system"), done)


def delete_a_document(world: World) -> Request | None:
    """Any that was ever told of, or that the dashboard shows, at the version there."""
    shown = {each.document_id: each.version for each in world.found.documents}
    known = sorted(world.acknowledged_documents | shown.keys())
    if not known:
        return None
    document_id = world.chance.choice(known)

    def run(world: World, command: Command) -> Any:
        document = world.documents.find(document_id)
        if document is None:
            raise NotFound
        found = by_either(read(world), command.today)
        delete_document(
            world.documents,
            world.recertifications,
            world.files,
            world.events,
            command,
            document,
            [found],
            str(shown.get(document_id, 2)),
        )

    gate = frozenset({"certification-lapsed", "not-found"})
    return Request("delete a document", run, world.command(MEMBER, "member"), keyed=False, gate=gate)


def contribute(world: World) -> Request:
    """A session with something that needs its document, which may be named, or come later."""
    day = some_claims(world)[0].started_on
    claims = [
        claim("policy", document_ids=some_documents(world), started_on=day, ended_on=day),
        *some_claims(world),
    ]

    def run(world: World, command: Command) -> Any:
        return log_entries(world.recertifications, world.events, command, read(world), claims)

    return Request("contribute", run, world.command(MEMBER, "member"), told_of(world))


def some_documents(world: World) -> tuple[str, ...]:
    """Ids of documents as the dashboard shows them now."""
    shown: Sequence[str] = [each.document_id for each in world.found.documents]
    return tuple(world.chance.sample(shown, min(len(shown), world.chance.choice([0, 1, 1, 2]))))


def attach(world: World) -> Request | None:
    """An entry is edited to name other documents."""
    entry = an_entry(world)
    if entry is None:
        return None
    changed = replace(entry.claim, document_ids=some_documents(world))

    def run(world: World, command: Command) -> Any:
        version = str(entry.version)
        found = read(world)
        return edit_entry(
            world.recertifications, world.events, command, found, entry.entry_id, changed, version
        )

    return Request("attach", run, world.command(MEMBER, "member"), keyed=False)


def enter_from_paper(world: World) -> Request:
    """Staff enter what a member sent on paper."""
    claims = some_claims(world)

    def run(world: World, command: Command) -> Any:
        return log_entries(world.recertifications, world.events, command, read(world), claims)

    return Request("enter from paper", run, world.command(STAFF, "staff"), told_of(world))


def with_documents(world: World) -> Make | None:
    """What a member whose report rests on documents does next; None where it is something else's turn."""
    found, chance = world.found, world.chance
    if found.access(world.now.date()) == "lapsed" or chance.random() < 0.5:
        return None
    if found.cycle.locked:
        return delete_a_document if found.documents and chance.random() < 0.2 else None
    if world.files.waiting:
        return look
    if found.missing_documents:
        wanted = chance.choice(found.missing_documents)
        return chance.choice([lambda world: _upload(world, wanted), attach, take_out])
    return chance.choice([contribute, upload]) if found.points_missing else None


PAPERS: tuple[tuple[int, Make], ...] = (
    (3, upload),
    (5, look),
    (2, delete_a_document),
    (3, contribute),
    (1, attach),
    (1, enter_from_paper),
)
