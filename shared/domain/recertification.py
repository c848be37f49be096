"""The recertification of one certification: its current cycle with entries, submission and invoice, and every change
that the rules allow its member (rules 1 to 3 and 7); the signing stands in `signing`, what a reviewer decides in
`reviewing`.

Each change takes the whole as it was read and gives the whole as it shall be; storage writes the difference in one
transaction, on condition that the cycle's version is still the one that was read. Nothing here knows of storage.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from shared.domain import ids
from shared.domain.certifications import (
    Access,
    Certification,
    Cycle,
    ShownState,
    access_on,
    lapse_notice,
    last_day_of_access,
    last_day_to_sign,
    shown_state,
)
from shared.domain.documents import Document
from shared.domain.entries import Claim, Entry, PartialClaim, Window, award, faults_in, named_too_often, plain
from shared.domain.errors import (
    AccruesByItself,
    CertificationLapsed,
    CycleLocked,
    Fault,
    InvalidRequest,
    NotFound,
    PointsComplete,
    VersionConflict,
)
from shared.domain.invoices import Invoice
from shared.domain.program import Program
from shared.domain.room import (
    attach_without_room,
    edit_without_room,
    session_without_room,
    standing_without_room,
)
from shared.domain.rules.claims import Period
from shared.domain.rules.cycles import first_day_to_renew, last_day_to_earn
from shared.domain.rules.ledger import Ledger, Line, ledger
from shared.domain.standing import (
    StandingClaim,
    accruals,
    claim_among,
    merged,
    require_version,
    standing_faults,
)
from shared.domain.submissions import (
    Submission,
)


@dataclass(frozen=True)
class Recertification:
    """One certification's current cycle and all that belongs to it, under the program of the cycle's edition.

    `late_fee` is the invoice of a reinstatement application's late fee, `earned_until` the last day of its window.
    `reachable` are documents of the same member that are at home elsewhere: an entry that names one brings it in.
    `standing` claims accrue by themselves; what they have accrued is stored with the next change. `moving` are
    documents of the cycle before that are on their way to the archive: they belong to nothing here.
    """

    program: Program
    certification: Certification
    cycle: Cycle
    entries: tuple[Entry, ...] = ()
    documents: tuple[Document, ...] = ()
    submission: Submission | None = None
    invoice: Invoice | None = None
    late_fee: Invoice | None = None
    earned_until: date | None = None
    reachable: tuple[Document, ...] = ()
    standing: tuple[StandingClaim, ...] = ()
    moving: tuple[Document, ...] = ()

    @cached_property
    def ledger(self) -> Ledger:
        """The cycle's entries under its edition: each point explained."""
        return self.ledger_of(self.entries)

    def ledger_of(
        self, entries: Iterable[Entry], reduced: Mapping[str, tuple[Decimal, str]] | None = None
    ) -> Ledger:
        """The ledger of these entries in this cycle; `reduced` are a reviewer's smaller numbers, with the reason.

        Whether a day is within the cycle was checked when it was entered, and is when it is signed.
        """
        cycle = self.cycle
        period = Period(cycle.starts_on, cycle.ends_on, self.certification.designation, cycle.carried_in)
        return ledger(self.program, period, entries, cycle.ends_on, reduced)

    def line(self, entry: Entry) -> Line:
        """An entry's line in the ledger; for one that is no longer there, the line it would have by itself."""
        try:
            return self.ledger.line(entry.entry_id)
        except KeyError:
            return self.ledger_of([entry]).line(entry.entry_id)

    @property
    def met(self) -> bool:
        """Whether the required points and every minimum are reached."""
        return not self.points_missing and not self.ledger.unmet

    @property
    def points_required(self) -> Decimal:
        """The points that the cycle's edition asks for."""
        return self.program.required_for(self.certification.designation)

    @property
    def points_missing(self) -> Decimal:
        """What is still missing to the required points, never below 0."""
        return max(Decimal(0), self.points_required - self.cycle.points_total)

    @property
    def points_by_category(self) -> dict[str, Decimal]:
        """The counted points of each category of the point table that has any, in the table's order."""
        return dict(self.ledger.by_category)

    @property
    def accruing(self) -> tuple[StandingClaim, ...]:
        """The standing claims that entries of the cycle come of."""
        made = {entry.standing_id for entry in self.entries}
        return tuple(claim for claim in self.standing if claim.standing_id in made)

    @property
    def missing_documents(self) -> tuple[str, ...]:
        """The ids of the entries whose activity needs a document and that have none that is clean (rule 3)."""
        clean = {document.document_id for document in self.documents if document.status == "clean"}
        needing = {activity.code for activity in self.program.activities if activity.requires_document}
        return tuple(
            entry.entry_id
            for entry in self.entries
            if entry.claim.activity in needing and clean.isdisjoint(entry.claim.document_ids)
        )

    @property
    def signable_from(self) -> date | None:
        """The first day on which the cycle may be signed (rule 3, and the edition's time to renew early); None: any."""
        rules, cycle = self.program.cycle_rules, self.cycle
        if rules.early is None:
            return cycle.signable_from
        early = first_day_to_renew(rules, cycle.starts_on, cycle.ends_on)
        return early if cycle.signable_from is None else max(early, cycle.signable_from)

    def accrued(self, today: date) -> "Recertification":
        """The same with what standing claims have accrued by a day; a submitted cycle stays as it was signed."""
        if self.cycle.locked or not (self.standing or any(entry.standing_id for entry in self.entries)):
            return self
        designation = self.certification.designation
        due = accruals(self.program, self.cycle, designation, self.standing, today)
        entries = merged(self.entries, due)
        if entries == self.entries:
            return self
        return _counted(self, entries)

    def with_standing(
        self, claims: tuple[StandingClaim, ...], today: date, seen: tuple[str, str] | None = None
    ) -> "Recertification":
        """The same with other standing claims, and with what they have accrued; `seen` is the id and the version of
        the one that is changed or taken out.

        A new one is a session (rule 1), and one that is changed is as an entry that is edited (rule 2): from the
        required points on nothing is added that way. What accrues as time goes by may go past them. Raises
        InvalidRequest, CycleLocked, VersionConflict, PointsComplete.
        """
        others = [claim for claim in claims if claim not in self.standing]
        faults = [
            fault
            for claim in others
            for fault in standing_faults(
                self.program, claim.activity, claim.started_on, claim.ended_on, today
            )
        ]
        faults += standing_without_room(self, claims)
        if faults:
            raise InvalidRequest(tuple(faults))
        self.require_unlocked()
        if seen is not None:
            standing_id, version = seen
            require_version(claim_among(self.standing, standing_id), version)
        before, after = self.accrued(today), replace(self, standing=claims).accrued(today)
        known = {claim.standing_id for claim in self.standing}
        for claim in others:
            if claim.standing_id not in known:
                before.require_room_beside(claim, "Delete an entry first if you want to enter this one.")
            elif after.accrued_of(claim) > before.accrued_of(claim):
                before.require_room_beside(
                    claim, "This can be shortened or deleted, but not made to earn more."
                )
        return replace(after, cycle=replace(after.cycle, version=self.cycle.version + 1))

    def accrued_of(self, claim: StandingClaim) -> Decimal:
        """The points of the entries that a standing claim has made."""
        return sum(
            (each.points for each in self.entries if each.standing_id == claim.standing_id), Decimal(0)
        )

    def require_room_beside(self, claim: StandingClaim, advice: str) -> None:
        """Refuse a standing claim when the required points are reached without what it makes. Raises PointsComplete."""
        without = self.ledger_of(each for each in self.entries if each.standing_id != claim.standing_id)
        self._require_incomplete(without, advice)

    def access(self, today: date) -> Access:
        """Whether the portal is open for this certification on that day (rule 7)."""
        return access_on(today, self.certification, self.cycle, self.program)

    @property
    def sign_by(self) -> date | None:
        """The last day on which the report can be signed, or could be before it lapsed; None while one waits."""
        return last_day_to_sign(self.certification, self.cycle, self.program)

    def state(self, today: date) -> ShownState:
        """The state of the cycle as it is shown."""
        return shown_state(self.cycle, self.access(today), met=self.met)

    def entry(self, entry_id: str) -> Entry:
        """The entry with this id. Raises NotFound."""
        for entry in self.entries:
            if entry.entry_id == entry_id:
                return entry
        raise NotFound("There is no such entry in this cycle.")

    def require_open(self, today: date) -> None:
        """Refuse what only an open portal allows. Raises CertificationLapsed, saying what to do (rules 7 and 8)."""
        if self.access(today) == "lapsed":
            raise CertificationLapsed(lapse_notice(self.certification, self.cycle, self.program))

    def require_unlocked(self) -> None:
        """Refuse any change of a submitted cycle. Raises CycleLocked (rule 3)."""
        if self.cycle.locked:
            raise CycleLocked(
                "Your report is submitted and can no longer be changed. If something in it is wrong, write to "
                f"{self.program.contact.email}; a reviewer can return it to you."
            )

    @property
    def last_day_to_earn(self) -> date:
        """The last day of the window in which points of this cycle are earned; its first is the cycle's."""
        return self.earned_until or last_day_to_earn(self.program.cycle_rules, self.cycle.ends_on)

    @property
    def outside(self) -> tuple[Entry, ...]:
        """The entries with a day that is not in the window: it was another when they were entered.

        Those that accrue by themselves follow the window.
        """
        first, last = self.cycle.starts_on, self.last_day_to_earn
        return tuple(
            entry
            for entry in self.entries
            if not entry.standing_id and (entry.claim.started_on < first or entry.claim.ended_on > last)
        )

    def faults(self, claim: PartialClaim, today: date, pointer: str) -> list[Fault]:
        """What the rules find wrong with a claim for this cycle, as far as its fields can be read."""
        window = Window(self.cycle.starts_on, self.last_day_to_earn, today)
        documents = {document.document_id for document in (*self.documents, *self.reachable)}
        return faults_in(claim, self.program, window, documents, pointer)

    def unknown_documents(self, document_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the ids that name no document of this certification: they may be at home elsewhere (rule 10)."""
        known = {document.document_id for document in self.documents}
        return tuple(dict.fromkeys(each for each in document_ids if each not in known))

    def attach(self, document: Document, entry_id: str, today: date) -> "Recertification":
        """The cycle with a new document that an entry names, also one that accrued by itself.

        Raises NotFound, CycleLocked, InvalidRequest.
        """
        self = self.accrued(today)  # noqa: PLW0642
        old = self.entry(entry_id)
        self.require_unlocked()
        if faults := attach_without_room(self, old.claim, document.document_id):
            raise InvalidRequest(tuple(faults))
        claim = replace(old.claim, document_ids=(*old.claim.document_ids, document.document_id))
        new = replace(old, claim=claim, version=old.version + 1)
        entries = tuple(new if entry is old else entry for entry in self.entries)
        return replace(self._with_entries(entries), documents=(*self.documents, document))

    def names(self, document_id: str) -> bool:
        """Whether an entry of the cycle names the document."""
        return any(document_id in entry.claim.document_ids for entry in self.entries)

    def without_document(self, document_id: str) -> "Recertification":
        """The cycle without a document: entries that named it name it no more. Raises CycleLocked if one needs it."""
        if self.names(document_id):
            self.require_unlocked()
        entries = tuple(_detached(entry, document_id) for entry in self.entries)
        documents = tuple(each for each in self.documents if each.document_id != document_id)
        return replace(self._with_entries(entries), documents=documents)

    def accept(
        self,
        claims: Collection[Claim],
        *,
        session_key: str,
        by: str,
        now: datetime,
        today: date,
        on_paper: bool = False,
    ) -> "Recertification":
        """Take an entering session whole: the one that reaches the required points may carry the total past them.

        Rule 1: while what is required is not reached **before** the session it is accepted; afterwards every session
        is refused, unless the edition keeps tracking. `on_paper` marks what staff enter. Raises InvalidRequest,
        CycleLocked, PointsComplete.
        """
        rows = [(f"/entries/{row}", claim) for row, claim in enumerate(claims)]
        faults = [fault for at, claim in rows for fault in self.faults(_readable(claim), today, at)]
        faults += named_too_often(self.entries, rows)
        faults += session_without_room(self, rows)
        if faults:
            raise InvalidRequest(tuple(faults))
        self.require_unlocked()
        self = self.accrued(today)  # noqa: PLW0642 (what accrued counts before the session does)
        self._require_incomplete(self.ledger, "Delete an entry first if you want to enter another.")
        logged = self.entries_of(claims, session_key=session_key, by=by, now=now, on_paper=on_paper)
        return self._with_entries((*self.entries, *logged))

    def entries_of(
        self,
        claims: Collection[Claim],
        *,
        session_key: str,
        by: str,
        now: datetime,
        on_paper: bool = False,
    ) -> tuple[Entry, ...]:
        """The entries that a session of sound claims makes; their ids are those of the session and its rows."""
        return tuple(
            self._entry(claim, ids.entry_id(session_key, row), by=by, now=now, on_paper=on_paper)
            for row, claim in enumerate(claims)
        )

    def edit(
        self, entry_id: str, claim: Claim, *, version: str, by: str, now: datetime, today: date
    ) -> "Recertification":
        """Replace an entry. Rule 2: it may raise the points only if the total without the old entry is too low.

        Who said it, and whether on paper, stays where nothing changes but the documents.
        Of one that accrued by itself only the documents change; the rest is its standing claim's to say. Raises
        NotFound, InvalidRequest, CycleLocked, AccruesByItself, VersionConflict, PointsComplete.
        """
        self = self.accrued(today)  # noqa: PLW0642
        old = self.entry(entry_id)
        faults = self.faults(_readable(claim), today, "")
        faults += named_too_often([entry for entry in self.entries if entry is not old], [("", claim)])
        faults += edit_without_room(self, old.claim, claim)
        if faults:
            raise InvalidRequest(tuple(faults))
        self.require_unlocked()
        if replace(claim, document_ids=old.claim.document_ids, unit="") != replace(old.claim, unit=""):
            _require_entered(old)
        _require_version(old, version)
        made = self._entry(claim, entry_id, by=by, now=old.logged_at)
        if replace(claim, document_ids=old.claim.document_ids) == old.claim:
            made = replace(made, logged_by=old.logged_by, on_paper=old.on_paper)
        new = replace(made, version=old.version + 1, standing_id=old.standing_id)
        if new.points > old.points:
            without = self.ledger_of(entry for entry in self.entries if entry is not old)
            self._require_incomplete(without, "This entry can be lowered or deleted, but not raised.")
        return self._with_entries(tuple(new if entry is old else entry for entry in self.entries))

    def delete(self, entry_id: str, *, version: str) -> "Recertification":
        """Remove an entry; below the required points entering is open again (rule 2).

        Raises NotFound, CycleLocked, AccruesByItself, VersionConflict.
        """
        old = self.entry(entry_id)
        self.require_unlocked()
        _require_entered(old)
        _require_version(old, version)
        return self._with_entries(tuple(entry for entry in self.entries if entry is not old))

    def lapse(self) -> "Recertification":
        """The certification terminated because its last day is over (rule 7); that it is, the caller has checked."""
        certification = replace(
            self.certification,
            status="terminated",
            terminated_reason="lapsed",
            open_until=last_day_of_access(self.certification, self.cycle, self.program),
            version=self.certification.version + 1,
        )
        return replace(self, certification=certification)

    def _entry(self, claim: Claim, entry_id: str, *, by: str, now: datetime, on_paper: bool = False) -> Entry:
        points = award(self.program, claim, self.certification.designation)
        return Entry(entry_id, claim, points, logged_at=now, logged_by=by, on_paper=on_paper)

    def _with_entries(self, entries: tuple[Entry, ...]) -> "Recertification":
        named = {document_id for entry in entries for document_id in entry.claim.document_ids}
        brought_in = tuple(
            document.shown_in(self.certification.certification_id)
            for document in self.reachable
            if document.document_id in named
        )
        cycle = replace(self.cycle, version=self.cycle.version + 1)
        after = replace(self, cycle=cycle, documents=(*self.documents, *brought_in), reachable=())
        return _counted(after, entries)

    def _require_incomplete(self, counted: Ledger, advice: str) -> None:
        if not counted.takes_more:
            raise PointsComplete(
                f"You already have {plain(self.cycle.points_total)} of {plain(self.points_required)} points, "
                f"so nothing more can be added. {advice}",
                self.cycle.points_total,
                self.points_required,
            )


def _counted(before: Recertification, entries: tuple[Entry, ...]) -> Recertification:
    """The same with other entries and their total.

    Its ledger is the one that gave the total, which is all that changes besides and which no ledger looks at: to count
    again would take half a millisecond at 30 entries.
    """
    found = before.ledger_of(entries)
    cycle = replace(before.cycle, points_total=found.total)
    counted = replace(before, entries=entries, cycle=cycle)
    vars(counted)["ledger"] = found
    return counted


def _detached(entry: Entry, document_id: str) -> Entry:
    if document_id not in entry.claim.document_ids:
        return entry
    kept = tuple(each for each in entry.claim.document_ids if each != document_id)
    return replace(entry, claim=replace(entry.claim, document_ids=kept), version=entry.version + 1)


def _require_entered(entry: Entry) -> None:
    if entry.standing_id:
        raise AccruesByItself(
            "This entry accrues by itself. Change or delete the standing claim that it comes from."
        )


def _require_version(entry: Entry, version: str) -> None:
    if version != str(entry.version):
        raise VersionConflict(
            "This entry was changed elsewhere since you opened it. Compare the two versions and save again."
        )


def _readable(claim: Claim) -> PartialClaim:
    return PartialClaim(
        claim.activity,
        claim.quantity,
        claim.started_on,
        claim.ended_on,
        claim.document_ids,
        claim.unit,
        claim.relevant_percent,
    )
