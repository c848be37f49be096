"""The program as anyone may read it: the point table, fees, agreement and contact of an edition."""

from collections.abc import Iterable

from shared.domain import program
from shared.domain.documents import ENDINGS
from shared.domain.rules.handbook import activity_sentence, handbook
from shared.domain.rules.points import is_plain, units_known
from shared.schemas.fields import Given, Money, Points


class Designation(Given):
    """What can be held."""

    code: str
    title: str


class Activity(Given):
    """A row of the point table; `rule` says in sentences what it earns.

    `units` are those in which it may be entered, its own first; `is_plain` says that in its own it earns `points` times
    the quantity; `standing` may be entered once as a range of days.
    """

    code: str
    category: str
    category_title: str
    title: str
    points: Points
    unit: str
    units: list[str]
    step: Points
    max_quantity: Points | None
    requires_document: bool
    relevant_share: bool
    is_plain: bool
    rule: str
    standing: bool


class DocumentKind(Given):
    """What an uploaded file can be."""

    code: str
    title: str


class MonthAndDay(Given):
    """A day of any year."""

    month: int
    day: int


class Fee(Given):
    """The price of a recertification, of one designation or of any other; from `late_from` on, if one is given.

    `membership` says whether it is for members of the body or for others; without one it is for both.
    """

    type: str
    title: str
    designation: str | None
    membership: str | None
    amount: Money
    late_from: MonthAndDay | None


class Agreement(Given):
    """The Recertification Agreement."""

    version: str
    text: str


class Contact(Given):
    """Where to ask for help."""

    name: str
    email: str
    phone: str
    website: str
    get_certified: str


class InvoiceRelease(Given):
    """The day of the recertification year on which invoices go out."""

    month: int
    day: int


class Section(Given):
    """A part of the handbook: a heading with its sentences."""

    title: str
    lines: list[str]


class Program(Given):
    """One edition of the program; `handbook` tells its rules in sentences, made of the rule set itself.

    `all_document_kinds` are those of the other editions too, by which documents may have been uploaded and published.
    """

    name: str
    edition: str
    effective_from: str
    notice: str
    time_zone: str
    points_required: Points
    cycle_years: int
    carries_over: bool
    invoice_release: InvoiceRelease
    correction_days: int
    largest_document_bytes: int
    documents_kept_years: int | None
    document_types: list[str]
    designations: list[Designation]
    activities: list[Activity]
    document_kinds: list[DocumentKind]
    all_document_kinds: list[DocumentKind]
    fees: list[Fee]
    agreement: Agreement
    contact: Contact
    handbook: list[Section]

    @classmethod
    def of(cls, edition: program.Program, editions: program.Editions) -> "Program":
        """The edition of the domain as it is answered."""
        month, day = edition.invoice_release
        contact = edition.contact
        return cls(
            name=edition.name,
            edition=edition.edition,
            effective_from=edition.effective_from.isoformat(),
            notice=edition.notice,
            time_zone=edition.time_zone,
            points_required=edition.points_required,
            cycle_years=edition.cycle_years,
            carries_over=edition.carry_over is not None,
            invoice_release=InvoiceRelease(month=month, day=day),
            correction_days=edition.correction_days,
            largest_document_bytes=edition.largest_document_bytes,
            documents_kept_years=edition.documents_kept_years,
            document_types=list(ENDINGS),
            designations=[Designation(code=each.code, title=each.title) for each in edition.designations],
            activities=[
                Activity(
                    code=each.code,
                    category=each.category,
                    category_title=edition.category_title(each.category),
                    title=each.title,
                    points=each.points,
                    unit=each.unit,
                    units=list(units_known(each)),
                    step=each.step,
                    max_quantity=each.max_quantity,
                    requires_document=each.requires_document,
                    relevant_share=each.relevant_share,
                    is_plain=is_plain(each),
                    rule=activity_sentence(edition, each),
                    standing=each.standing,
                )
                for each in edition.activities
            ],
            document_kinds=_kinds(edition.document_kinds),
            all_document_kinds=_kinds(
                kind for each in (edition, *reversed(editions.programs)) for kind in each.document_kinds
            ),
            fees=[
                Fee(
                    type="recertification",
                    title=each.title,
                    designation=each.designation,
                    membership=each.membership,
                    amount=Money.of(each.amount),
                    late_from=MonthAndDay(month=each.late_from[0], day=each.late_from[1])
                    if each.late_from
                    else None,
                )
                for each in edition.fees
            ],
            agreement=Agreement(version=edition.agreement.version, text=edition.agreement.text),
            contact=Contact(
                name=contact.name,
                email=contact.email,
                phone=contact.phone,
                website=contact.website,
                get_certified=contact.get_certified,
            ),
            handbook=[Section(title=each.title, lines=list(each.lines)) for each in handbook(edition)],
        )


def _kinds(kinds: Iterable[program.DocumentKind]) -> list[DocumentKind]:
    """Each code once, by its first title."""
    titles: dict[str, str] = {}
    for kind in kinds:
        titles.setdefault(kind.code, kind.title)
    return [DocumentKind(code=code, title=title) for code, title in titles.items()]
