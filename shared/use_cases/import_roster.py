"""Staff import the roster from the body's old system: members, their certifications and the accounts to log in with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from shared.domain import ids
from shared.domain.enrolment import enroll, without_own
from shared.domain.errors import IdempotencyKeyReused, Unavailable
from shared.domain.events import Command, event
from shared.domain.ports import (
    AlreadyRecorded,
    ChangedMeanwhile,
    EventStore,
    LoginQueue,
    RecertificationStore,
    RosterStore,
)
from shared.domain.program import Editions
from shared.domain.roster import (
    Enrollment,
    ImportReport,
    Outcome,
    RosterRow,
    RowFault,
    Standing,
    read_row,
)
from shared.use_cases.once import ATTEMPTS, read

IMPORTS = "imports"
"""The subject of the history of imports."""

OUTCOMES: tuple[Outcome, ...] = ("created", "updated", "unchanged")

AT_ONCE = 8
"""How many members are written, or cycles looked into, at a time."""


def import_roster(
    members: RosterStore,
    recertifications: RecertificationStore,
    logins: LoginQueue,
    events: EventStore,
    editions: Editions,
    command: Command,
    rows: Sequence[Mapping[str, str]],
    *,
    dry_run: bool,
    at_once: int = AT_ONCE,
) -> ImportReport:
    """Create and update what the rows name; a row that is the same as at the last import changes nothing.

    A cycle that a row would move is looked into first, for its entries and its invoice.
    Each member's rows are one transaction, so an import that breaks off can simply be run again. The accounts are made
    by a worker; who has none yet is asked for again at every run. A dry run writes nothing and reports the same. What
    would change something of whoever imports is rejected, for another to import (rule 6).
    """
    recorded = None if dry_run else events.find(IMPORTS, command.key)
    if recorded is not None and recorded.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused
    enrolling = _Enrolling(recertifications, editions, command)
    plans, faults = _plan(members, enrolling, rows, at_once)
    enrollments = [plan.enrollment for plan in plans]
    if recorded is not None:
        created, updated, unchanged = (int(str(recorded.data[name])) for name in OUTCOMES)
        return ImportReport(created, updated, unchanged, _in_order(faults, enrollments))
    if not dry_run:
        enrollments = _write_all(members, logins, enrolling, plans, at_once)
    counts: Counter[str] = Counter(
        outcome for enrollment in enrollments for outcome in enrollment.outcomes.values()
    )
    report = ImportReport(
        counts["created"], counts["updated"], counts["unchanged"], _in_order(faults, enrollments)
    )
    if not dry_run:
        rejected = len({fault.row for fault in report.rejected})
        data: dict[str, object] = {name: counts[name] for name in OUTCOMES}
        data["rejected"] = rejected
        events.record(event(command, IMPORTS, "members-imported", data))
    return report


@dataclass(frozen=True, slots=True)
class _Enrolling:
    """Says what rows make of what stands."""

    recertifications: RecertificationStore
    editions: Editions
    command: Command

    def of(self, standing: Standing, rows: Sequence[RosterRow]) -> Enrollment:
        found = enroll(standing, rows, self.editions)
        if moved := found.moved(standing):
            within = {
                designation: read(self.recertifications, cycle.certification_id)
                for designation, (cycle, _) in moved.items()
            }
            found = enroll(replace(standing, within=within), rows, self.editions)
        is_own = rows[0].member_id.lower() == self.command.caller.lower()
        return without_own(found, standing) if is_own else found


@dataclass(frozen=True, slots=True)
class _Plan:
    """One member's rows, what stands, and what the rows make of it."""

    rows: Sequence[RosterRow]
    standing: Standing
    enrollment: Enrollment


def _plan(
    members: RosterStore, enrolling: _Enrolling, rows: Sequence[Mapping[str, str]], at_once: int
) -> tuple[list[_Plan], list[RowFault]]:
    """What each member's rows change, and why rows cannot be read."""
    faults: list[RowFault] = []
    groups: dict[str, list[RosterRow]] = {}
    for number, cells in enumerate(rows, start=1):
        row = read_row(number, cells, enrolling.editions)
        if isinstance(row, RosterRow):
            groups.setdefault(row.member_id.lower(), []).append(row)
        else:
            faults += row
    found = members.standings([group[0] for group in groups.values()], enrolling.editions.designations)
    addresses: dict[str, str] = {}
    standings = []
    for (member_id, group), standing in zip(groups.items(), found, strict=True):
        holder = addresses.setdefault(group[0].email.lower(), member_id)
        standings.append(standing if holder == member_id else replace(standing, email_holder=holder))
    with ThreadPoolExecutor(at_once) as pool:
        enrollments = pool.map(enrolling.of, standings, groups.values())
        plans = [_Plan(*each) for each in zip(groups.values(), standings, enrollments, strict=True)]
    return plans, faults


def _write_all(
    members: RosterStore,
    logins: LoginQueue,
    enrolling: _Enrolling,
    plans: Sequence[_Plan],
    at_once: int,
) -> list[Enrollment]:
    """Write the plans, several at once, then ask for the accounts, also for what landed before something broke off."""
    written: list[Enrollment] = []
    try:
        with ThreadPoolExecutor(at_once) as pool:
            for enrollment in pool.map(lambda plan: _write(members, enrolling, plan), plans):
                written.append(enrollment)  # noqa: PERF402 (what landed counts when a later one breaks off)
    finally:
        logins.send(
            [each.member.member_id for each in written if each.outcomes and each.member.login == "wanted"]
        )
    return written


def _in_order(faults: Sequence[RowFault], enrollments: Sequence[Enrollment]) -> tuple[RowFault, ...]:
    every = [*faults, *(fault for enrollment in enrollments for fault in enrollment.faults)]
    return tuple(sorted(every, key=lambda fault: fault.row))


def _write(members: RosterStore, enrolling: _Enrolling, plan: _Plan) -> Enrollment:
    """Write one member's enrolment, reading anew when the portal changed it meanwhile."""
    command = enrolling.command
    standing, enrollment = plan.standing, plan.enrollment
    key = ids.digest("import", command.key, enrollment.member.member_id.lower())
    subject = f"member:{enrollment.member.member_id.lower()}"
    for _ in range(ATTEMPTS):
        if not enrollment.outcomes:
            return enrollment
        data = {"rows": sorted(enrollment.outcomes), "designations": sorted(enrollment.holdings)}
        done = event(replace(command, key=key), subject, "member-imported", data)
        try:
            members.enroll(standing, enrollment, done)
        except AlreadyRecorded:
            return enrollment
        except ChangedMeanwhile:
            standing = members.standings([plan.rows[0]], enrolling.editions.designations)[0]
            enrollment = enrolling.of(standing, plan.rows)
        else:
            return enrollment
    raise Unavailable
