"""A chapter's roster is offered to the members found in it; each accepts what is theirs, or dismisses it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from shared.domain import ids
from shared.domain.errors import AlreadyDecided, NotFound, Unavailable
from shared.domain.events import Command
from shared.domain.ports import ChangedMeanwhile, EventStore, RecertificationStore
from shared.domain.proposals import Chapter, Proposal, RosterMember, propose, read_chapter_row
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import by_the_portal
from shared.domain.roster import OWN_ROW, ImportReport, RowFault, RowMatch
from shared.use_cases.log_entries import LoggedEntries, log_entries
from shared.use_cases.once import ATTEMPTS

NOBODY = "No member of the portal has this address."


class ProposalStore(Protocol):
    """Proposals: `add` is False for one that was made before and raises ChangedMeanwhile when its member's data were
    erased, `save` raises ChangedMeanwhile."""

    def holder_of(self, email: str) -> str | None: ...

    def find(self, member_id: str, proposal_id: str) -> Proposal | None: ...

    def add(self, proposal: Proposal) -> bool: ...

    def save(self, before: Proposal, after: Proposal) -> None: ...


def propose_memberships(
    proposals: ProposalStore,
    chapter: Chapter,
    rows: Sequence[Mapping[str, str]],
    *,
    asked_by: str,
    dry_run: bool,
) -> ImportReport:
    """Propose a membership to each member whose address is in the roster; the same roster again changes nothing.

    Whoever brings the roster in is proposed nothing by it: an entry that it vouches for is not for oneself (rule 6).
    """
    faults: list[RowFault] = []
    matched: list[RowMatch] = []
    for number, cells in enumerate(rows, start=1):
        row = read_chapter_row(number, cells)
        if not isinstance(row, RosterMember):
            faults += row
            continue
        member_id = proposals.holder_of(row.email)
        if member_id is None:
            faults.append(RowFault(number, "Email Address", NOBODY))
            continue
        proposal = propose(member_id, row, chapter)
        is_own = member_id.lower() == asked_by.lower()
        known = (dry_run or is_own) and proposals.find(member_id, proposal.proposal_id) is not None
        if is_own and not known:
            faults.append(RowFault(number, "Email Address", OWN_ROW))
            continue
        try:
            is_new = not known if dry_run else proposals.add(proposal)
        except ChangedMeanwhile:
            faults.append(RowFault(number, "Email Address", NOBODY))
            continue
        matched.append(RowMatch(number, member_id, "proposed" if is_new else "proposed-before", row.name))
    created = sum(each.outcome == "proposed" for each in matched)
    return ImportReport(created, 0, len(matched) - created, tuple(faults), tuple(matched))


def accept_proposal(
    proposals: ProposalStore,
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    proposal: Proposal,
) -> LoggedEntries:
    """Enter what is proposed, as an ordinary session under the rules; once, as long as that entry stands in the cycle.

    Raises what log_entries raises, and AlreadyDecided when it stands there.
    """
    of_proposal = ids.digest("proposal", proposal.proposal_id)

    def once_at_a_time(found: Recertification, today: date) -> Recertification:
        found = by_the_portal(found, today)
        if any(entry.entry_id.startswith(f"ent_{of_proposal}") for entry in found.entries):
            raise AlreadyDecided("This is entered in your report already. It stands among its entries.")
        return found

    logged = log_entries(
        recertifications,
        events,
        command,
        recertification,
        [proposal.claim],
        door=once_at_a_time,
        session_key=of_proposal + command.key,
    )
    certification_id = recertification.certification.certification_id
    _change(proposals, proposal, lambda each: each.accept(certification_id))
    return logged


def dismiss_proposal(proposals: ProposalStore, proposal: Proposal) -> Proposal:
    """Put a proposal out of sight; twice is fine."""
    return _change(proposals, proposal, Proposal.dismiss)


def _find(proposals: ProposalStore, member_id: str, proposal_id: str) -> Proposal:
    found = proposals.find(member_id, proposal_id)
    if found is None:
        raise NotFound("There is no such proposal.")
    return found


def _change(proposals: ProposalStore, proposal: Proposal, change: "Change") -> Proposal:
    for _ in range(ATTEMPTS):
        after = change(proposal)
        try:
            if after != proposal:
                proposals.save(proposal, after)
            return after
        except ChangedMeanwhile:
            proposal = _find(proposals, proposal.member_id, proposal.proposal_id)
    raise Unavailable


class Change(Protocol):
    """What becomes of a proposal."""

    def __call__(self, proposal: Proposal, /) -> Proposal: ...
