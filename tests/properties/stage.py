"""The portal before its services in memory: made once, set back to how it was before each run, and compared."""

import copy
import gzip
import json
import logging
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
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
from shared.handling import wiring
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

DOWN = "Stripe does not answer, so payments could not be compared"

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
        monkeypatch.setattr(clock, "now", THE_TIME)
        started = time.time()
        monkeypatch.setattr(Clock, "__call__", lambda _: started)
        EDITIONS.cache_clear()
        monkeypatch.setattr(wiring, "editions", cache(lambda: keeping_documents(EDITIONS())))
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


def keeping_documents(editions: Editions) -> Editions:
    """The program's editions with a time of keeping documents, which the shipped ones leave open."""
    return Editions(tuple(replace(each, documents_kept_years=KEPT_YEARS) for each in editions.programs))


def stripe_now(portal: Portal) -> Any:
    """All that Stripe knows."""
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
    kept: dict[Any, Any] = {}
    happened: Counter[tuple[str, str]] = Counter()
    for partition, found in services.dynamo.partitions.items():
        for sort, item in found.items():
            if "findings" in item.get("data", {}).get("M", {}):
                happened |= {(partition, each["S"]): 1 for each in item["data"]["M"]["findings"]["L"]}
            elif partition.startswith("HISTORY#"):
                happened[partition, item["type"]["S"]] += 1
            else:
                kept[partition, sort] = _written(item)
    del happened["HISTORY#attention", DOWN]  # what was compared in the next run
    account = portal.stripe.stand_in._account.objects
    return {
        "table": kept,
        "history": happened,
        "objects": {
            (bucket, FRESH.sub("", key)): _opened(versions[-1][1])
            for (bucket, key), versions in services.objects.items()
        },
        "messages": {url: set(sent) for url, sent in services.queues.items() if sent},
        "mails": set(services.mails),
        "users": copy.deepcopy(services.users),
        "stripe": Counter(
            _at_stripe(each) for kind in account if kind != "event" for each in account[kind].values()
        ),
    }


def _at_stripe(thing: Any) -> tuple[Any, ...]:
    names = ("object", "status", "payment_intent", "amount", "amount_refunded", "amount_total", "metadata")
    return tuple(str(thing.get(name)) for name in names)


def _written(item: Any) -> str:
    """An item as text, remembered: most are the same after every run."""
    known = _TEXTS.get(id(item))
    if known is None:
        known = _TEXTS[id(item)] = (item, FRESH.sub("", json.dumps(_counts(item), sort_keys=True)))
    return known[1]


_TEXTS: dict[int, tuple[Any, str]] = {}


def _counts(item: Any) -> Any:
    counts = item.get("counts", {}).get("M")
    if counts is None:
        return item
    done = sum(int(counts.get(name, {"N": "0"})["N"]) for name in COUNTED)
    others = {name: value for name, value in counts.items() if name not in COUNTED}
    return {**item, "counts": {**others, "done": done}}


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
    found = []
    for part, held in one.items():
        if held == other[part]:
            continue
        if isinstance(held, set):
            found.append(f"{part}: {held ^ other[part]}")
            continue
        names = [name for name in {**held, **other[part]} if held.get(name) != other[part].get(name)]
        found += [
            f"{part} {name}: {held.get(name)!s:.600} / {other[part].get(name)!s:.600}" for name in names
        ]
    return found
