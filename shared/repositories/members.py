"""Members: the people, their unique e-mail addresses, what they are searched by, and their enrolment from a roster."""

from collections.abc import Callable, Collection, Sequence
from datetime import date

from shared.domain import ids
from shared.domain.certifications import Certification, Registration
from shared.domain.events import Event
from shared.domain.members import Member
from shared.domain.ports import AddressTaken, AlreadyRecorded, ChangedMeanwhile
from shared.domain.program import Editions
from shared.domain.roster import Enrollment, RosterRow, Standing
from shared.repositories import events, items, keys
from shared.repositories.calendar import Calendar
from shared.repositories.erasure import not_erased
from shared.repositories.recertification_writes import certification_write
from shared.repositories.recertifications import holdings
from shared.repositories.table import (
    ABSENT,
    SAME_VERSION,
    ConditionFailed,
    Item,
    Table,
    Write,
    check,
    delete,
    labelled,
    put,
)

BATCH = 100
"""How many items one BatchGetItem takes."""

LONGEST_ID = 200
EMAIL = "email"
"""The label of the write that claims an address: it fails when the address is another member's."""

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Members:
    """MEMBER#<id>, EMAIL#<address>, SEARCH#<letter>.

    `find` 1 RRU · `with_registrations` 1 call, 1 RRU an item · `save` 1 transaction, 4 WRU with its event, and 2 for
    each term, address and certification that changes ·
    `search` 1 query, and up to one for each letter when there is nothing to search for · `names` 1 batch get ·
    `standings` 1 call for each 100 items · `enroll` 1 transaction, 2 WRU more for a cycle that gets another last day,
    and for a member who gets a certification and stays the same otherwise; and 1 WRU once in a while for each last day,
    noted in the calendar before.
    """

    def __init__(
        self, table: Table, editions: Editions, today: Callable[[], date] = lambda: date.min
    ) -> None:
        self._table = table
        self._editions = editions
        self._today = today
        self._calendar = Calendar(table)

    def find(self, member_id: str) -> Member | None:
        """The member with this id, in any case; None where there is none."""
        if not _is_possible(member_id):
            return None
        item = self._table.get(keys.member(member_id))
        return None if item is None else items.member(item)

    def with_registrations(self, member_id: str) -> tuple[Member | None, list[Registration]]:
        """A member and what they hold, in the program's order of designations, strongly consistent.

        Certification ids are made of member and designation, so that one call for all that could exist finds all.
        """
        if not _is_possible(member_id):
            return None, []
        wanted = [ids.certification_id(member_id, designation) for designation in self._editions.designations]
        held_keys = [key(each) for each in wanted for key in (keys.certification, keys.cycle)]
        found = self._table.get_many([keys.member(member_id), *held_keys])
        people = [items.member(item) for item in found if item["SK"] == "MEMBER"]
        registrations = [
            Registration(self._editions.of_cycle(cycle, self._today()), certification, cycle)
            for certification, cycle in holdings(found, wanted)
        ]
        return (people[0] if people else None), registrations

    def save(
        self,
        before: Member,
        after: Member,
        event: Event,
        renamed: Sequence[tuple[Certification, Certification]] = (),
    ) -> None:
        """Write a member, what they are found by, and the certifications that carry another name now.

        Raises ChangedMeanwhile, AlreadyRecorded, AddressTaken.
        """
        certifications = [
            labelled(certification_write(old, new), new.designation) for old, new in renamed if old != new
        ]
        terms = term_writes(before, after)
        transact(self._table, [member_write(before, after), *terms, *certifications, events.once(event)])

    def search(self, beginning: str, *, after: str | None, limit: int) -> tuple[list[Member], str | None]:
        """Members whose name (either way round), e-mail or id begins so, in order of the term; `after` is a term.

        Without a beginning, all members by id.
        """
        term = " ".join(beginning.lower().split())
        if term:
            return self._listed(term, after=after, limit=limit)
        found, more = self._all(after=after, limit=limit)
        by_id = self._by_id(found)
        return [by_id[item["member_id"].lower()] for item in found], more

    def names(self, member_ids: Collection[str]) -> dict[str, str]:
        """The names of at most 100 members by their ids in lower case; an id that nobody has is left out."""
        found = self._by_id([{"member_id": each} for each in member_ids])
        return {member_id: member.name for member_id, member in found.items()}

    def standings(self, rows: Sequence[RosterRow], designations: Sequence[str]) -> list[Standing]:
        """What is known of each row's member and address, strongly consistent, in the order of the rows."""
        wanted: dict[tuple[str, str], keys.Key] = {}
        for row in rows:
            for key in _standing_keys(row, designations):
                wanted[key["PK"], key["SK"]] = key
        unique = list(wanted.values())
        found: list[Item] = []
        for start in range(0, len(unique), BATCH):
            found += self._table.get_many(unique[start : start + BATCH])
        by_key = {(item["PK"], item["SK"]): item for item in found}
        return [_standing(row, designations, by_key) for row in rows]

    def enroll(self, standing: Standing, enrollment: Enrollment, event: Event) -> None:
        """Write what a member's rows changed, all or nothing. Raises ChangedMeanwhile, AlreadyRecorded.

        A cycle gets another last day on condition that it has no invoice, which names it.
        """
        before, after = standing.member, enrollment.member
        writes = []
        if after != before:
            writes += [member_write(before, after), *term_writes(before, after)]
        for designation, (certification, cycle) in enrollment.holdings.items():
            old_certification, old_cycle = standing.holdings.get(designation, (None, None))
            if certification != old_certification:
                if certification.status != "terminated":
                    last_day = certification.expires_on
                    self._calendar.note(last_day, last_day.year, event.at)
                writes.append(labelled(certification_write(old_certification, certification), designation))
            if cycle != old_cycle:
                item = {**keys.cycle(cycle.certification_id), **items.attributes(cycle)}
                label = f"cycle {designation}"
                if old_cycle is None:
                    writes.append(put(label, item, ABSENT))
                else:
                    writes.append(put(label, item, SAME_VERSION, {":version": old_cycle.version}))
                    if cycle.ends_on != old_cycle.ends_on:
                        number = ids.invoice_id(cycle.certification_id, cycle.number)
                        writes.append(check(f"invoice {designation}", keys.invoice(number), ABSENT))
        if before is not None and after == before and set(enrollment.holdings) - set(standing.holdings):
            writes.append(not_erased(after.member_id))
        if writes:
            transact(self._table, [*writes, events.once(event)])

    def mark_login_made(self, member: Member) -> None:
        """Note that the account of a member was made for the address it has now. Raises ChangedMeanwhile."""
        item = {**keys.member(member.member_id), **items.attributes(member), "login": "made"}
        try:
            self._table.write(put("member", item, SAME_VERSION, {":version": member.version}))
        except ConditionFailed as error:
            raise ChangedMeanwhile from error

    def _listed(self, term: str, *, after: str | None, limit: int) -> tuple[list[Member], str | None]:
        """Members, each under the first of their terms that begins so: no page shows again whom one before did."""
        listed: list[tuple[str, Member]] = []
        more = after
        while len(listed) < limit:
            page, more = self._table.query_page(keys.search_partition(term), term, after=more, limit=limit)
            by_id = self._by_id(page)
            for item in page:
                member = by_id[item["member_id"].lower()]
                first = min((each for each in _terms(member) if each.startswith(term)), default="")
                if item["SK"] == keys.search(first, member.member_id)["SK"]:
                    listed.append((item["SK"], member))
            if more is None:
                break
        if len(listed) > limit:
            more = listed[limit - 1][0]
        return [member for _, member in listed[:limit]], more

    def _by_id(self, terms: Sequence[Item]) -> dict[str, Member]:
        wanted = dict.fromkeys(item["member_id"].lower() for item in terms)
        found = self._table.get_many([keys.member(each) for each in wanted]) if wanted else []
        return {item["member_id"].lower(): items.member(item) for item in found}

    def _all(self, *, after: str | None, limit: int) -> tuple[list[Item], str | None]:
        """All members by id: the search terms of ids, letter by letter."""
        found: list[Item] = []
        for letter in LETTERS:
            if after is not None and letter < after[:1]:
                continue
            start = after if after is not None and letter == after[:1] else None
            more: str | None = start or ""
            while more is not None:
                page, more = self._table.query_page(
                    keys.search_partition(letter), after=more or None, limit=limit + 1
                )
                found += [item for item in page if item["by"] == "member_id"]
                if len(found) > limit:
                    return found[:limit], found[limit - 1]["SK"]
        return found, None


def transact(table: Table, writes: Sequence[Write]) -> None:
    """A transaction of a member's writes. Raises ChangedMeanwhile, AlreadyRecorded, AddressTaken."""
    try:
        table.transact(writes)
    except ConditionFailed as error:
        if events.EVENT in error.failed:
            raise AlreadyRecorded from error
        raise AddressTaken if set(error.failed) == {EMAIL} else ChangedMeanwhile from error


def _is_possible(member_id: str) -> bool:
    """Whether a text could be a member's id: anything longer than a key may be is not asked for."""
    return 0 < len(member_id) <= LONGEST_ID


def member_write(before: Member | None, after: Member) -> Write:
    """The write of a member, new or as it was read."""
    item = {**keys.member(after.member_id), **items.attributes(after)}
    if before is None:
        return put("member", item, ABSENT)
    return put("member", item, SAME_VERSION, {":version": before.version})


def term_writes(before: Member | None, after: Member) -> list[Write]:
    """The writes that keep the address unique and the member found under the terms of today."""
    mine = {":member_id": after.member_id}
    writes = []
    if before is None or before.email.lower() != after.email.lower():
        if after.email:
            holder = {**keys.email(after.email), "member_id": after.member_id}
            writes.append(put(EMAIL, holder, f"{ABSENT} OR member_id = :member_id", mine))
        if before is not None:
            writes.append(delete("old email", keys.email(before.email), "member_id = :member_id", mine))
    old = _terms(before) if before is not None else {}
    new = _terms(after)
    for term, by in new.items():
        if term not in old:
            item = {**keys.search(term, after.member_id), "member_id": after.member_id, "by": by}
            writes.append(put(f"term {term}", item, f"{ABSENT} OR member_id = :member_id", mine))
    for term in old:
        if term not in new:
            key = keys.search(term, after.member_id)
            writes.append(delete(f"old term {term}", key, f"{ABSENT} OR member_id = :member_id", mine))
    return writes


def _terms(member: Member) -> dict[str, str]:
    """The texts a member is found by, each with what it is; the id wins where two are the same."""
    first, last = member.first_name.lower(), member.last_name.lower()
    terms = {
        f"{first} {last}": "name",
        f"{last} {first}": "name",
        member.email.lower(): "email",
        member.member_id.lower(): "member_id",
    }
    return {" ".join(term.split()): by for term, by in terms.items() if term.strip()}


def _standing_keys(row: RosterRow, designations: Sequence[str]) -> list[keys.Key]:
    held = [ids.certification_id(row.member_id, designation) for designation in designations]
    return [
        keys.member(row.member_id),
        keys.email(row.email),
        *(key(each) for each in held for key in (keys.certification, keys.cycle)),
    ]


def _standing(row: RosterRow, designations: Sequence[str], by_key: dict[tuple[str, str], Item]) -> Standing:
    member_key, email_key, *held = _standing_keys(row, designations)
    member = by_key.get((member_key["PK"], member_key["SK"]))
    email = by_key.get((email_key["PK"], email_key["SK"]))
    found = [by_key[key["PK"], key["SK"]] for key in held if (key["PK"], key["SK"]) in by_key]
    certification_ids = [ids.certification_id(row.member_id, designation) for designation in designations]
    pairs = holdings(found, certification_ids)
    return Standing(
        member=None if member is None else items.member(member),
        holdings={certification.designation: (certification, cycle) for certification, cycle in pairs},
        email_holder=None if email is None else email["member_id"].lower(),
    )
