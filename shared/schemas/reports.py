"""The Recertification Report as it is answered: the Recertification Detailed Summary and the transcripts."""

from decimal import Decimal

from shared.domain import reports
from shared.domain.submissions import Adjustment
from shared.schemas.documents import Document
from shared.schemas.fields import Day, Given, Points
from shared.schemas.submissions import Adjustment as AdjustmentGiven
from shared.schemas.submissions import Submission


class ReportEntry(Given):
    """An entry of a report; `points` is what was claimed, `points_counted` what counts after caps and adjustments.

    `documents_gone` is how many documents it names that are no longer kept.
    """

    entry_id: str
    activity: str
    activity_title: str
    category: str
    quantity: Points
    unit: str
    title: str
    organization: str
    started_on: Day
    ended_on: Day
    notes: str
    points: Points
    points_counted: Points
    explanation: str
    adjustment: AdjustmentGiven | None
    documents: list[Document]
    documents_gone: int

    @classmethod
    def of(cls, line: reports.ReportLine) -> "ReportEntry":
        """The line of the domain as it is answered."""
        claim = line.entry.claim
        return cls(
            entry_id=line.entry.entry_id,
            activity=claim.activity,
            activity_title=line.activity.title,
            category=line.activity.category,
            quantity=claim.quantity,
            unit=claim.unit or line.activity.unit,
            title=claim.title,
            organization=claim.organization,
            started_on=claim.started_on,
            ended_on=claim.ended_on,
            notes=claim.notes,
            points=line.entry.points,
            points_counted=line.points,
            explanation=line.explanation,
            adjustment=_adjustment(line.adjustment),
            documents=[Document.of(document) for document in line.documents],
            documents_gone=len(line.gone),
        )


class ReportCycle(Given):
    """The period that a report is of."""

    cycle_id: str
    number: int
    edition: str
    starts_on: Day
    ends_on: Day
    recertification_year: int
    state: str


class CategoryTotal(Given):
    """The points of a category."""

    category: str
    title: str
    points: Points


class CarriedOver(Given):
    """Points that came over from the cycle before, with what counts of them here and why."""

    category: str
    category_title: str
    points_counted: Points
    explanation: str


class ReportTotals(Given):
    """What the entries, and what was carried in, add up to."""

    by_category: list[CategoryTotal]
    carried_in: list[CarriedOver]
    points_total: Points
    points_required: Points
    points_missing: Points


class ReportMember(Given):
    """Whose report it is; the name is the one at the signing, once signed."""

    member_id: str
    name: str


class ReportAgreement(Given):
    """The agreement that was signed, or that is to be signed."""

    version: str
    text: str
    signed: bool


class Report(Given):
    """The Recertification Report of one cycle; `documents_gone` counts a document once, whatever names it."""

    program: str
    member: ReportMember
    certification_id: str
    designation: str
    designation_title: str
    certified_since: Day
    cycle: ReportCycle
    entries: list[ReportEntry]
    totals: ReportTotals
    documents: list[Document]
    documents_gone: int
    agreement: ReportAgreement
    submission: Submission | None

    @classmethod
    def of(cls, report: reports.Report) -> "Report":
        """The report of the domain as it is answered."""
        certification, cycle, submission = report.certification, report.cycle, report.submission
        return cls(
            program=report.program.name,
            member=ReportMember(member_id=certification.member_id, name=report.member_name),
            certification_id=certification.certification_id,
            designation=certification.designation,
            designation_title=report.designation_title,
            certified_since=certification.certified_since,
            cycle=ReportCycle(
                cycle_id=cycle.cycle_id,
                number=cycle.number,
                edition=cycle.edition,
                starts_on=cycle.starts_on,
                ends_on=cycle.ends_on,
                recertification_year=cycle.recertification_year,
                state=report.state,
            ),
            entries=[ReportEntry.of(line) for line in report.lines],
            totals=_totals(report),
            documents=[Document.of(document) for document in report.documents],
            documents_gone=report.documents_gone,
            agreement=ReportAgreement(
                version=report.agreement.version,
                text=report.agreement.text,
                signed=submission is not None and submission.state != "returned",
            ),
            submission=None if submission is None else Submission.of(submission),
        )


def _totals(report: reports.Report) -> ReportTotals:
    by_category: dict[str, Decimal] = report.points_by_category
    return ReportTotals(
        by_category=[
            CategoryTotal(category=name, title=report.program.category_title(name), points=points)
            for name, points in by_category.items()
        ],
        carried_in=[
            CarriedOver(
                category=line.category,
                category_title=report.program.category_title(line.category),
                points_counted=line.counted,
                explanation=line.explanation,
            )
            for line in report.carried_in
        ],
        points_total=report.points_total,
        points_required=report.ledger.required,
        points_missing=report.points_missing,
    )


def _adjustment(adjustment: Adjustment | None) -> AdjustmentGiven | None:
    if adjustment is None:
        return None
    return AdjustmentGiven(points=adjustment.points, reason=adjustment.reason)
