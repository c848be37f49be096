"""Staff import the roster from the body's old system: members, their certifications and the accounts to log in with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.domain import ids
from shared.domain.errors import IdempotencyKeyReused, Unavailable
from shared.domain.events import Command, event
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile, EventStore, LoginQueue, RosterStore
from shared.domain.program import Editions
from shared.domain.roster import (
    Enrollment,
    ImportReport,
    RosterRow,
    RowFault,
    Standing,
    enroll,
    read_row,
)
from shared.use_cases.once import ATTEMPTS

IMPORTS = "imports"
"""The subject of the history of imports."""


def import_roster(
    members: RosterStore,
    logins: LoginQueue,
    events: EventStore,
    editions: Editions,
    command: Command,
    rows: Sequence[Mapping[str, str]],
    *,
    dry_run: bool,
) -> ImportReport:
    """Create and update what the rows name; a row that is the same as at the last import changes nothing.

    Each member's rows are one transaction, so an import that breaks off can simply be run again. The accounts are made
    by a worker; who has none yet is asked for again at every run. A dry run writes nothing and reports the same.
    """

    recorded = None if dry_run else events.find(IMPORTS, command.key)
    if recorded is not None and recorded.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused
    report, wanted = _import(members, editions, command, rows, dry_run=dry_run or recorded is not None)
    counts = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
    if recorded is not None:
        created, updated, unchanged = (int(str(recorded.data[name])) for name in counts)
        return ImportReport(created, updated, unchanged, report.rejected)
    if not dry_run:
        logins.send(wanted)
        rejected = len({fault.row for fault in report.rejected})
        events.record(event(command, IMPORTS, "members-imported", {**counts, "rejected": rejected}))
    return report


def _import(
    members: RosterStore,
    editions: Editions,
    command: Command,
    rows: Sequence[Mapping[str, str]],
    *,
    dry_run: bool,
) -> tuple[ImportReport, list[str]]:
    """The report, and the members who have no account yet."""
    faults: list[RowFault] = []
    groups: dict[str, list[RosterRow]] = {}
    for number, cells in enumerate(rows, start=1):
        row = read_row(number, cells, editions)
        if isinstance(row, RosterRow):
            groups.setdefault(row.member_id.lower(), []).append(row)
        else:
            faults += row
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    standings = members.standings([group[0] for group in groups.values()], editions.designations)
    addresses: dict[str, str] = {}
    wanted: list[str] = []
    for (member_id, group), standing in zip(groups.items(), standings, strict=True):
        holder = addresses.setdefault(group[0].email.lower(), member_id)
        known = standing if holder == member_id else replace(standing, email_holder=holder)
        enrollment = enroll(known, group, editions)
        if enrollment.outcomes and not dry_run:
            enrollment = _write(members, editions, command, group, known, enrollment)
        for outcome in enrollment.outcomes.values():
            counts[outcome] += 1
        faults += enrollment.faults
        if enrollment.outcomes and enrollment.member.login == "wanted":
            wanted.append(enrollment.member.member_id)
    rejected = tuple(sorted(faults, key=lambda fault: fault.row))
    return ImportReport(counts["created"], counts["updated"], counts["unchanged"], rejected), wanted


def _write(
    members: RosterStore,
    editions: Editions,
    command: Command,
    group: Sequence[RosterRow],
    standing: Standing,
    enrollment: Enrollment,
) -> Enrollment:
    """Write one member's enrolment, reading anew when the portal changed it meanwhile."""
    key = ids.digest("import", command.key, enrollment.member.member_id.lower())
    subject = f"member:{enrollment.member.member_id.lower()}"
    for _ in range(ATTEMPTS):
        data = {"rows": sorted(enrollment.outcomes), "designations": sorted(enrollment.holdings)}
        try:
            members.enroll(
                standing, enrollment, event(replace(command, key=key), subject, "member-imported", data)
            )
            return enrollment
        except AlreadyRecorded:
            return enrollment
        except ChangedMeanwhile:
            standing = members.standings([group[0]], editions.designations)[0]
            enrollment = enroll(standing, group, editions)
            if not enrollment.outcomes:
                return enrollment
    raise Unavailable
