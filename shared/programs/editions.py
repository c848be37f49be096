"""Reads a program's editions from TOML."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain.money import Money
from shared.domain.program import (
    Activity,
    Agreement,
    Contact,
    Designation,
    DocumentKind,
    Editions,
    Fee,
    LateFee,
    Program,
    Reinstatement,
)

FOLDER = Path(__file__).parent


@cache
def load_editions(name: str) -> Editions:
    """All editions in `shared/programs/<name>/`, read once a process; FileNotFoundError when there is none."""
    files = sorted((FOLDER / name).glob("*.toml"))
    if not files:
        raise FileNotFoundError(f"no edition of a program in shared/programs/{name}")
    programs = sorted((read_program(file) for file in files), key=lambda program: program.effective_from)
    return Editions(tuple(programs))


def read_program(file: Path) -> Program:
    """One edition from its TOML file; numbers become exact decimals."""
    data = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    release = data["invoice_release"]
    return Program(
        name=data["name"],
        edition=data["edition"],
        effective_from=data["effective_from"],
        notice=data["notice"],
        time_zone=data["time_zone"],
        points_required=Decimal(data["points_required"]),
        cycle_years=data["cycle_years"],
        invoice_release=(release["month"], release["day"]),
        payment_terms_days=data["payment_terms_days"],
        correction_days=data["correction_days"],
        reminder_days=tuple(data["reminder_days"]),
        designations=tuple(Designation(**row) for row in data["designations"]),
        activities=tuple(_activity(row) for row in data["activities"]),
        document_kinds=tuple(DocumentKind(**row) for row in data["document_kinds"]),
        fees=tuple(_fee(row) for row in data["fees"]),
        agreement=Agreement(data["agreement"]["version"], _paragraphs(data["agreement"]["text"])),
        contact=Contact(**data["contact"]),
        largest_document_bytes=data["largest_document_bytes"],
        reinstatement=_reinstatement(data["reinstatement"]) if data["reinstatement_in_portal"] else None,
    )


def _activity(row: Mapping[str, Any]) -> Activity:
    maximum = row.get("max_quantity")
    return Activity(
        code=row["code"],
        category=row["category"],
        title=row["title"],
        points=Decimal(row["points"]),
        unit=row["unit"],
        step=Decimal(row.get("step", 1)),
        max_quantity=None if maximum is None else Decimal(maximum),
        requires_document=row.get("requires_document", False),
    )


def _reinstatement(rules: Mapping[str, Any]) -> Reinstatement:
    tiers = tuple(
        LateFee(row["within_days"], Money(row["amount"], row["currency"])) for row in rules["late_fees"]
    )
    return Reinstatement(rules["window_days"], tiers)


def _fee(row: Mapping[str, Any]) -> Fee:
    late = row.get("late_from")
    late_from = None if late is None else (late["month"], late["day"])
    return Fee(row["title"], Money(row["amount"], row["currency"]), row.get("designation"), late_from)


def _paragraphs(text: str) -> str:
    """Lines that belong together in one paragraph joined; blank lines part paragraphs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
