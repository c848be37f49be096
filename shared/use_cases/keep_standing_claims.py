"""A member enters, changes and ends what accrues by itself: employment, memberships, offices."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.errors import NotFound
from shared.domain.events import Command, Event, EventType, event
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.domain.standing import StandingClaim, claim_among
from shared.use_cases.once import once, read, remembered


@dataclass(frozen=True, slots=True)
class StandingSent:
    """What a member says of a standing claim."""

    activity: str
    title: str
    organization: str
    started_on: date
    ended_on: date | None
    notes: str


@dataclass(frozen=True, slots=True)
class StandingKept:
    """A standing claim as it is now, and the recertification in which it accrues."""

    claim: StandingClaim
    recertification: Recertification


def enter_standing_claim(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    sent: StandingSent,
) -> StandingKept:
    """Enter one. One transaction with what has accrued. Raises InvalidRequest, CycleLocked, CertificationLapsed,
    PointsComplete."""
    made = StandingClaim(
        standing_id=f"std_{command.key}",
        activity=sent.activity,
        title=sent.title,
        organization=sent.organization,
        started_on=sent.started_on,
        ended_on=sent.ended_on,
        notes=sent.notes,
        logged_at=command.now,
        logged_by=command.caller,
    )
    return _change(
        recertifications,
        events,
        command,
        recertification,
        made.standing_id,
        "standing-claim-entered",
        lambda before: (*before.standing, made),
        made,
    )


def change_standing_claim(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    standing_id: str,
    sent: StandingSent,
    version: str,
) -> StandingKept:
    """Replace one whose version is still the one the member saw; what it accrues follows.

    Raises what entering raises, NotFound and VersionConflict.
    """

    def changed(before: Recertification) -> tuple[StandingClaim, ...]:
        old = claim_among(before.standing, standing_id)
        new = replace(
            old,
            activity=sent.activity,
            title=sent.title,
            organization=sent.organization,
            started_on=sent.started_on,
            ended_on=sent.ended_on,
            notes=sent.notes,
            version=old.version + 1,
        )
        return tuple(new if each is old else each for each in before.standing)

    return _change(
        recertifications,
        events,
        command,
        recertification,
        standing_id,
        "standing-claim-changed",
        changed,
        seen=version,
    )


def delete_standing_claim(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    standing_id: str,
    version: str,
) -> None:
    """Take one out, and what it has accrued in this cycle with it. Raises also VersionConflict.

    That it is gone is no refusal where this very command took it out, whose answer was lost.
    """

    def without(before: Recertification) -> tuple[StandingClaim, ...]:
        old = claim_among(before.standing, standing_id)
        return tuple(each for each in before.standing if each is not old)

    try:
        _change(
            recertifications,
            events,
            command,
            recertification,
            standing_id,
            "standing-claim-deleted",
            without,
            seen=version,
        )
    except NotFound:
        if remembered(events, command, _subject(recertification)) is None:
            raise


def _subject(recertification: Recertification) -> str:
    return f"certification:{recertification.certification.certification_id}"


def _change(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    standing_id: str,
    event_type: EventType,
    change: Callable[[Recertification], tuple[StandingClaim, ...]],
    made: StandingClaim | None = None,
    seen: str | None = None,
) -> StandingKept:
    """`made` is the claim that is entered: the answer again when it was deleted since; `seen` another one's version."""
    certification_id = recertification.certification.certification_id
    subject = _subject(recertification)

    def perform(attempt: int) -> StandingKept:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        before.require_open(command.today)
        based_on = None if seen is None else (standing_id, seen)
        after = before.with_standing(change(before), command.today, based_on)
        known = {each.standing_id: each for each in (*before.standing, *after.standing)}
        data = {
            "standing_id": standing_id,
            "title": known[standing_id].title,
            "before": tuple(each for each in before.standing if each.standing_id == standing_id),
            "points_total": after.cycle.points_total,
        }
        recertifications.save(before, after, event(command, subject, event_type, data))
        return StandingKept(known[standing_id], after)

    def again(recorded: Event) -> StandingKept:
        current = read(recertifications, certification_id)
        try:
            return StandingKept(claim_among(current.standing, standing_id), current)
        except NotFound:
            if made is None:
                raise
            return StandingKept(replace(made, logged_at=recorded.at, logged_by=recorded.by), current)

    return once(events, command, subject, perform, again)
