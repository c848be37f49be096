"""Standing claims: what accrues by itself, as it is sent and answered."""

from typing import Annotated

from pydantic import Field

from shared.domain import standing
from shared.schemas.fields import Day, Given, Id, Instant, Notes, Sent, Title
from shared.use_cases.keep_standing_claims import StandingSent as Said


class StandingSent(Sent):
    """What holds over a range of days, for an activity that accrues (`standing` in the point table)."""

    activity: Id
    title: Title
    organization: Title
    started_on: Day
    ended_on: Annotated[Day | None, Field(description="Left out as long as it goes on.")] = None
    notes: Notes = ""

    def to_domain(self) -> Said:
        """What the member says."""
        return Said(self.activity, self.title, self.organization, self.started_on, self.ended_on, self.notes)


class StandingClaim(Given):
    """A standing claim; each year of the cycle in which it holds makes an entry with its `standing_id`."""

    standing_id: str
    activity: str
    title: str
    organization: str
    started_on: Day
    ended_on: Day | None
    notes: str
    logged_at: Instant
    version: int

    @classmethod
    def of(cls, claim: standing.StandingClaim) -> "StandingClaim":
        """The standing claim of the domain as it is answered."""
        return cls(
            standing_id=claim.standing_id,
            activity=claim.activity,
            title=claim.title,
            organization=claim.organization,
            started_on=claim.started_on,
            ended_on=claim.ended_on,
            notes=claim.notes,
            logged_at=claim.logged_at,
            version=claim.version,
        )
