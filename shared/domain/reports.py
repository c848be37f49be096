"""The Recertification Report: a cycle's entries with their points and documents, what they add up to, and its signing.

For a signed cycle it is made of the record of the signing, word for word, whatever changed since.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.domain import ids
from shared.domain.certifications import Certification, Cycle, ShownState
from shared.domain.documents import Document
from shared.domain.entries import Claim, Entry
from shared.domain.program import Activity, Agreement, Program
from shared.domain.recertification import Recertification
from shared.domain.rules.claims import CARRIED_IN
from shared.domain.rules.ledger import Ledger, Line
from shared.domain.submissions import Adjustment, SignedRecord, Submission


@dataclass(frozen=True, slots=True)
class ArchivedCycle:
    """A closed cycle with the signing that closed it, as far as it had one in the portal.

    `entries` are those of a cycle that lapsed and was closed by a reinstatement: nobody signed them. `documents` are
    all that lie in the archive, of other cycles too.
    """

    cycle: Cycle
    submission: Submission | None
    record: SignedRecord | None
    entries: tuple[Entry, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One entry of a report with its row of the point table, its line of the ledger, its documents and a reviewer's
    adjustment; `gone` are the ids of documents that it names and that are no longer kept."""

    entry: Entry
    activity: Activity
    counted: Line
    documents: tuple[Document, ...]
    gone: tuple[str, ...]
    adjustment: Adjustment | None

    @property
    def points(self) -> Decimal:
        """The points that count."""
        return self.counted.counted

    @property
    def explanation(self) -> str:
        """Why it counts as it does."""
        return self.counted.explanation


@dataclass(frozen=True, slots=True)
class Report:
    """A cycle as it is printed: `agreement` is what was signed, or what is to be signed."""

    program: Program
    certification: Certification
    member_name: str
    cycle: Cycle
    state: ShownState
    lines: tuple[ReportLine, ...]
    ledger: Ledger
    submission: Submission | None
    agreement: Agreement

    @property
    def designation_title(self) -> str:
        """The designation's full name; its code where the edition no longer knows it."""
        code = self.certification.designation
        return next((each.title for each in self.program.designations if each.code == code), code)

    @property
    def points_total(self) -> Decimal:
        """The sum of the points that count."""
        return self.ledger.total

    @property
    def points_missing(self) -> Decimal:
        """What is missing to the required points, never below 0."""
        return self.ledger.points_missing

    @property
    def points_by_category(self) -> dict[str, Decimal]:
        """The points of each category that has entries, in the point table's order."""
        totals = {line.activity.category: Decimal(0) for line in self.lines}
        return totals | dict(self.ledger.by_category)

    @property
    def carried_in(self) -> tuple[Line, ...]:
        """What came over from the cycle before, which no entry claims: lines of the ledger too."""
        return tuple(line for line in self.ledger.lines if line.entry_id.startswith(CARRIED_IN))

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document that an entry names, once, in the order of the entries."""
        named = {each.document_id: each for line in self.lines for each in line.documents}
        return tuple(named.values())

    @property
    def documents_gone(self) -> int:
        """How many documents the entries name that are no longer kept."""
        return len({document_id for line in self.lines for document_id in line.gone})


def report_of(
    recertification: Recertification, record: SignedRecord | None, agreement: Agreement, today: date
) -> Report:
    """The report of the current cycle; `record` is that of its signing, where it is signed and not returned, and
    `agreement` the one to be signed where it is not."""
    recertification = recertification.accrued(today)
    submission, program = recertification.submission, recertification.program
    signed = None if record is None else json.loads(record.text)
    name = recertification.certification.member_name
    counted = recertification.ledger_of(recertification.entries, _reduced(submission))
    return Report(
        program=program,
        certification=recertification.certification,
        member_name=name if submission is None or signed is None else submission.member_name,
        cycle=recertification.cycle,
        state=recertification.state(today),
        lines=_lines(recertification.entries, counted, recertification.documents, submission),
        ledger=counted,
        submission=submission,
        agreement=agreement if signed is None else Agreement(**signed["agreement"]),
    )


def report_of_archived(
    archived: ArchivedCycle, program: Program, certification: Certification, moving: Sequence[Document] = ()
) -> Report:
    """The report of a closed cycle, from the record of its signing; `program` is the edition of that cycle, `moving`
    are documents on their way to the archive."""
    submission, record = archived.submission, archived.record
    signed = None if record is None else json.loads(record.text)
    entries = archived.entries if signed is None else tuple(signed_entries(signed))
    of_then = Recertification(program, certification, archived.cycle)
    counted = of_then.ledger_of(entries, _reduced(submission))
    return Report(
        program=program,
        certification=certification,
        member_name=certification.member_name if submission is None else submission.member_name,
        cycle=archived.cycle,
        state="approved" if archived.cycle.state == "approved" else "lapsed",
        lines=_lines(entries, counted, (*moving, *archived.documents), submission),
        ledger=counted,
        submission=submission,
        agreement=program.agreement if signed is None else Agreement(**signed["agreement"]),
    )


def _reduced(submission: Submission | None) -> dict[str, tuple[Decimal, str]]:
    """A reviewer's smaller numbers of points, with the reason."""
    decision = None if submission is None else submission.decision
    adjustments = {} if decision is None else decision.entry_adjustments
    return {entry_id: (each.points, each.reason) for entry_id, each in adjustments.items()}


def _lines(
    entries: Iterable[Entry], counted: Ledger, documents: Sequence[Document], submission: Submission | None
) -> tuple[ReportLine, ...]:
    """The entries as lines, category by category in the point table's order, then by day."""
    program = counted.rule_set
    table = {activity.code: (place, activity) for place, activity in enumerate(program.activities)}
    categories = list(dict.fromkeys(activity.category for activity in program.activities))
    by_id = {document.document_id: document for document in documents}
    decision = None if submission is None else submission.decision
    adjustments = {} if decision is None else decision.entry_adjustments
    lines = [
        ReportLine(
            entry=entry,
            activity=table[entry.claim.activity][1],
            counted=counted.line(entry.entry_id),
            documents=tuple(by_id[each] for each in entry.claim.document_ids if each in by_id),
            gone=tuple(each for each in entry.claim.document_ids if each not in by_id),
            adjustment=adjustments.get(entry.entry_id),
        )
        for entry in entries
    ]
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                categories.index(line.activity.category),
                line.entry.claim.started_on,
                table[line.activity.code][0],
                line.entry.entry_id,
            ),
        )
    )


def signed_entries(signed: Mapping[str, Any]) -> list[Entry]:
    """The entries of a signed text, each as it was signed, in the order in which they were logged."""
    signed_at = datetime.fromisoformat(signed["signed_at"])
    entries = []
    for row in signed["entries"]:
        claim = Claim(
            activity=row["activity"],
            quantity=Decimal(row["quantity"]),
            title=row["title"],
            organization=row["organization"],
            started_on=date.fromisoformat(row["started_on"]),
            ended_on=date.fromisoformat(row["ended_on"]),
            notes=row["notes"],
            document_ids=tuple(row["document_ids"]),
            unit=row.get("unit", ""),
            relevant_percent=Decimal(row["relevant_percent"]) if "relevant_percent" in row else None,
        )
        points = Decimal(row["points"])
        logged_at = datetime.fromisoformat(row["logged_at"]) if "logged_at" in row else signed_at
        by, on_paper = row.get("logged_by", ""), row.get("on_paper", False)
        standing_id = ids.standing_id_of(row["entry_id"])
        entries.append(
            Entry(row["entry_id"], claim, points, logged_at, row["version"], by, on_paper, standing_id)
        )
    return sorted(entries, key=lambda entry: (entry.logged_at, entry.entry_id))
