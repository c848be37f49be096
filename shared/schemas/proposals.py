"""Proposals as their member sees them."""

from shared.domain import proposals
from shared.schemas.fields import Day, Given, Points


class ProposedEntry(Given):
    """The entry that would be entered."""

    activity: str
    quantity: Points
    title: str
    organization: str
    started_on: Day
    ended_on: Day
    notes: str


class Proposal(Given):
    """A proposed entry, and the certifications for which it was entered already."""

    proposal_id: str
    state: str
    accepted_for: list[str]
    entry: ProposedEntry

    @classmethod
    def of(cls, proposal: proposals.Proposal) -> "Proposal":
        """The proposal of the domain as it is answered."""
        claim = proposal.claim
        return cls(
            proposal_id=proposal.proposal_id,
            state=proposal.state,
            accepted_for=list(proposal.accepted_for),
            entry=ProposedEntry(
                activity=claim.activity,
                quantity=claim.quantity,
                title=claim.title,
                organization=claim.organization,
                started_on=claim.started_on,
                ended_on=claim.ended_on,
                notes=claim.notes,
            ),
        )


class ProposalList(Given):
    """The proposals that wait for their member."""

    items: list[Proposal]
    next_cursor: str | None = None
