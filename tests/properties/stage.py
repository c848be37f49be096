"""The portal before its services in memory: made once, set back to how it was before each run, and compared."""

import copy
import gzip
import json
import logging
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import count
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore import UNSIGNED
from botocore.retries.quota import RetryQuota

from infrastructure.local.stripe_stand_in import objects
from shared import settings
from shared.adapters import aws, clock, stripe_payments
from shared.domain import ids
from shared.domain.program import Editions
from shared.domain.rules.words import Grace, Length
from shared.handling import wiring
from shared.repositories import keys, recertifications
from shared.repositories.table import Table
from shared.use_cases import import_file, import_roster, try_edition
from tests.integration import contract
from tests.integration.portal import CLIENT_ID, Portal
from tests.properties.cloud import SERVICES, Cloud
from tests.properties.line import AwsLine, Line, StripeLine
from tests.unit.stripe_here import ORIGIN, SECRET_KEY, WEBHOOK_SECRET, Clock, InProcess

WIRED = {
    name: made for name, made in vars(wiring).items() if hasattr(made, "cache_clear") and name != "editions"
}
"""What a process makes once, as it is before a harness puts something else there."""

CLIENTS: dict[str, Any] = {service: getattr(aws, service) for service in SERVICES}

THE_TIME = clock.now
CHECK = contract.check

DOWN = (
    "Stripe does not answer, so payments could not be compared",
    "Stripe does not answer, so notices that were lost could not be looked for",
)

SETTINGS = {
    "TABLE_NAME": "memory",
    "USER_POOL_CLIENT_ID": CLIENT_ID,
    "USER_POOL_ID": "eu-west-1_pool",
    "PORTAL_URL": "https://portal.example.org",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "DOCUMENTS_BUCKET": "documents",
    "TRANSFERS_BUCKET": "transfers",
    "MALWARE_PROTECTION": "off",
    "SENDER_ADDRESS": "portal@example.org",
    "CONFIGURATION_SET": "reports",
    "STRIPE_API_BASE": ORIGIN,
    "STRIPE_SECRET_KEY_PARAMETER": "/stripe/key",
    "STRIPE_WEBHOOK_SECRET_PARAMETER": "/stripe/webhook",
    **{f"{name}_QUEUE_URL": f"https://sqs/{name.lower()}" for name in ("LOGINS", "INVOICES", "MAILS")},
    **{f"{name}_QUEUE_URL": f"https://sqs/{name.lower()}" for name in ("EXPORTS", "IMPORTS")},
}
EDITIONS = wiring.editions
KEPT_YEARS = 7

TRANSACTION_LIMIT, ROWS, CHUNKS, TOGETHER = 12, 2, 2, 40
"""What goes into one step is little here, so that few things make several."""

SHARDS = 3
"""Of the index: each is asked alike, and each costs its query in every run."""
TO_READ = {"/stripe/key": SECRET_KEY, "/stripe/webhook": WEBHOOK_SECRET}


class NoCalls:
    """The harness counts calls of a table; here they are counted at the line."""

    @contextmanager
    def counted(self) -> Iterator[list[Any]]:
        yield []


class Stage:
    """The portal before its services in memory, which can be set back to how they were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
        self._patch = monkeypatch
        for name, value in {**SETTINGS, "PROGRAM": program}.items():
            monkeypatch.setenv(name, value)
        self.aws = AwsLine(Line(), Cloud(secrets=TO_READ))
        for service in SERVICES:
            monkeypatch.setattr(aws, service, self._client(service))
        monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
        monkeypatch.setattr(Table, "_pause", lambda *_: None)
        monkeypatch.setattr(contract, "check", checked_once())
        monkeypatch.setattr(clock, "now", THE_TIME)
        started = time.time()
        monkeypatch.setattr(Clock, "__call__", lambda _: started)
        EDITIONS.cache_clear()
        monkeypatch.setattr(wiring, "editions", cache(lambda: with_all(EDITIONS())))
        monkeypatch.setattr(recertifications, "TRANSACTION_LIMIT", TRANSACTION_LIMIT)
        monkeypatch.setattr(keys, "DUE_SHARDS", SHARDS)
        monkeypatch.setattr(import_file, "CHUNK", ROWS)
        monkeypatch.setattr(import_file, "CHUNKS", CHUNKS)
        monkeypatch.setattr(try_edition, "TOGETHER", TOGETHER)
        monkeypatch.setattr(import_roster, "ThreadPoolExecutor", one_after_the_other)
        self.process()
        self.portal = Portal(monkeypatch, NoCalls())  # type: ignore[arg-type]
        self.as_deployed()
        monkeypatch.setattr(stripe_payments, "Line", self._stripe_line)
        self._numbers = count(1)
        monkeypatch.setattr(objects, "new_id", lambda prefix, *_: f"{prefix}{next(self._numbers):08d}")
        monkeypatch.setattr(ids, "fresh_key", lambda: f"fresh{next(self._numbers):08d}")

    def _client(self, service: str) -> Any:
        client = CLIENTS[service].__wrapped__()
        client.meta.events.register("before-call", self.aws.begin)
        client.meta.events.register("before-send", self.aws.send)
        client.meta.events.register("choose-signer.dynamodb", lambda **_: UNSIGNED)  # a seventh of the time
        return lambda: client

    def _stripe_line(self, *_: Any) -> StripeLine:
        return StripeLine(self.aws, InProcess(self.portal.stripe))

    def as_deployed(self) -> None:
        """Every adapter as it is deployed."""
        for name, made in WIRED.items():
            self._patch.setattr(wiring, name, made)

    def process(self) -> None:
        """A new process: nothing is remembered from the one before."""
        settings.settings.cache_clear()
        aws.secret.cache_clear()
        for made in WIRED.values():
            made.cache_clear()

    def set_back(self, services: Cloud, at_stripe: Any, line: Line) -> Cloud:
        """A new process before these services; gives the copy that it works on."""
        self.process()
        self.aws.line, self.aws.cloud = line, services.copy()
        self._numbers = count(5_000)
        if at_stripe is not None:
            restore_stripe(self.portal, at_stripe)
        return self.aws.cloud

    def close(self) -> None:
        self.portal.close()
        EDITIONS.cache_clear()


def checked_once() -> Callable[[str, int, dict[str, str], bytes], None]:
    """Hold each answer against the contract once: most are told over and over."""
    known: set[Any] = set()

    def check(key: str, status: int, headers: dict[str, str], body: bytes) -> None:
        told = (key, status, tuple(sorted(headers.items())), body)
        if told not in known:
            CHECK(key, status, headers, body)
            known.add(told)

    return check


def with_all(editions: Editions) -> Editions:
    """The program's editions with a time of keeping documents, which the shipped ones leave open; and with a grace,
    where reinstatement is asked for in the portal."""
    made = []
    for each in editions.programs:
        rules = each.cycle_rules
        if each.reinstatement is not None:
            rules = replace(rules, grace=Grace(Length(1, 0), earns=False))
        made.append(replace(each, documents_kept_years=KEPT_YEARS, cycle_rules=rules))
    return Editions(tuple(made))


def stripe_now(portal: Portal) -> Any:
    """All that Stripe knows, once what is under way has come."""
    portal.stripe.drain()
    account, keys = portal.stripe.stand_in._account, portal.stripe.stand_in._keys
    return copy.deepcopy((account.objects, account.items, account._intent_data, keys._kept))


def restore_stripe(portal: Portal, known: Any) -> None:
    """Let Stripe know this and no more."""
    account, keys = portal.stripe.stand_in._account, portal.stripe.stand_in._keys
    account.objects, account.items, account._intent_data, keys._kept = copy.deepcopy(known)
    portal.stripe.received.clear()


@contextmanager
def staged(program: str) -> Iterator[tuple[Stage, pytest.MonkeyPatch]]:
    """A stage for a program, and silence."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch:
        made = Stage(patch, program)
        yield made, patch
        made.close()
    made.process()
    logging.disable(before)


# --- what is the same in the end ---

FRESH = re.compile(r"fresh\d{8}")
COUNTED = ("created", "updated", "unchanged")
"""An import that comes again finds unchanged what it created before: the sum is the same."""


def state(services: Cloud, portal: Portal) -> dict[str, Any]:
    """All that is stored. What is made under a name of its own is counted by kind; mails and messages are those that
    were asked for, however often."""
    parts = {name: _read(name, found) for name, found in services.dynamo.partitions.items()}
    account = portal.stripe.stand_in._account.objects
    return {
        "table": {name: kept for name, (kept, _) in parts.items() if kept},
        "history": {name: happened for name, (_, happened) in parts.items() if happened},
        "objects": {
            (bucket, FRESH.sub("", key)): _unpacked(versions[-1][1])
            for (bucket, key), versions in services.objects.items()
        },
        "messages": {url: set(sent) for url, sent in services.queues.items() if sent},
        "mails": set(services.mails),
        "users": services.copy().users,
        "stripe": Counter(
            _at_stripe(each) for kind in account if kind != "event" for each in account[kind].values()
        ),
    }


def _read(name: str, found: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """What stands in a partition: items by their sort key, events by their kind. Remembered, for most partitions are
    the same after every run."""
    known = _PARTITIONS.setdefault(name, [])
    for held, result in known:
        if held == found:
            return result
    kept: dict[str, str] = {}
    happened: Counter[str] = Counter()
    for sort, item in found.items():
        if "findings" in item.get("data", {}).get("M", {}):
            happened |= {each["S"]: 1 for each in item["data"]["M"]["findings"]["L"]}
        elif name.startswith("HISTORY#"):
            happened[item["type"]["S"]] += 1
        else:
            kept[sort] = FRESH.sub("", json.dumps(_counts(item), sort_keys=True))
    for finding in DOWN:
        del happened[finding]  # what was compared in the next run
    known[:] = [(dict(found), (kept, dict(happened))), *known[:MOST_KNOWN]]
    return known[0][1]


_PARTITIONS: dict[str, list[tuple[dict[str, Any], tuple[dict[str, str], dict[str, int]]]]] = {}
MOST_KNOWN = 5


def _at_stripe(thing: Any) -> tuple[Any, ...]:
    names = ("object", "status", "payment_intent", "amount", "amount_refunded", "amount_total", "metadata")
    return tuple(str(thing.get(name)) for name in names)


def _counts(item: Any) -> Any:
    counts = item.get("counts", {}).get("M")
    if counts is None:
        return item
    done = sum(int(counts.get(name, {"N": "0"})["N"]) for name in COUNTED)
    others = {name: value for name, value in counts.items() if name not in COUNTED}
    return {**item, "counts": {**others, "done": done}}


@cache
def _unpacked(content: bytes) -> Any:
    return _opened(content)


def _opened(content: bytes) -> Any:
    """An archive by its files. An import that comes again finds proposed what it proposed before."""
    if content.startswith(b"\x1f\x8b"):
        return _opened(gzip.decompress(content))
    if not content.startswith(b"PK"):
        return content.replace(b"proposed-before", b"proposed")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What is not the same, in short."""
    return [
        f"{part} {name}: {held!s:.600} / {wanted!s:.600}"
        for part in one
        if one[part] != other[part]
        for name, held, wanted in _beside(one[part], other[part])
    ]


def _beside(one: Any, other: Any) -> Iterator[tuple[Any, Any, Any]]:
    """What differs, by its name, as it is in the one and in the other."""
    if isinstance(one, set):
        yield "", one - other, other - one
        return
    for name in {**one, **other}:
        held, wanted = one.get(name), other.get(name)
        if isinstance(held or wanted, dict):
            for key in {**(held or {}), **(wanted or {})}:
                here, there = (held or {}).get(key), (wanted or {}).get(key)
                if here != there:
                    yield (name, key), here, there
        elif held != wanted:
            yield name, held, wanted


class Course:
    """How a golden run went: for each thing, all that it ever was meanwhile."""

    def __init__(self, untouched: dict[str, Any]) -> None:
        self.states = [untouched]

    def strayed(self, found: dict[str, Any]) -> list[str]:
        """What is not as it ever was, item by item; of messages and mails some may be there already."""
        first, last = self.states[0], self.states[-1]
        wrong = []
        for part, here in found.items():
            if here == first[part] or here == last[part]:
                continue
            if part == "mails":
                wrong += [f"mails: {here - last[part]}"] if here - last[part] else []
                continue
            for name, held, before in _beside(here, first[part]):
                ever = [before, *(_of(each[part], name) for each in self.states)]
                is_some = part == "messages" and held <= (ever[-1] or set())
                if held not in ever and not is_some:
                    wrong.append(
                        f"{part} {name}: {held!s:.600}, and was only ever {before!s:.600} / {ever[-1]!s:.600}"
                    )
        return wrong


def _of(held: Any, name: Any) -> Any:
    """A thing by its name."""
    if isinstance(name, tuple) and name not in held:
        return (held.get(name[0]) or {}).get(name[1])
    return held.get(name)


def one_after_the_other(_: int) -> ThreadPoolExecutor:
    """A pool of one thread: the calls of a golden run come in one order."""
    return ThreadPoolExecutor(1)
