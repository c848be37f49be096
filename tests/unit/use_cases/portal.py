"""A portal in memory: the use cases wired to the fakes, each as a member or staff would call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from shared.domain.entries import Claim, Entry
from shared.domain.events import Command, Event
from shared.domain.invoices import Invoice, Payment
from shared.domain.payments import Notice
from shared.domain.recertification import Recertification
from shared.domain.roster import ImportReport
from shared.use_cases.decide_review import decide_review
from shared.use_cases.delete_entry import delete_entry
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.give_back import ATTENTION
from shared.use_cases.import_roster import import_roster
from shared.use_cases.issue_invoice import issue_invoice
from shared.use_cases.log_entries import LoggedEntries, log_entries
from shared.use_cases.open_checkout import open_checkout
from shared.use_cases.record_payment import record_payment
from shared.use_cases.submit_cycle import SubmittedCycle, submit_cycle
from shared.use_cases.take_notice import take_notice
from shared.use_cases.waive_invoice import waive_invoice
from tests.unit.domain.builders import CERTIFICATION_ID, EDITIONS, FEE, NOW, PROGRAM, TODAY, decision
from tests.unit.use_cases.fakes import (
    FakeEvents,
    FakeInvoices,
    FakeLogins,
    FakeMembers,
    FakeRecertifications,
    FakeStripe,
    Table,
)


def member(key: str = "k1", body: str = "body", today: date = TODAY) -> Command:
    """A request of the member."""
    return Command("M-1", "member", NOW, today, key, body)


def staff(key: str = "s1", body: str = "body", caller: str = "S-1") -> Command:
    """A request of staff."""
    return Command(caller, "staff", NOW, TODAY, key, body)


def offline(reference: str = "4711", **changes: Any) -> Payment:
    """A cheque over the fee."""
    return replace(Payment(f"off_{reference}", "check", FEE, NOW, reference), **changes)


@dataclass
class Portal:
    """Everything stored, and the verbs."""

    table: Table = field(default_factory=Table)
    stripe: FakeStripe = field(default_factory=FakeStripe)
    logins: FakeLogins = field(default_factory=FakeLogins)

    def __post_init__(self) -> None:
        self.events = FakeEvents(self.table)
        self.recertifications = FakeRecertifications(self.table)
        self.invoices = FakeInvoices(self.table)
        self.members = FakeMembers(self.table)

    @property
    def current(self) -> Recertification:
        """The recertification as it is stored."""
        found = self.recertifications.find(CERTIFICATION_ID)
        assert found is not None
        return found

    @property
    def invoice(self) -> Invoice:
        """The only invoice that is stored."""
        (found,) = self.table.invoices.values()
        return found

    @property
    def attention(self) -> list[Event]:
        """What was raised to staff."""
        return [event for (subject, _), event in self.table.events.items() if subject == ATTENTION]

    def enter(
        self, claims: Sequence[Claim], command: Command | None = None, seen: Recertification | None = None
    ) -> LoggedEntries:
        """Enter a session; `seen` is what was read before, if not what is stored now."""
        return log_entries(
            self.recertifications, self.events, command or member(), seen or self.current, claims
        )

    def edit(
        self, entry: Entry, claim: Claim, command: Command | None = None, seen: Recertification | None = None
    ) -> Entry:
        """Edit an entry on its version."""
        return edit_entry(
            self.recertifications,
            self.events,
            command or member(),
            seen or self.current,
            entry.entry_id,
            claim,
            str(entry.version),
        ).entry

    def delete(
        self, entry: Entry, command: Command | None = None, seen: Recertification | None = None
    ) -> None:
        """Delete an entry on its version."""
        delete_entry(
            self.recertifications,
            self.events,
            command or member(),
            seen or self.current,
            entry.entry_id,
            str(entry.version),
        )

    def submit(
        self, command: Command | None = None, seen: Recertification | None = None, version: str = ""
    ) -> SubmittedCycle:
        """Sign and submit."""
        return submit_cycle(
            self.recertifications,
            self.invoices,
            self.events,
            EDITIONS,
            command or member("sign"),
            seen or self.current,
            version or PROGRAM.agreement.version,
            "Marge Bouvier",
        )

    def decide(
        self,
        kind: str = "approve",
        command: Command | None = None,
        submission_id: str = "",
        seen: Recertification | None = None,
    ) -> Recertification:
        """Approve or return the current submission."""
        found = seen or self.current
        if not submission_id and found.submission is not None:
            submission_id = found.submission.submission_id
        return decide_review(
            self.recertifications,
            self.events,
            EDITIONS,
            command or staff(),
            found,
            submission_id,
            decision(kind, "Seen."),
        )

    def issue(
        self, command: Command | None = None, seen: Recertification | None = None
    ) -> tuple[Invoice, bool]:
        """Ask for the invoice early."""
        return issue_invoice(self.invoices, self.events, command or member("ask"), seen or self.current)

    def checkout(self, command: Command | None = None, seen: Invoice | None = None) -> str:
        """Go to pay."""
        return open_checkout(
            self.invoices,
            self.events,
            self.stripe,
            command or member("pay"),
            seen or self.invoice,
            "https://portal.example/transactions/",
        )

    def record(
        self, payment: Payment | None = None, command: Command | None = None, seen: Invoice | None = None
    ) -> Invoice:
        """Record an offline payment."""
        return record_payment(
            self.invoices,
            self.events,
            self.stripe,
            command or staff(),
            seen or self.invoice,
            payment or offline(),
        )

    def waive(self, command: Command | None = None, seen: Invoice | None = None) -> Invoice:
        """Waive."""
        found = seen or self.invoice
        return waive_invoice(
            self.invoices, self.events, self.stripe, command or staff("waive"), found, "Hard"
        )

    def notice(self, notice: Notice, livemode: bool = False) -> str:
        """Hear from Stripe."""
        heard = Command("stripe", "system", NOW, TODAY, notice.event_id)
        return take_notice(self.invoices, self.events, self.stripe, heard, notice, livemode)

    def import_rows(
        self, *rows: Mapping[str, str], key: str = "import", body: str = "file", dry_run: bool = False
    ) -> ImportReport:
        """Import a roster."""
        return import_roster(
            self.members,
            self.recertifications,
            self.logins,
            self.events,
            EDITIONS,
            staff(key, body),
            rows,
            dry_run=dry_run,
            at_once=1,
        )


def portal_with(found: Recertification) -> Portal:
    """A portal that knows one recertification."""
    portal = Portal()
    portal.table.recertifications[found.certification.certification_id] = replace(found, invoice=None)
    if found.invoice is not None:
        portal.table.invoices[found.invoice.invoice_id] = found.invoice
    return portal
