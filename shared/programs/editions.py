"""Reads a program's editions from TOML: the rules, and what the portal needs besides."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from shared.domain.money import Money
from shared.domain.program import (
    Agreement,
    Charge,
    Contact,
    DocumentKind,
    Editions,
    Fee,
    LateFee,
    Program,
    Reinstatement,
)
from shared.domain.rules.fees import Membership, When
from shared.domain.rules.points import units_known
from shared.domain.rules.words import Several
from shared.programs.reading import MOST, MOST_YEARS, Fields, Notes, parsed
from shared.programs.rule_sets import length, note_contradictions, rule_words

LONGEST_AGREEMENT = 40_000
"""The most bytes of an agreement: each signed report keeps it whole, in one piece with the entries."""


def read_editions(folder: Path) -> Editions:
    """All editions of a program, from the TOML files of its folder; FileNotFoundError when there is none. Raises
    Unsound for the first that cannot be used, also for one that takes over what it does not know."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))]
    if not texts:
        raise FileNotFoundError(f"no edition of a program in shared/programs/{folder.name}")
    read = sorted(((program_of(text), text) for text in texts), key=lambda each: each[0].effective_from)
    editions = Editions(tuple(program for program, _ in read))
    for program, text in read:
        require_known(program, text, editions)
    return editions


def read_program(file: Path) -> Program:
    """One edition from its TOML file, beside the others of its folder. Raises Unsound with every fault."""
    text = file.read_text(encoding="utf-8")
    program = program_of(text)
    if program.takes_over:
        require_known(program, text, Editions(tuple(map(_alone, sorted(file.parent.glob("*.toml"))))))
    return program


def _alone(file: Path) -> Program:
    return program_of(file.read_text(encoding="utf-8"))


def require_known(program: Program, text: str, editions: Editions) -> None:
    """Refuse an edition that takes over and does not know all that those before it know; `editions` may hold it, or an
    older text of it. Raises Unsound."""
    if not program.takes_over:
        return
    notes = Notes()
    for sentence in _left_out(program, editions.before(program)):
        notes.add(("takes_over",), sentence)
    notes.raise_if_any(text)


def _left_out(taking: Program, before: Iterable[Program]) -> list[str]:
    """What an edition that takes over lacks of those before it, a sentence each: running cycles may hold it."""
    said: dict[str, str] = {}
    for edition in before:
        for what in _lacking(taking, edition):
            said.setdefault(
                what, f"{what}, as it is in {edition.edition}, whose cycles this edition takes over."
            )
    return list(said.values())


def _lacking(taking: Program, edition: Program) -> Iterator[str]:
    for designation in edition.designations:
        if not taking.holds_designation(designation.code):
            yield f'The designation "{designation.code}" is missing'
    for activity in edition.activities:
        known = taking.activity(activity.code)
        if known is None:
            yield f'The activity "{activity.code}" is missing'
        elif known.unit != activity.unit:
            yield f'The activity "{activity.code}" is not counted by the {activity.unit}'
        else:
            for unit in units_known(activity):
                if unit not in units_known(known):
                    yield f'The activity "{activity.code}" cannot be entered in {unit}'


def program_of(text: str) -> Program:
    """One edition from its TOML text, by itself; numbers become exact decimals. Raises Unsound with every fault."""
    notes = Notes()
    fields = Fields(parsed(text), notes)
    words = rule_words(fields) | _portal_words(fields)
    fields.close()
    notes.raise_if_any(text)
    program = Program(**words)
    note_contradictions(program, notes)
    _note_portal(program, notes)
    notes.raise_if_any(text)
    return program


def _portal_words(fields: Fields) -> dict[str, Any]:
    in_portal = fields.flag("reinstatement_in_portal", default=None)
    reinstatement = fields.table("reinstatement", needed=in_portal)
    tiers = None if reinstatement is None else _reinstatement(reinstatement)
    return {
        "name": fields.text("name"),
        "edition": fields.text("edition"),
        "effective_from": fields.day("effective_from"),
        "notice": fields.text("notice"),
        "time_zone": fields.text("time_zone"),
        "invoice_release": fields.month_and_day("invoice_release"),
        "payment_terms_days": fields.whole("payment_terms_days", least=0),
        "correction_days": fields.whole("correction_days", least=0),
        "reminder_days": fields.wholes("reminder_days"),
        "document_kinds": tuple(_document_kind(row) for row in fields.rows("document_kinds", needed=True)),
        "fees": tuple(_fee(row) for row in fields.rows("fees", needed=True)),
        "charges": tuple(_charge(row) for row in fields.rows("charges")),
        "agreement": _agreement(fields.table("agreement", needed=True)),
        "contact": _contact(fields.table("contact", needed=True)),
        "largest_document_bytes": fields.whole("largest_document_bytes", most=MOST),
        "documents_kept_years": fields.maybe_whole("documents_kept_years", most=MOST_YEARS),
        "reinstatement": tiers if in_portal else None,
    }


def _note_portal(program: Program, notes: Notes) -> None:
    _note_not_acted_on(program, notes)
    designations = {each.code for each in program.designations}
    if not designations:
        notes.add(("designations",), "This is missing: at least one table [[designations]].")
    for place, fee in enumerate(program.fees):
        if fee.designation is not None and fee.designation not in designations:
            notes.add(("fees", place, "designation"), f'There is no designation "{fee.designation}".')
    for place, charge in enumerate(program.charges):
        if charge.designation is not None and charge.designation not in designations:
            notes.add(("charges", place, "designation"), f'There is no designation "{charge.designation}".')


def _note_not_acted_on(program: Program, notes: Notes) -> None:
    """Refuse the words by which the engine can count and the portal does not act, so that no handbook promises them."""
    alone = "The portal takes a report for each designation and does not act on this word; leave it out here."
    for place, designation in enumerate(program.designations):
        if designation.renews:
            notes.add(("designations", place, "renews"), alone)
    if program.several != Several():
        notes.add(("several",), alone)
    for place, charge in enumerate(program.charges):
        if charge.when == "retired":
            detail = "The portal does not know who is retired, so it cannot charge this; leave it out here."
            notes.add(("charges", place, "when"), detail)


MEMBERSHIPS: tuple[Membership, ...] = get_args(Membership)
WHEN: tuple[When, ...] = get_args(When)


def _document_kind(row: Fields) -> DocumentKind:
    found = DocumentKind(row.text("code"), row.text("title"))
    row.close()
    return found


def _reinstatement(table: Fields) -> Reinstatement:
    found = Reinstatement(
        table.whole("window_days"), tuple(_late_fee(row) for row in table.rows("late_fees"))
    )
    table.close()
    return found


def _late_fee(row: Fields) -> LateFee:
    found = LateFee(row.whole("within_days"), _money(row))
    row.close()
    return found


def _fee(row: Fields) -> Fee:
    late_from = row.month_and_day("late_from", needed=False)
    membership = row.choice("membership", MEMBERSHIPS) if "membership" in row else None
    found = Fee(row.text("title"), _money(row), row.text("designation", "") or None, late_from, membership)
    row.close()
    return found


def _charge(row: Fields) -> Charge:
    found = Charge(
        when=row.choice("when", WHEN),
        title=row.text("title"),
        amount=_money(row),
        within=length(row.table("within")),
        designation=row.text("designation", "") or None,
        membership=row.choice("membership", MEMBERSHIPS) if "membership" in row else None,
        instead=row.flag("instead"),
    )
    row.close()
    return found


def _money(row: Fields) -> Money:
    return Money(row.whole("amount", least=0, most=MOST), row.text("currency"))


def _agreement(table: Fields | None) -> Agreement | None:
    if table is None:
        return None
    found = Agreement(table.text("version"), _paragraphs(table.text("text")))
    if len(found.text.encode()) > LONGEST_AGREEMENT:
        table.fault("text", f"Give a text of at most {LONGEST_AGREEMENT:,} bytes.")
    table.close()
    return found


def _contact(table: Fields | None) -> Contact | None:
    if table is None:
        return None
    names = ("name", "email", "phone", "website", "get_certified")
    found = Contact(*(table.text(name) for name in names))
    table.close()
    return found


def _paragraphs(text: str) -> str:
    """Lines that belong together in one paragraph joined; blank lines part paragraphs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
