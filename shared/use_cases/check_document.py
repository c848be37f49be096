"""What was uploaded is looked into, and what the malware scan says is noted; when all agree, the document is clean."""

from collections.abc import Callable, Sequence

from shared.domain import ids
from shared.domain.document_content import TOO_LARGE, inspect
from shared.domain.documents import Check, Document, Facts, document_subject
from shared.domain.events import Command, Event, EventType, event
from shared.domain.ports import DocumentStore, EventStore, ObjectGone, ObjectStore
from shared.domain.program import Program
from shared.use_cases.once import once

MALWARE = "The malware scan found something in this file. Do not open it; have your computer looked at."
ANOTHER_VERSION = "another-version"
"""What came of a file that was posted beside the one that is checked, or whose document was deleted meanwhile: it is to
be taken away for good, as the bucket would in time take away what lies under it, which is the one that counts."""

NOT_LOOKED_INTO = (
    "We could not look into this file, although we tried several times. Save it anew, or as PDF, and upload that; "
    "write to us if it happens again."
)

NOT_SCANNABLE = "This file cannot be scanned for malware (a password, perhaps). Save it anew and upload that."


def check_content(
    documents: DocumentStore,
    objects: ObjectStore,
    events: EventStore,
    command: Command,
    program: Program,
    document_id: str,
    object_version: str,
    certification_ids: Callable[[str], Sequence[str]],
    *,
    last_try: bool = False,
) -> str:
    """Look into one uploaded version; says in a word what came of it. Done twice it changes nothing.

    Raises what nobody foresaw; a file at which that happens on the last try is rejected first, since its document would
    wait for ever, and is taken away.

    A form lives for five minutes, also when its document was deleted or its member's data were erased meanwhile:
    what is posted with it then belongs to nobody, and is taken away for good.

    `certification_ids` gives what a member holds, for noticing the same file twice: a hint, no refusal.
    """
    document = _found(documents, document_id)
    if document is None:
        objects.remove_version(document_id, object_version)
        return "unknown"
    if not document.awaits("content", object_version):
        return _known(document, object_version)
    most = program.largest_document_bytes
    try:
        data = objects.read(document_id, object_version, most)
    except ObjectGone:
        return "gone"
    try:
        finding = inspect(document.content_type, data, most)
    except Exception:
        if not last_try:
            raise
        why = NOT_LOOKED_INTO
        if _judge(documents, events, command, document, "content", object_version, why, None) == "rejected":
            objects.delete(document_id)
        raise
    size = document.size if finding.reason == TOO_LARGE else len(data)
    others = documents.of_member(document.member_id, certification_ids(document.member_id))
    same = [each for each in others if each.sha256 == finding.sha256 and each.document_id != document_id]
    facts = Facts(finding.sha256, size, same[-1].document_id if same else "")
    return _judge(documents, events, command, document, "content", object_version, finding.reason, facts)


def note_malware_verdict(
    documents: DocumentStore,
    events: EventStore,
    command: Command,
    document_id: str,
    object_version: str,
    reason: str,
) -> str:
    """Note what the malware scan says of one uploaded version: `reason` is empty when it found nothing."""
    document = _found(documents, document_id)
    if document is None or not document.awaits("malware", object_version):
        return _known(document, object_version)
    return _judge(documents, events, command, document, "malware", object_version, reason, None)


def _found(documents: DocumentStore, document_id: str) -> Document | None:
    """The document; it is looked for twice, as it may have moved between its two places."""
    return documents.find(document_id) or documents.find(document_id)


def _known(document: Document | None, object_version: str) -> str:
    """What came of it before: whoever rejected it may have died before its object was deleted. A file whose document is
    gone belongs to nobody."""
    if document is None or document.object_version not in ("", object_version):
        return ANOTHER_VERSION
    return "rejected" if document.status == "rejected" else "nothing-awaited"


def _judge(
    documents: DocumentStore,
    events: EventStore,
    command: Command,
    document: Document,
    check: Check,
    object_version: str,
    reason: str,
    facts: Facts | None,
) -> str:
    subject = document_subject(document)
    key = ids.digest("document-checked", document.document_id, object_version, check)
    keyed = Command(command.caller, command.role, command.now, command.today, key)

    def perform(attempt: int) -> str:
        before = document if attempt == 0 else _found(documents, document.document_id)
        if before is None or not before.awaits(check, object_version):
            return _known(before, object_version)
        after = before.judged(check, object_version, reason, facts)
        data = {
            "document_id": after.document_id,
            "member_id": after.member_id,
            "title": after.title,
            "file_name": after.file_name,
            "status": after.status,
            "reason": after.reason,
        }
        event_type: EventType = "document-rejected" if after.status == "rejected" else "document-checked"
        documents.settle(before, after, event(keyed, subject, event_type, data))
        return after.status

    def again(recorded: Event) -> str:
        return str(recorded.data["status"])

    return once(events, keyed, subject, perform, again)
