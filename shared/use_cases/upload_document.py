"""A member announces a file: its document is there, pending, before the file itself is uploaded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.certifications import Registration, portal_notice
from shared.domain.documents import (
    MOST_UPLOADED,
    NO_ROOM,
    Document,
    Upload,
    new_document,
    upload_faults,
)
from shared.domain.errors import (
    CertificationLapsed,
    CycleLocked,
    Fault,
    IdempotencyKeyReused,
    InvalidRequest,
    NotCertified,
)
from shared.domain.events import Command, Event, event
from shared.domain.ports import DocumentStore, EventStore, RecertificationStore
from shared.domain.program import Program
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_either
from shared.use_cases.once import once, read


@dataclass(frozen=True, slots=True)
class DocumentHome:
    """Where an upload is at home: with a certification, or with its member when `certification_id` is None.

    `locked` says that nothing open can use it now; `recertification` is there when it was read.
    """

    member_id: str
    program: Program
    certification_id: str | None
    locked: bool
    recertification: Recertification | None = None

    @classmethod
    def with_certification(cls, recertification: Recertification) -> "DocumentHome":
        """The home of what is uploaded for a certification."""
        return cls(
            recertification.certification.member_id,
            recertification.program,
            recertification.certification.certification_id,
            recertification.cycle.locked,
            recertification,
        )

    @classmethod
    def of_member(
        cls, member_id: str, held: Sequence[Registration], program: Program, today: date, door: Door
    ) -> "DocumentHome":
        """The home of what is uploaded for none: the only certification that is held, or the member among several.

        Raises NotCertified, CertificationLapsed (rules 7 to 9).
        """
        usable = [each for each in held if _lets_in(door, each, today)]
        if not usable:
            access, notice = portal_notice(held, program, today)
            raise NotCertified(notice) if access == "not-certified" else CertificationLapsed(notice)
        only = usable[0].certification.certification_id if len(held) == 1 else None
        taken_by = _together([each.program for each in usable])
        return cls(member_id, taken_by, only, all(each.cycle.locked for each in usable))


def _together(programs: Sequence[Program]) -> Program:
    """The first of these, with what any of them takes: a member's cycles may be under different editions, and what is
    uploaded for none may serve any of them."""
    kinds = {kind.code: kind for program in reversed(programs) for kind in program.document_kinds}
    most = max(program.largest_document_bytes for program in programs)
    return replace(programs[0], document_kinds=tuple(kinds.values()), largest_document_bytes=most)


def _lets_in(door: Door, held: Registration, today: date) -> bool:
    try:
        door(Recertification(held.program, held.certification, held.cycle), today)
    except CertificationLapsed:
        return False
    return True


def upload_document(
    documents: DocumentStore,
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    home: DocumentHome,
    upload: Upload,
    *,
    entry_id: str | None,
    scanned: bool,
    door: Door = by_either,
) -> Document:
    """Make the pending document, also for a member by staff; `entry_id` names an entry that it is attached to at once.

    One conditional write, for an item that is created alone is its own event; with an entry one transaction. The same
    key gives the same document, wherever it lies by now. Raises InvalidRequest, CycleLocked, NotFound,
    IdempotencyKeyReused, Unavailable.
    """
    document = new_document(
        upload,
        command,
        member_id=home.member_id,
        certification_id=home.certification_id,
        scanned=scanned,
    )
    refusal = _refusal(documents, home, upload)
    if entry_id is not None and home.recertification is not None:
        return _attach(
            recertifications,
            events,
            documents,
            command,
            home.recertification,
            document,
            entry_id,
            door,
            refusal,
        )
    if refusal is not None:
        known = documents.announced(document)
        if known is None:
            raise refusal
    else:
        known = documents.add(document)
    if known.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused
    return known


def _refusal(
    documents: DocumentStore, home: DocumentHome, upload: Upload
) -> InvalidRequest | CycleLocked | None:
    faults = upload_faults(home.program, upload)
    if home.recertification is not None:
        waiting = len(home.recertification.documents)
    else:
        waiting = documents.waiting(home.member_id, home.certification_id)
    if waiting >= MOST_UPLOADED:
        faults.append(Fault("/certification_id", NO_ROOM))
    if faults:
        return InvalidRequest(tuple(faults))
    if home.locked:
        return CycleLocked(
            "Your report is submitted, so no document can be added to it. If one is missing, write to "
            f"{home.program.contact.email}; a reviewer can return the report to you."
        )
    return None


def _attach(
    recertifications: RecertificationStore,
    events: EventStore,
    documents: DocumentStore,
    command: Command,
    recertification: Recertification,
    document: Document,
    entry_id: str,
    door: Door,
    refusal: InvalidRequest | CycleLocked | None,
) -> Document:
    certification_id = recertification.certification.certification_id

    def perform(attempt: int) -> Document:
        if refusal is not None:  # unless the key was used before
            raise refusal
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        here = {each.document_id: each for each in before.documents}
        known = here.get(document.document_id) or (documents.announced(document) if attempt else None)
        if known is not None and known.fingerprint != command.fingerprint:  # it was announced for no entry
            raise IdempotencyKeyReused
        before = door(before, command.today)
        after = before.attach(document, entry_id, command.today)
        data = {"document_id": document.document_id, "entry_id": entry_id}
        recertifications.save(
            before, after, event(command, f"certification:{certification_id}", "document-attached", data)
        )
        return document

    def again(_: Event) -> Document:
        # where it was deleted since, as it was announced
        return documents.find(document.document_id) or document

    return once(events, command, f"certification:{certification_id}", perform, again)
