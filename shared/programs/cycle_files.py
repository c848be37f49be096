"""Reads a cycle with its entries from TOML, to try a rule set out."""

from dataclasses import dataclass
from decimal import Decimal

from shared.domain.entries import Claim
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.claims import Period
from shared.domain.rules.cycles import last_day_to_earn
from shared.domain.rules.ledger import Ledger, ledger
from shared.domain.rules.points import units_known
from shared.domain.rules.words import RuleSet
from shared.programs.reading import Fields, Notes, parsed


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the file, numbered from 1."""

    entry_id: str
    claim: Claim


def read_cycle(text: str, rule_set: RuleSet) -> Ledger:
    """The ledger of the cycle in a file, on its `day` or else its last day. Raises Unsound with every fault."""
    notes = Notes()
    fields = Fields(parsed(text), notes)
    starts_on, ends_on = fields.day("starts_on"), fields.day("ends_on")
    day = fields.day("day") if "day" in fields else ends_on
    designation = fields.text("designation", "")
    if designation and rule_set.designation(designation) is None:
        fields.fault("designation", f'There is no designation "{designation}".')
    carried_in = tuple(_carried_in(row) for row in fields.rows("carried_in"))
    entries = [_entry(number, row, rule_set) for number, row in enumerate(fields.rows("entries"), start=1)]
    fields.close()
    notes.raise_if_any(text)
    period = Period(
        starts_on, ends_on, designation, carried_in, last_day_to_earn(rule_set.cycle_rules, ends_on)
    )
    return ledger(rule_set, period, entries, day)


def _carried_in(row: Fields) -> CarriedIn:
    found = CarriedIn(row.number("points"), row.text("category"), row.whole("times", 1))
    row.close()
    return found


def _entry(number: int, row: Fields, rule_set: RuleSet) -> Listed:
    code = row.text("activity")
    activity = rule_set.activity(code)
    if activity is None:
        row.fault("activity", f'There is no activity "{code}".')
    unit = row.text("unit", "")
    if activity is not None and unit not in ("", *units_known(activity)):
        row.fault("unit", f"This activity is counted in: {', '.join(units_known(activity))}.")
    ended_on = row.day("ended_on")
    share = row.positive("relevant_percent")
    claim = Claim(
        activity=code,
        quantity=row.number("quantity", Decimal(1)),
        title=row.text("title", code),
        organization=row.text("organization", ""),
        started_on=row.day("started_on") if "started_on" in row else ended_on,
        ended_on=ended_on,
        unit=unit,
        relevant_percent=share,
    )
    row.close()
    return Listed(f"{number:03}", claim)
