"""Several designations: which reports are due by a member who holds several, and for how many points each."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.rules.words import RuleSet


@dataclass(frozen=True, slots=True)
class ReportDue:
    """One report: the designation under whose rules it is made, all that it renews, and the points it needs."""

    designation: str
    renews: tuple[str, ...]
    points_required: Decimal


def reports_due(rule_set: RuleSet, held: Iterable[str]) -> tuple[ReportDue, ...]:
    """The reports that a holder of these designations has to make.

    A designation that a higher one renews needs none of its own. Where one total renews all, it is that of the
    designation that asks for most, and so many points more for each further one.
    """
    order = [each.code for each in rule_set.designations]
    codes = sorted(set(held), key=order.index)
    if not codes:
        return ()
    if rule_set.several.reports == "one-for-all":
        leading = max(codes, key=rule_set.required_for)
        further = rule_set.several.points_for_each_further * (len(codes) - 1)
        return (ReportDue(leading, tuple(codes), rule_set.required_for(leading) + further),)
    renewed = {code: _renewed_by(rule_set, code, codes) for code in codes}
    covered = {lower for code in codes for lower in renewed[code] if code not in renewed[lower]}
    return tuple(
        ReportDue(code, (code, *renewed[code]), rule_set.required_for(code))
        for code in codes
        if code not in covered
    )


def serves(rule_set: RuleSet, used_in: Iterable[str], designation: str) -> bool:
    """Whether an activity that stands in reports for some designations may be entered for another one too."""
    return rule_set.several.activity_serves == "all" or all(each == designation for each in used_in)


def _renewed_by(rule_set: RuleSet, code: str, held: Iterable[str]) -> tuple[str, ...]:
    """The held designations that a report for one renews besides it, through others too."""
    found: list[str] = []
    open_ones = [code]
    while open_ones:
        designation = rule_set.designation(open_ones.pop(0))
        for lower in () if designation is None else designation.renews:
            if lower not in found and lower != code:
                found.append(lower)
                open_ones.append(lower)
    return tuple(each for each in held if each in found)


def sentence(rule_set: RuleSet) -> str:
    """What holders of several designations do, in words; empty where there is but one."""
    if len(rule_set.designations) < 2:
        return ""
    if rule_set.several.reports == "one-for-all":
        return "One report renews every designation that you hold."
    said = ["Each designation needs a report of its own."]
    said += [
        f"A report for {each.code} renews {', '.join(each.renews)} too."
        for each in rule_set.designations
        if each.renews
    ]
    if rule_set.several.activity_serves == "all":
        said.append("The same activity may be entered in several of them.")
    else:
        said.append("An activity can be entered in one of them only.")
    return " ".join(said)
