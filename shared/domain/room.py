"""Room: how much one cycle can hold, so that what is accepted can always be signed, decided on and put away.

What was signed is kept in one piece, and so are a decision and the entries of a cycle that lapsed: 400 kB each. The
bounds are looked at when something is entered or made longer, never when it is taken out or made shorter.
"""

from collections.abc import Collection, Sequence
from json.encoder import encode_basestring as as_signed
from typing import Protocol

from shared.domain.certifications import Cycle
from shared.domain.documents import MOST_DOCUMENTS, MOST_UPLOADED, NO_ROOM, Document
from shared.domain.entries import Claim, Entry
from shared.domain.errors import Fault
from shared.domain.program import Program
from shared.domain.standing import MOST_STANDING, StandingClaim
from shared.domain.submissions import Decision

MOST_ENTRIES = 200
"""How many entries of a cycle are entered; what accrues by itself comes on top."""

MOST_HELD = 300_000
"""The most bytes of a cycle's entries together, as they are signed."""

MOST_SIGNED = 390_000
"""The most bytes of a signed text: the entries, the name, and the agreement, which JSON can make twice as long."""

MOST_DECIDED = 50_000
"""The most characters of a decision's comments and reasons together, each of up to four bytes; ids come on top."""

AROUND = 560
"""The bytes of an entry beside its words: names, days, numbers, ids."""

BESIDE_ID, QUOTES = len('"",'), len('""')

FULL = (
    f"A cycle takes {MOST_ENTRIES} entries at most. Put several of one kind into one, or delete some first."
)
TOO_LONG = (
    f"The entries of this cycle are longer together than a report can be ({MOST_HELD // 1000} kB, with all that "
    "accrues by itself). Shorten titles or notes, or name fewer documents."
)


class Holding(Protocol):
    """A cycle with what it holds."""

    @property
    def program(self) -> Program: ...
    @property
    def cycle(self) -> Cycle: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def documents(self) -> tuple[Document, ...]: ...
    @property
    def reachable(self) -> tuple[Document, ...]: ...
    @property
    def standing(self) -> tuple[StandingClaim, ...]: ...


def held(found: Holding, standing: Collection[StandingClaim]) -> int:
    """The bytes that a cycle's entries come to as they are signed, with all that these standing claims can accrue."""
    accrued = [name for entry in found.entries if entry.standing_id for name in entry.claim.document_ids]
    size = size_of([entry.claim for entry in found.entries if not entry.standing_id])
    size += len("".join(accrued)) + BESIDE_ID * len(accrued)
    if standing:
        words = [f"{each.activity}{each.title}{each.organization}{each.notes}" for each in standing]
        each_year = len(as_signed("".join(words)).encode()) - QUOTES + AROUND * len(standing)
        size += each_year * years_of_accruing(found.program, found.cycle)
    return size


def size_of(claims: Collection[Claim]) -> int:
    """The bytes of claims as they are signed; a quote or a line break is two."""
    names = [name for claim in claims for name in claim.document_ids]
    words = [f"{each.activity}{each.unit}{each.title}{each.organization}{each.notes}" for each in claims]
    in_all = "".join((*words, *names))
    return len(as_signed(in_all).encode()) - QUOTES + BESIDE_ID * len(names) + AROUND * len(claims)


def years_of_accruing(program: Program, cycle: Cycle) -> int:
    """How many entries a standing claim can make in the cycle, or in the next, to which it goes on.

    The longest cycle follows one that was signed at its beginning, and a first one can be a year longer than others.
    """
    return max(cycle.ends_on.year - cycle.starts_on.year, 2 * program.cycle_years) + 1


def session_without_room(found: Holding, rows: Sequence[tuple[str, Claim]]) -> list[Fault]:
    """What of a session finds no room: its first entry too many, documents from elsewhere; each row with where it
    stands."""
    faults = documents_without_room(found, rows)
    entered = len([entry for entry in found.entries if not entry.standing_id])
    if entered + len(rows) > MOST_ENTRIES:
        pointer, _ = rows[max(0, MOST_ENTRIES - entered)]
        return [*faults, Fault(f"{pointer}/title", FULL)]
    room = MOST_HELD - held(found, found.standing)
    if size_of([claim for _, claim in rows]) > room:
        pointer = next(
            at for row, (at, _) in enumerate(rows) if size_of([claim for _, claim in rows[: row + 1]]) > room
        )
        faults.append(Fault(f"{pointer}/title", TOO_LONG))
    return faults


def edit_without_room(found: Holding, old: Claim, new: Claim) -> list[Fault]:
    """What of an entry that is changed finds no room."""
    more = size_of([new]) - size_of([old])
    field = "/title" if len(new.document_ids) <= len(old.document_ids) else "/document_ids"
    return [*documents_without_room(found, [("", new)]), *_too_long(found, more, field)]


def attach_without_room(found: Holding, old: Claim, document_id: str) -> list[Fault]:
    """Why a new document finds no room with an entry, or in the cycle."""
    if len(old.document_ids) >= MOST_DOCUMENTS:
        detail = f"This entry has {MOST_DOCUMENTS} documents already. Take one out first."
        return [Fault("/entry_id", detail)]
    if len(found.documents) >= MOST_UPLOADED:
        return [Fault("/certification_id", NO_ROOM)]
    return _too_long(found, len(document_id) + BESIDE_ID, "/entry_id")


def standing_without_room(found: Holding, claims: Collection[StandingClaim]) -> list[Fault]:
    """Why standing claims find no room in place of those that are there."""
    if len(claims) > max(MOST_STANDING, len(found.standing)):
        return [Fault("/activity", f"There are {MOST_STANDING} standing claims already.")]
    before, after = held(found, found.standing), held(found, claims)
    return [Fault("/title", TOO_LONG)] if after > max(MOST_HELD, before) else []


def decision_too_long(decision: Decision) -> list[Fault]:
    """What is wrong with a decision of more words than are kept in one piece."""
    adjusted = [each.reason for each in decision.entry_adjustments.values()]
    said = sum(map(len, (decision.comment, *decision.entry_comments.values(), *adjusted)))
    if said <= MOST_DECIDED:
        return []
    detail = (
        f"The comments and reasons of a decision have {MOST_DECIDED:,} characters together at most, these have "
        f"{said:,}. Shorten some, or say here what is common to many."
    )
    return [Fault("/comment", detail)]


def documents_without_room(found: Holding, rows: Sequence[tuple[str, Claim]]) -> list[Fault]:
    """Documents from elsewhere that find no room here; each claim with where it stands."""
    here = {document.document_id for document in found.documents}
    elsewhere = {document.document_id for document in found.reachable}
    faults = []
    for pointer, claim in rows:
        for index, document_id in enumerate(claim.document_ids):
            if document_id in elsewhere - here:
                here.add(document_id)
                if len(here) > MOST_UPLOADED:
                    faults.append(Fault(f"{pointer}/document_ids/{index}", NO_ROOM))
    return faults


def _too_long(found: Holding, more: int, pointer: str) -> list[Fault]:
    """What is wrong with so many bytes more."""
    is_too_long = more > 0 and held(found, found.standing) + more > MOST_HELD
    return [Fault(pointer, TOO_LONG)] if is_too_long else []
