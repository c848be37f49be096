"""`make cost`: what the portal costs to run, into docs/cost.md; `--check` says whether that is up to date."""

import sys
from collections.abc import Mapping

from infrastructure.cost import reckoning
from infrastructure.cost.reckoning import MEMBERS, ROOT

FILE = ROOT / "docs" / "cost.md"
README = ROOT / "README.md"


PAGE = """# What it costs to run

Written by `make cost`, in US dollars a year: what the [meter](data-model.md#what-each-costs) counted, times the list
prices in `infrastructure/cost/prices.toml`, times the profile of use in `infrastructure/cost/profile.toml`.
**Prices are those of {region} as known on {as_of}, written from memory: check them before you rely on a figure.**
The profile, and the durations and sizes beside the units, are assumptions, stated in that file; memory, event sources,
alarms and rules are those of the templates, with the settings of `samconfig.toml`. Free allowances are left out but for
those of alarms, metrics, dashboards, idle queues and log-ins, which are for good. Not in here: Stripe's fees, taxes,
support, a year's one export or import of everything (cents), and documents (S3, GuardDuty).

## Usage

With the settings of prod, which keeps logs for {kept} days; with dev's {kept_dev}, 10,000 members cost ${usage_dev}.

{usage}

A member logs in during {months} months of a year here. `StaffTotp=required` takes Cognito's Essentials plan, optional
the Lite one (`infrastructure/auth.yaml`); 10,000 active members a month are free in both. Beyond them log-ins are the
largest part of the bill, and no work of ours on units changes that: up to {free:,.0f} members they are free, at 100,000
they cost {lite:.0f} times what all else does in the Lite plan, and {essentials:.0f} times in the other.

SES's row has Cognito's own mails, which go through it where the log-ins have a `SenderAddress`: ${log_in_mails} for
10,000 members. Lambda's and the logs' have the function that looks at each token with `StaffTotp=required`: ${tokens}.

## What stands still

{fixed}

Lambda's pollers ask each of the {sources} queues that feed a function for messages, and each question is charged
although nothing waits there. By Lambda's guide there are five pollers for a queue with a `MaximumConcurrency` (as few
as two without one), and each waits up to {poll} s: {polls:.1f} million requests a month. The first million of an
account is free.

All this is of a stage in an account of its own, as [deploy](deploy.md) has it. A second one in the same account finds
used up what is free: dev beside prod pays ${second_alarms:.0f} for its alarms, ${second_polling:.0f} for asking its
queues, and up to ${second_metrics:.0f} for metrics, of which each stage has its own ({metrics} each), so that no stage
rings for what happened on another; a metric is charged by the hours in which it was written.

Without `Firewall=on` (about ${firewall:.0f} a year for the pages, ${firewall_logins:.0f} for the log-ins, beside the
requests they look at) and malware scanning. An alarm for each function would be ${alarm_each:.0f} more. A stage without
members costs no more than this.

## What a member does

The dearest dozen, for 10,000 members and year: times a member, and dollars.

{dearest}
"""


def money(dollars: float) -> str:
    """Dollars as they are written."""
    return f"{dollars:,.0f}" if dollars >= 100 else f"{dollars:,.2f}"


def sentence() -> str:
    """The README's line on what the portal costs."""
    usage = sum(reckoning.of_usage(10_000).values())
    fixed = sum(reckoning.of_standing_still().values())
    return (
        f"Reckoned from metered units: about ${usage:.0f} a year for 10,000 members, without documents, "
        f"and ${fixed:.0f} that stand still ([cost](docs/cost.md))."
    )


def _table(heads: tuple[str, ...], rows: Mapping[str, tuple[float, ...]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return lines + [f"| {name} | {' | '.join(map(money, values))} |" for name, values in rows.items()]


def page() -> str:
    """docs/cost.md."""
    price = reckoning.prices()
    by_members = {members: reckoning.of_usage(members) for members in MEMBERS}
    usage: dict[str, tuple[float, ...]] = {
        service: tuple(by_members[members][service] for members in MEMBERS)
        for service in reckoning.of_a_member()
    }
    usage["**usage**"] = tuple(sum(by_members[members].values()) for members in MEMBERS)
    for plan in ("lite", "essentials"):
        logins = tuple(reckoning.of_log_ins(members, plan) for members in MEMBERS)
        usage[f"log-ins, Cognito's {plan.capitalize()} plan"] = logins
    standing = [reckoning.of_standing_still(stage) for stage in reckoning.STAGES]
    fixed = {name: tuple(each[name] for each in standing) for name in standing[0]}
    fixed["**fixed**"] = tuple(sum(each.values()) for each in standing)
    days = [reckoning.retention(stage) for stage in reckoning.STAGES]
    firewalls = reckoning.of_firewalls()
    dearest = sorted(_dearest().items(), key=lambda each: -each[1][1])[:12]
    heads = ("", *(f"{members:,} members" for members in MEMBERS))
    words = {
        "region": price["region"],
        "as_of": price["as_of"],
        "usage": "\n".join(_table(heads, usage)),
        "months": reckoning.profile()["active_months"],
        "free": 12 / reckoning.profile()["active_months"] * price["cognito"]["free_active_months"],
        **{
            plan: reckoning.of_log_ins(100_000, plan) / usage["**usage**"][2]
            for plan in ("lite", "essentials")
        },
        "log_in_mails": money(10_000 * reckoning.of_log_in_mails()),
        "tokens": money(10_000 * sum(reckoning.of_tokens().values())),
        "kept_dev": days[0],
        "kept": days[1],
        "usage_dev": money(sum(reckoning.of_usage(10_000, "dev").values())),
        "fixed": "\n".join(_table(("", *reckoning.STAGES), fixed)),
        "sources": len(reckoning.queue_sources()),
        "poll": price["sqs"]["poll_seconds"],
        "polls": reckoning.idle_polls() / 1e6,
        **{f"second_{kind}": dollars for kind, dollars in reckoning.of_a_second_stage("dev").items()},
        "metrics": reckoning.own_metrics(),
        "firewall": firewalls[0],
        "firewall_logins": firewalls[1],
        "alarm_each": reckoning.of_an_alarm_each(),
        "dearest": "\n".join(_table(("request or message", "times", "dollars"), dict(dearest))),
    }
    return PAGE.format_map(words)


def _dearest() -> dict[str, tuple[float, float]]:
    use = reckoning.profile()
    return {
        f"`{name}`": (times, 10_000 * times * sum(reckoning.Operation(name).dollars.values()))
        for part in ("member", "staff", "jobs")
        for name, times in use[part].items()
    }


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv:
        if FILE.read_text() == page() and sentence() in README.read_text():
            return 0
        print("docs/cost.md or the README's line on cost is out of date: run `make cost`", file=sys.stderr)
        return 1
    FILE.write_text(page())
    print(page())
    if sentence() not in README.read_text():
        print(f"README.md has to say: {sentence()}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
