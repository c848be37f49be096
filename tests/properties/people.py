"""What members, staff, the calendar and Stripe do in a history, each by the real use case after the gate's own read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.calendar import JobRun
from shared.domain.days import day_of
from shared.domain.errors import NotFound
from shared.domain.events import Command
from shared.domain.invoices import TAKEN_BACK, Payment
from shared.domain.payments import Notice
from shared.domain.submissions import Adjustment, Decision
from shared.use_cases.decide_review import decide_review
from shared.use_cases.delete_entry import delete_entry
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.expire_certifications import lapse_certification
from shared.use_cases.extend_certification import extend_certification
from shared.use_cases.generate_invoices import issue_due_invoice
from shared.use_cases.issue_invoice import issue_invoice
from shared.use_cases.log_entries import log_entries
from shared.use_cases.open_checkout import open_checkout
from shared.use_cases.record_payment import record_payment
from shared.use_cases.reinstate_certification import reinstate_certification
from shared.use_cases.submit_cycle import submit_cycle
from shared.use_cases.take_notice import take_notice
from shared.use_cases.undo_approval import undo_wrong_approval
from shared.use_cases.waive_invoice import waive_invoice
from tests.properties.editions import EDITIONS
from tests.properties.world import Request, World, require
from tests.unit.domain.builders import CERTIFICATION_ID, claim

Make = Callable[[World], Request | None]
MEMBER, STAFF, SYSTEM = "M-1", "S-1", "system"
REVIEWERS = (STAFF, STAFF, STAFF, "S-2", "S-2", MEMBER)
"""Who of staff does something; the member is one of them, and must not decide on their own."""


def read(world: World) -> Any:
    """What a gate reads."""
    found = world.recertifications.find(CERTIFICATION_ID)
    if found is None:
        raise NotFound
    return found


def read_invoice(world: World, invoice_id: str) -> Any:
    """What a gate reads."""
    found = world.invoices.find(invoice_id)
    if found is None:
        raise NotFound
    return found


def some_claims(world: World) -> Sequence[Any]:
    found = world.found.cycle
    day = max(found.starts_on, min(world.now.date() - timedelta(days=1), found.ends_on))
    return [
        claim("employment", world.chance.choice([1, 2, 12, 20, 30, 48]), started_on=day, ended_on=day)
        for _ in range(world.chance.choice([1, 1, 2]))
    ]


def enter(world: World) -> Request:
    claims = some_claims(world)

    def run(world: World, command: Command) -> Any:
        return log_entries(world.recertifications, world.events, command, read(world), claims)

    return Request("enter", run, world.command(MEMBER, "member"), told_of(world))


def told_of(world: World) -> Callable[[Any], None]:
    """What whoever entered something keeps of the answer."""

    def done(logged: Any) -> None:
        for entry in logged.entries:
            world.acknowledged[entry.entry_id] = "logged"

    return done


def an_entry(world: World) -> Any:
    entries = world.found.entries
    return world.chance.choice(entries) if entries else None


def edit(world: World) -> Request | None:
    entry = an_entry(world)
    if entry is None:
        return None
    quantity = Decimal(world.chance.choice([1, 5, 30]))

    def run(world: World, command: Command) -> Any:
        changed = replace(entry.claim, quantity=quantity)
        found = read(world)
        return edit_entry(
            world.recertifications, world.events, command, found, entry.entry_id, changed, str(entry.version)
        )

    def done(answered: Any) -> None:
        edited = answered.entry
        require(edited.version > entry.version, "an edit is answered with the next version")
        fresh = edited.version == entry.version + 1
        require(fresh or edited.claim.quantity != quantity, "nothing is changed that was not seen")
        stored = world.entry_as_stored(entry.entry_id)
        is_later = stored is None or stored.version != edited.version
        require(is_later or stored == edited, "what is answered to an edit is stored")

    return Request("edit", run, world.command(MEMBER, "member"), done, keyed=False)


def take_out(world: World) -> Request | None:
    entry = an_entry(world)
    if entry is None:
        return None

    def run(world: World, command: Command) -> Any:
        delete_entry(
            world.recertifications, world.events, command, read(world), entry.entry_id, str(entry.version)
        )

    def done(_: Any) -> None:
        world.deleted.add(entry.entry_id)

    return Request("delete", run, world.command(MEMBER, "member"), done, keyed=False)


def sign(world: World) -> Request:
    def run(world: World, command: Command) -> Any:
        return submit_cycle(
            world.recertifications,
            world.invoices,
            world.events,
            EDITIONS,
            command,
            read(world),
            EDITIONS.in_force(command.today).agreement.version,
            "Marge Bouvier",
        )

    return Request("sign", run, world.command(MEMBER, "member"))


def ask_invoice(world: World) -> Request:
    def run(world: World, command: Command) -> Any:
        return issue_invoice(world.invoices, world.events, command, read(world))

    return Request("invoice", run, world.command(MEMBER, "member"))


def an_invoice(world: World) -> Any:
    invoices = world.all_invoices
    return world.chance.choice(invoices).invoice_id if invoices else None


def checkout(world: World) -> Request | None:
    invoice_id = an_invoice(world)
    if invoice_id is None:
        return None

    def run(world: World, command: Command) -> Any:
        invoice = read_invoice(world, invoice_id)
        return open_checkout(
            world.invoices, world.events, world.stripe, command, invoice, "https://portal.example/t/"
        )

    return Request("checkout", run, world.command(MEMBER, "member"))


def at_stripe(name: str, what: Callable[[World], None]) -> Make:
    """Something that happens on Stripe's own pages."""

    def make(world: World) -> Request | None:
        return Request(name, lambda world, _: what(world), world.command(MEMBER, "member"), keyed=False)

    return make


def pay(world: World) -> None:
    if world.stripe.sessions:
        world.stripe.pay(world.chance.choice(list(world.stripe.sessions)))


def decline(world: World) -> None:
    if world.stripe.sessions:
        world.stripe.decline(world.chance.choice(list(world.stripe.sessions)))


def expire_a_session(world: World) -> None:
    if world.stripe.sessions:
        world.stripe.expire(world.chance.choice(list(world.stripe.sessions)))


def refund(world: World) -> None:
    """All of a charge, or a part of it."""
    if world.stripe.charges:
        charge = world.chance.choice(list(world.stripe.charges.values()))
        world.stripe.give_back(charge.payment_id, world.chance.choice([None, 5000, 5000]))
        if world.chance.random() < 0.15:
            world.stripe.refund_fails(charge.payment_id)


def dispute(world: World) -> None:
    """The bank takes its time to decide, or is quick."""
    if world.stripe.charges:
        contested = world.chance.choice(list(world.stripe.charges))
        for _ in range(world.chance.choice([1, 2, 3])):
            world.stripe.dispute(contested)


def refund_fails(world: World) -> None:
    """The money of a refund comes back."""
    given_back = [charge.payment_id for charge in world.stripe.charges.values() if charge.refunded]
    if given_back:
        world.stripe.refund_fails(world.chance.choice(given_back))


def deliver(world: World) -> Request | None:
    """One notice, any of those that wait; it waits on until it is taken."""
    if not world.stripe.waiting:
        return None
    return _delivery(world, world.chance.choice(world.stripe.waiting))


def _delivery(world: World, notice: Notice) -> Request:
    def run(world: World, command: Command) -> Any:
        return take_notice(world.invoices, world.events, world.stripe, command, notice, False)

    def done(_: Any) -> None:
        if notice in world.stripe.waiting:
            world.stripe.waiting.remove(notice)

    command = replace(world.command(SYSTEM, "system"), key=notice.event_id, fingerprint="")
    return Request(f"notice {type(notice).__name__}", run, command, done)


def decide(kind: Any) -> Make:
    def make(world: World) -> Request | None:
        found = world.found
        if found.submission is None:
            return None
        submission_id = found.submission.submission_id
        adjustments = {}
        if world.chance.random() < 0.3 and found.entries:
            entry = world.chance.choice(found.entries)
            adjustments = {entry.entry_id: Adjustment(entry.points - 1, "One too many.")}
        by = world.chance.choice(REVIEWERS)
        decision = Decision(kind, by, world.now, "Seen.", {}, adjustments)

        def run(world: World, command: Command) -> Any:
            return decide_review(
                world.recertifications, world.events, EDITIONS, command, read(world), submission_id, decision
            )

        return Request(kind, run, world.command(by, "staff"))

    return make


def offline(world: World) -> Request | None:
    invoice_id = an_invoice(world)
    if invoice_id is None:
        return None
    command = world.command(world.chance.choice(REVIEWERS), "staff")

    def run(world: World, command: Command) -> Any:
        invoice = read_invoice(world, invoice_id)
        cheque = Payment(
            f"off_{command.key}", "check", invoice.total, command.now, "no. 1", recorded_by=command.caller
        )
        return record_payment(world.invoices, world.events, world.stripe, command, invoice, cheque)

    return Request("cheque", run, command)


def waive(world: World) -> Request | None:
    invoice_id = an_invoice(world)
    if invoice_id is None:
        return None

    def run(world: World, command: Command) -> Any:
        invoice = read_invoice(world, invoice_id)
        return waive_invoice(world.invoices, world.events, world.stripe, command, invoice, "Hardship")

    return Request("waive", run, world.command(world.chance.choice(REVIEWERS), "staff"))


def undo(world: World) -> Request:
    def run(world: World, command: Command) -> Any:
        found = read(world)
        return undo_wrong_approval(
            world.recertifications, world.archive, world.events, EDITIONS, command, found, "Wrong report"
        )

    return Request("undo", run, world.command(world.chance.choice(REVIEWERS), "staff"))


def extend(world: World) -> Request:
    until = world.now.date() + timedelta(days=40)

    def run(world: World, command: Command) -> Any:
        found = read(world)
        return extend_certification(
            world.recertifications,
            world.events,
            command,
            found,
            max(until, found.certification.expires_on),
            "Ill",
        )

    return Request("extend", run, world.command(world.chance.choice(REVIEWERS), "staff"))


def reinstate(world: World) -> Request:
    received_on = world.now.date() - timedelta(days=world.chance.choice([2, 2, 2, -3, 900]))

    def run(world: World, command: Command) -> Any:
        return reinstate_certification(
            world.recertifications, world.events, EDITIONS, command, read(world), received_on, "On paper"
        )

    return Request("reinstate", run, world.command(world.chance.choice(REVIEWERS), "staff"))


def invoice_job(world: World) -> Request:
    def run(world: World, _: Command) -> Any:
        run_now = job_run(world)
        year = run_now.today.year
        return issue_due_invoice(world.recertifications, world.invoices, run_now, CERTIFICATION_ID, year)

    return Request("invoice job", run, world.command(SYSTEM, "system"))


def job_run(world: World) -> JobRun:
    """A job knows its day when it runs."""
    return JobRun(world.now, day_of(world.now, EDITIONS.time_zone))


def lapse_job(world: World) -> Request:
    def run(world: World, _: Command) -> Any:
        return lapse_certification(world.recertifications, job_run(world), CERTIFICATION_ID)

    return Request("lapse job", run, world.command(SYSTEM, "system"))


DEEDS: tuple[tuple[int, Make], ...] = (
    (9, enter),
    (3, edit),
    (3, take_out),
    (6, sign),
    (2, ask_invoice),
    (5, checkout),
    (5, at_stripe("pay", pay)),
    (1, at_stripe("decline", decline)),
    (1, at_stripe("expire", expire_a_session)),
    (4, at_stripe("refund", refund)),
    (2, at_stripe("refund fails", refund_fails)),
    (4, at_stripe("dispute", dispute)),
    (7, deliver),
    (6, decide("approve")),
    (2, decide("return")),
    (2, offline),
    (2, waive),
    (2, undo),
    (1, extend),
    (2, reinstate),
    (2, invoice_job),
    (2, lapse_job),
)


def fitting(world: World) -> Make:
    """What would take the recertification a step further; histories get nowhere by chance alone."""
    found = world.found
    if found.access(world.now.date()) == "lapsed":
        return reinstate if found.invoice is not None and found.invoice.settled else offline
    if not found.cycle.locked:
        return enter if found.points_missing else sign
    if found.invoice is not None and found.invoice.status in TAKEN_BACK:
        return world.chance.choice([offline, waive, waive])
    if found.invoice is None or not found.invoice.settled:
        if any(each.status == "open" for each in world.stripe.sessions.values()):
            return world.chance.choice([at_stripe("pay", pay), deliver, deliver])
        return world.chance.choice([checkout, checkout, offline, deliver])
    return world.chance.choice([*[decide("approve")] * 4, decide("return"), deliver])


def mistaken(world: World) -> Make | None:
    """What staff do when they see that an approval was wrong."""
    is_new = world.found.cycle.number > 1 and len(world.found.entries) < 2
    return undo if is_new and world.chance.random() < 0.4 else None


def at_midnight(world: World) -> list[Request]:
    """The last minute of the last day: someone signs or enters, and the job runs before they have their answer."""
    held = world.found.certification
    last_day = max(held.expires_on, held.extended_to or held.expires_on)
    is_ready = not (world.found.cycle.locked or world.found.points_missing)
    if last_day < world.now.date() or world.chance.random() > (0.6 if is_ready else 0.04):
        return []
    over = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(EDITIONS.time_zone))
    world.now = (over - timedelta(minutes=1)).astimezone(UTC)
    world.until_next = timedelta(minutes=2)
    return [world.chance.choice([sign, sign, sign, enter, extend])(world), lapse_job(world)]


def taken_back(world: World) -> list[Request]:
    """While staff decide, the money for the report is given back, or its payer disputes it."""
    invoice = world.found.invoice
    if world.found.cycle.state != "submitted" or invoice is None or world.chance.random() > 0.4:
        return []
    charges = [
        each.payment_id
        for each in world.stripe.charges.values()
        if each.invoice_id == invoice.invoice_id and not each.refunded and each.dispute is None
    ]
    if not invoice.settled or not charges:
        return []
    world.chance.choice([world.stripe.give_back, world.stripe.dispute])(charges[-1])
    decision = decide("approve")(world)
    return [] if decision is None else [decision, _delivery(world, world.stripe.waiting[-1])]


def settled_twice(world: World) -> list[Request]:
    """While a member pays by card, a cheque is recorded, or the fee is waived."""
    is_paying = any(each.status == "open" for each in world.stripe.sessions.values())
    if not is_paying or world.chance.random() > 0.3:
        return []
    made = [world.chance.choice([offline, offline, waive])(world), at_stripe("pay", pay)(world)]
    return [each for each in made if each is not None]
