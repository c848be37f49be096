"""Proposals to members, from rosters of chapters."""

from shared.domain.ports import ChangedMeanwhile
from shared.domain.proposals import Proposal
from shared.repositories import items, keys
from shared.repositories.erasure import not_erased
from shared.repositories.table import ABSENT, SAME_VERSION, ConditionFailed, Item, Table, put


class Proposals:
    """MEMBER#<id> / PROPOSAL#<id>. `of` 1 query · `find` 1 RRU · `holder_of` 1 RRU · `add` 1 transaction, 4
    WRU · `save` 1 put, 1 WRU."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def holder_of(self, email: str) -> str | None:
        """The id of the member who has this address, in any case."""
        item = self._table.get(keys.email(email))
        return None if item is None else str(item["member_id"])

    def of(self, member_id: str) -> list[Proposal]:
        """All proposals to a member, strongly consistent."""
        place = keys.proposal(member_id)
        return [_proposal(item) for item in self._table.query(place["PK"], place["SK"])]

    def find(self, member_id: str, proposal_id: str) -> Proposal | None:
        """One proposal to a member; None where there is none."""
        item = self._table.get(keys.proposal(member_id, proposal_id)) if 0 < len(proposal_id) < 100 else None
        return None if item is None else _proposal(item)

    def add(self, proposal: Proposal) -> bool:
        """Put a new proposal; False when it was made before, whatever its member did with it. It is its own event.

        Raises ChangedMeanwhile when the member's data were erased.
        """
        new = put("proposal", _item(proposal), ABSENT)
        try:
            self._table.transact([new, not_erased(proposal.member_id)])
        except ConditionFailed as error:
            if new.label in error.failed:
                return False
            raise ChangedMeanwhile from error
        return True

    def save(self, before: Proposal, after: Proposal) -> None:
        """Write what its member did with a proposal. Raises ChangedMeanwhile."""
        try:
            self._table.write(put("proposal", _item(after), SAME_VERSION, {":version": before.version}))
        except ConditionFailed as error:
            raise ChangedMeanwhile from error


def _item(proposal: Proposal) -> Item:
    return {**keys.proposal(proposal.member_id, proposal.proposal_id), **items.attributes(proposal)}


def _proposal(item: Item) -> Proposal:
    return Proposal(
        proposal_id=item["proposal_id"],
        member_id=item["member_id"],
        claim=items.claim(item["claim"]),
        state=item["state"],
        accepted_for=tuple(item["accepted_for"]),
        version=int(item["version"]),
    )
