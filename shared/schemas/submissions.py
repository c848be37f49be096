"""Signing, reviewing and deciding: what members and staff send, and what they get."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from shared.domain import reviewing, submissions
from shared.domain.errors import Fault
from shared.domain.recertification import Recertification
from shared.schemas.fields import Comment, Given, Id, Instant, Points, PointsSent, Reason, Sent, Signature
from shared.schemas.invoices import Invoice


class SubmissionSent(Sent):
    """The signing of the agreement."""

    agreement_version: Id
    signature: Signature


class Adjustment(Given):
    """A reviewer's smaller number of points for an entry, and why."""

    points: Points
    reason: str


class Decision(Given):
    """What staff decided."""

    decision: str
    decided_at: Instant
    comment: str
    entry_comments: dict[str, str]
    entry_adjustments: dict[str, Adjustment]

    @classmethod
    def of(cls, decision: submissions.Decision) -> "Decision":
        """The decision of the domain as it is answered; who decided is not told to members."""
        return cls(
            decision=decision.decision,
            decided_at=decision.decided_at,
            comment=decision.comment,
            entry_comments=dict(decision.entry_comments),
            entry_adjustments={
                entry_id: Adjustment(points=each.points, reason=each.reason)
                for entry_id, each in decision.entry_adjustments.items()
            },
        )


class Submission(Given):
    """A signing of a cycle."""

    submission_id: str
    certification_id: str
    cycle_id: str
    signing: int
    state: str
    submitted_at: Instant
    agreement_version: str
    signature: str
    points_total: Points
    signed_hash: str
    decision: Decision | None
    on_paper: bool
    for_reinstatement: bool

    @classmethod
    def of(cls, submission: submissions.Submission) -> "Submission":
        """The submission of the domain as it is answered."""
        return cls(
            submission_id=submission.submission_id,
            certification_id=submission.certification_id,
            cycle_id=submission.cycle_id,
            signing=submission.signing,
            state=submission.state,
            submitted_at=submission.submitted_at,
            agreement_version=submission.agreement_version,
            signature=submission.signature,
            points_total=submission.points_total,
            signed_hash=submission.signed_hash,
            decision=None if submission.decision is None else Decision.of(submission.decision),
            on_paper=submission.on_paper,
            for_reinstatement=submission.for_reinstatement,
        )


class SubmittedCycle(Given):
    """What was signed, and the invoice that is to be paid next."""

    submission: Submission
    invoice: Invoice


class ReviewItem(Submission):
    """A submission in the review queue."""

    member_id: str
    member_name: str
    designation: str

    @classmethod
    def of(cls, submission: submissions.Submission) -> "ReviewItem":
        """The submission of the domain as the queue shows it."""
        return cls(
            **dict(Submission.of(submission)),
            member_id=submission.member_id,
            member_name=submission.member_name,
            designation=submission.designation,
        )


class ReviewQueue(Given):
    """Submissions in a state, oldest first."""

    items: list[ReviewItem]
    next_cursor: str | None


class AdjustmentSent(Sent):
    """A smaller number of points for an entry, and why."""

    points: Annotated[PointsSent, Field(ge=0)]
    reason: Reason


class DecisionSent(Sent):
    """A decision on a submission; its comments and reasons have at most 50,000 characters together."""

    submission_id: Id
    decision: Literal["approve", "return"]
    comment: Comment = Field(default="", validate_default=True)
    entry_comments: dict[str, Comment] = Field(default_factory=dict, max_length=500)
    entry_adjustments: dict[str, AdjustmentSent] = Field(default_factory=dict, max_length=500)

    @field_validator("comment")
    @classmethod
    def _says_why(cls, comment: str, info: ValidationInfo) -> str:
        if info.data.get("decision") == "return" and not comment:
            raise ValueError("Say what the member has to correct.")
        return comment

    @field_validator("entry_adjustments")
    @classmethod
    def _approves(
        cls, adjustments: dict[str, AdjustmentSent], info: ValidationInfo
    ) -> dict[str, AdjustmentSent]:
        if info.data.get("decision") == "return" and adjustments:
            raise ValueError(
                "Points are adjusted with an approval. To return the report, comment on the entry instead."
            )
        return adjustments


def decision_faults(found: Recertification, body: Any, known: list[Fault]) -> list[Fault]:
    """The domain's faults in a decision some of whose fields are wrong already, without those that are `known`."""
    if not isinstance(body, dict):
        return []
    commented, adjusted = body.get("entry_comments"), body.get("entry_adjustments")
    faults = reviewing.decision_faults(
        found,
        commented if isinstance(commented, dict) else (),
        {entry_id: _points(each) for entry_id, each in adjusted.items()}
        if isinstance(adjusted, dict)
        else {},
    )
    wrong = {fault.pointer for fault in known}
    return [
        fault for fault in faults if not any(f"{fault.pointer}/".startswith(f"{each}/") for each in wrong)
    ]


def _points(adjustment: Any) -> Decimal | None:
    """The points of an adjustment that may be wrong; None when they cannot be read."""
    try:
        return _POINTS.validate_python(adjustment.get("points") if isinstance(adjustment, dict) else None)
    except ValidationError:
        return None


_POINTS: TypeAdapter[Decimal] = TypeAdapter(PointsSent)
