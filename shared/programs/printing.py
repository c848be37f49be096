"""A ledger for a terminal: in sentences, or as JSON for a program."""

import json
from decimal import Decimal

from shared.domain.days import written_day
from shared.domain.rules.ledger import Ledger
from shared.domain.rules.words import plain


def printed(ledger: Ledger, *, as_json: bool) -> str:
    """The ledger as text."""
    return json.dumps(_data(ledger), indent=2, ensure_ascii=False) if as_json else _text(ledger)


def _text(ledger: Ledger) -> str:
    called = ledger.rule_set.called
    lines = [
        f"{line.entry_id}  claimed {plain(line.claimed)}, counted {plain(line.counted)}, carried "
        f"{plain(line.carried)}, refused {plain(line.refused)}\n     {line.explanation}"
        for line in ledger.lines
    ]
    lines += [
        f"{ledger.rule_set.category_title(name)}: {plain(points)}"
        for name, points in ledger.by_category.items()
    ]
    lines += [
        f"{written_day(year.starts_on)} to {written_day(year.ends_on)}: {plain(points)}"
        for year, points in ledger.by_year
    ]
    lines.append(f"Total: {plain(ledger.total)} of {plain(ledger.required)} {called(ledger.required)}.")
    if ledger.carried_on:
        lines.append(f"Carried over: {plain(ledger.carried)}.")
    return "\n".join([*lines, *(ledger.missing or ["Nothing is missing."])])


def _data(ledger: Ledger) -> dict[str, object]:
    return {
        "total": _number(ledger.total),
        "required": _number(ledger.required),
        "claimed": _number(ledger.claimed),
        "carried": _number(ledger.carried),
        "refused": _number(ledger.refused),
        "met": ledger.met,
        "takes_more": ledger.takes_more,
        "missing": list(ledger.missing),
        "by_category": {name: _number(points) for name, points in ledger.by_category.items()},
        "by_group": {name: _number(points) for name, points in ledger.by_group.items()},
        "by_year": [
            {"starts_on": str(year.starts_on), "ends_on": str(year.ends_on), "points": _number(points)}
            for year, points in ledger.by_year
        ],
        "minimums": [
            {"text": each.text, "points": _number(each.points), "missing": _number(each.missing)}
            for each in ledger.minimums
        ],
        "carried_on": [
            {"category": each.category, "points": _number(each.points), "times": each.times}
            for each in ledger.carried_on
        ],
        "lines": [
            {
                "entry": line.entry_id,
                "activity": line.activity,
                "category": line.category,
                "claimed": _number(line.claimed),
                "counted": _number(line.counted),
                "carried": _number(line.carried),
                "refused": _number(line.refused),
                "rule": line.rule,
                "cap": line.cap,
                "explanation": line.explanation,
            }
            for line in ledger.lines
        ],
    }


def _number(points: Decimal) -> int | float:
    """A JSON number; few digits, so that its text is the decimal's."""
    return int(points) if points == points.to_integral_value() else float(points)
