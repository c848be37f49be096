"""Every sentence of the auditor of whole tables has been seen: a table that a history left, with one thing changed."""

import ast
import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from shared.repositories.table import _read
from tests.properties import table_auditor
from tests.properties.histories import tell
from tests.properties.table_auditor import audit
from tests.unit.domain.builders import CERTIFICATION_ID

FIRST_SEED, MOST_SEEDS = 20270215, 200
OWN, ARCHIVE = f"CERTIFICATION#{CERTIFICATION_ID}", f"ARCHIVE#{CERTIFICATION_ID}"
HISTORY = f"HISTORY#certification:{CERTIFICATION_ID}"

Items = dict[tuple[str, str], dict[str, Any]]
Change = Callable[[Items], Mapping[str, Any] | None]
"""Changes a table; gives what else the auditor is told, None when there is nothing to change."""


def told(**more: Any) -> Change:
    """The table as it is, and what else is said."""
    return lambda _: more


def to(partition: str, sort: str, when: Callable[[Any], bool] = bool, **values: Any) -> Change:
    """The first item of a kind that fits, with other attributes."""

    def change(items: Items) -> Mapping[str, Any] | None:
        for (pk, sk), item in items.items():
            if pk == partition and sk.startswith(sort) and when(item):
                items[pk, sk] = item | {
                    name: new(item) if callable(new) else new for name, new in values.items()
                }
                return {}
        return None

    return change


def gone(partition: str, sort: str, when: Callable[[Any], bool] = bool) -> Change:
    """Without the items of a kind."""

    def change(items: Items) -> Mapping[str, Any] | None:
        places = [
            at for at, item in items.items() if at[0] == partition and at[1].startswith(sort) and when(item)
        ]
        for at in places:
            del items[at]
        return {} if places else None

    return change


def of_waiting(change: Change) -> Change:
    """Where a report waits."""
    return lambda items: change(items) if items[OWN, "CYCLE"]["state"] == "submitted" else None


def of_closed(change: Change) -> Change:
    """Where a cycle was approved."""

    def approved(items):
        return [i for (pk, _), i in items.items() if pk == ARCHIVE and i.get("state") == "approved"]

    return lambda items: change(items) if approved(items) else None


def of_named(change: Change) -> Change:
    """Where an entry names a document."""

    def named(items: Items) -> bool:
        return any(sk.startswith("ENTRY#") and i["claim"].get("document_ids") for (_, sk), i in items.items())

    return lambda items: change(items) if named(items) else None


def named_by_a_report(document: Any) -> bool:
    return bool(document["archived_at"])


def in_both_places(items: Items) -> Mapping[str, Any] | None:
    """A document of a closed cycle stands on the dashboard too."""
    found = [sk for pk, sk in items if pk == ARCHIVE and sk.startswith("DOCUMENT#")]
    for sort in found[:1]:
        items[OWN, sort] = {**items[ARCHIVE, sort], "PK": OWN}
    return {} if found else None


def paid(invoice: Any) -> bool:
    return bool(invoice["status"] == "paid" and invoice["payments"])


def charged(*payments: str) -> Change:
    """Charges for an invoice that is there."""

    def change(items: Items) -> Mapping[str, Any] | None:
        found = [
            item for (pk, sk), item in items.items() if pk == OWN and sk.startswith("INVOICE#") and paid(item)
        ]
        if not found:
            return None
        own = found[0]["payments"][0]["payment_id"]
        named = [own if each == "own" else each for each in payments]
        of = found[0]["invoice_id"]
        return {"charges": [{"invoice_id": of, "payment_id": each, "is_kept": True} for each in named]}

    return change


def event(kind: str) -> Callable[[Any], bool]:
    return lambda item: item["type"] == kind


def left_behind(items: Items) -> Mapping[str, Any] | None:
    """A document of a closed cycle's report where the next cycle takes it for its own."""
    for at in [place for place in items if place[0] == ARCHIVE and place[1].startswith("DOCUMENT#")]:
        if named_by_a_report(items[at]):
            items[OWN, at[1]] = items.pop(at) | {"PK": OWN}
            return {}
    return None


def counted_twice(invoice: Any) -> Any:
    first = {**invoice["payments"][0], "payment_id": "other", "surplus": False}
    return [*invoice["payments"], first]


CASES: dict[str, Change] = {
    "charges for an invoice that is not there": told(
        charges=[{"invoice_id": "inv_x", "payment_id": "x", "is_kept": True}]
    ),
    "an acknowledged entry is lost": told(acknowledged=["ent_x"]),
    "the total is not the sum of the entries": to(OWN, "CYCLE", points_total=Decimal(999)),
    "something was accepted at the limit": told(most_at_once=Decimal(-50)),
    "a signed text is not what its hash says": to(ARCHIVE, "SIGNED#", signed_hash="0"),
    "a cycle is locked without a signing, or signed and not locked": of_waiting(
        to(OWN, "CYCLE", state="open")
    ),
    "a submission has no signed record": of_waiting(gone(ARCHIVE, "SIGNED#")),
    "the entries are not those that were signed": of_waiting(to(OWN, "ENTRY#", version=Decimal(99))),
    "it was signed without the required points": of_waiting(told(points_required=Decimal(1000))),
    "an entry names a document that is not there": of_named(gone(OWN, "DOCUMENT#")),
    "a document has more than one home": in_both_places,
    "has left a document of its report behind": of_closed(left_behind),
    "it was signed without its documents": of_waiting(told(needing=["employment"])),
    "has lost a document of its report": of_closed(gone(ARCHIVE, "DOCUMENT#", named_by_a_report)),
    "the closed cycles are not those before the current one": to(OWN, "CYCLE", number=Decimal(99)),
    "was approved without its payment": of_closed(gone(OWN, "INVOICE#")),
    "was approved without a submission": of_closed(to(ARCHIVE, "CYCLE#", submission=None)),
    "was approved without the points": of_closed(told(points_required=Decimal(1000))),
    "a submission is not what its record says": of_waiting(to(OWN, "SUBMISSION", signature="Another")),
    "an invoice is not what its payments make of it": to(OWN, "INVOICE#", paid, status="disputed"),
    "two payments settle one invoice": to(OWN, "INVOICE#", paid, payments=counted_twice),
    "what was paid is unpaid": to(OWN, "INVOICE#", paid, status="open"),
    "it is paid by nothing": to(OWN, "INVOICE#", paid, payments=[]),
    "a charge does not stand on its invoice": charged("other"),
    "it is charged twice and not refunded": charged("own", "other"),
    "signings, and": gone(HISTORY, "EVENT#", event("cycle-submitted")),
    "approvals, and": gone(HISTORY, "EVENT#", event("cycle-approved")),
}


@pytest.mark.parametrize("sentence", CASES)
def test_a_table_that_breaks_a_rule_is_seen(sentence: str) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + MOST_SEEDS):
        stored = tell(seed).dynamo.partitions.values()
        items = {(item["PK"], item["SK"]): item for held in stored for item in map(_read, held.values())}
        assert audit(items.values()) == []
        more = CASES[sentence](items)
        if more is not None:
            found = audit(items.values(), **more)
            assert any(sentence in each for each in found), found
            return
    pytest.fail(f"no history to try it on: {sentence}")


def test_no_sentence_of_the_auditor_is_left_out() -> None:
    texts = [
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(table_auditor)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") >= 3
    ]
    documentation = [each for each in texts if each.rstrip().endswith(".") or "\n" in each]
    said = [each.strip(": ") for each in texts if each not in documentation]
    assert [each for each in said if each not in CASES] == []
    assert len(said) >= 18
