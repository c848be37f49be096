"""Whether anything that is written would land over what its writer has not seen.

Whatever a golden run writes or checks is altered just before, as another would have left it meanwhile: something stands
where nothing stood, or what was read is changed or gone. The condition that goes with the write has to refuse that.
The lines of the repositories that make conditions are read out of the code, so that none is left untried.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from shared.repositories import keys, table
from tests.properties.call_sites import trees
from tests.properties.memory_dynamodb import Attributes, MemoryDynamoDB, Place, _holds, _place

REPOSITORIES = "shared/repositories/"
TABLE = f"{REPOSITORIES}table.py"
MAKERS = ("put", "delete", "check")
"""What makes a write with a condition."""

KEY = ("PK", "SK")


@dataclass(frozen=True)
class ConditionSite:
    """A call that makes a write with a condition."""

    file: str
    function: str
    made: str
    first: int
    last: int

    def holds(self, file: str, line: int) -> bool:
        """Whether a line is one of the call's."""
        return file == self.file and self.first <= line <= self.last

    def __str__(self) -> str:
        return f"{self.file.removeprefix(REPOSITORIES)} {self.function}: {self.made}"


def condition_sites() -> list[ConditionSite]:
    """Every line of the repositories that makes a condition."""
    return [
        ConditionSite(file, function.name, ast.unparse(call), call.lineno, call.end_lineno or call.lineno)
        for file, tree in trees().items()
        if file.startswith(REPOSITORIES) and file != TABLE
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MAKERS
    ]


@dataclass
class Watched:
    """What was tried while golden runs wrote."""

    tried: int = 0
    unseen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What would have landed, and in which runs."""
    lines: set[tuple[str, int]] = field(default_factory=set)
    """Where conditions were made."""

    def wrote(self, run: str, memory: MemoryDynamoDB, writes: list[Mapping[str, Any]]) -> None:
        """Try everything that one call writes or checks."""
        touched = {_place(each.get("Item") or each["Key"]) for write in writes for each in write.values()}
        for write in writes:
            ((operation, parameters),) = write.items()
            item = parameters.get("Item")
            place = _place(item or parameters["Key"])
            found = memory.item(place)
            if not _holds(found, parameters):
                continue  # it is refused as it is
            for how, altered in alterations(found, item or parameters["Key"]):
                self.tried += 1
                if _holds(altered, parameters):
                    self.unseen[f"{operation} {kind(place)}, {how}"].add(run)
            for other in rests_on(place, found, item):
                self.tried += 1
                if other not in touched:
                    self.unseen[f"{operation} {kind(place)}, whatever {kind(other)} is"].add(run)

    def made(self, *given: Any) -> dict[str, Any]:
        """Note the line that makes a condition."""
        frame = sys._getframe(1)
        while frame.f_code.co_filename.endswith(TABLE):
            assert frame.f_back is not None
            frame = frame.f_back
        file = frame.f_code.co_filename
        self.lines.add((file[file.rindex(REPOSITORIES) :], frame.f_lineno))
        return MADE(*given)


MADE = table._condition


def kind(place: Place) -> str:
    """What an item is, by its keys without their ids."""
    partition, sort = (part.partition("#")[0] for part in place)
    return f"{partition} / {sort if sort.isupper() else '…'}"


def alterations(found: Attributes | None, item: Attributes) -> Iterator[tuple[str, Attributes | None]]:
    """What another may have left in the place of what is there."""
    if found is None:
        yield "where something stands", another(item)
        return
    yield "changed meanwhile", another(found)
    yield "gone meanwhile", None
    if "version" in found:
        yield "another version", {**found, "version": {"N": str(int(found["version"]["N"]) + 1)}}


def another(item: Attributes) -> Attributes:
    """All of it is another's."""
    return {name: value if name in KEY else {"S": "another's"} for name, value in item.items()}


def rests_on(place: Place, found: Attributes | None, item: Attributes | None) -> Iterator[Place]:
    """What the same call has to look at: a closed cycle's invoices, a certification's and a standing claim's cycle."""
    for name in ("invoice_id", "late_fee_id"):
        if place[1].startswith("CYCLE#") and item is not None and name in item:
            key = keys.invoice(item[name]["S"])
            yield key["PK"], key["SK"]
    if place[1] == "STANDING" or (place[1] == "CERTIFICATION" and found is not None):
        yield place[0], "CYCLE"


@contextmanager
def watching(watched: Watched, run: str) -> Iterator[None]:
    """Try every write to the table in memory."""
    put, transact = MemoryDynamoDB._put, MemoryDynamoDB._transact

    def watched_put(
        self: MemoryDynamoDB, item: Attributes, parameters: Mapping[str, Any], tried: int
    ) -> None:
        watched.wrote(run, self, [{"Put": {**parameters, "Item": item}}])
        put(self, item, parameters, tried)

    def watched_transact(self: MemoryDynamoDB, writes: list[Mapping[str, Any]], token: str) -> None:
        watched.wrote(run, self, writes)
        transact(self, writes, token)

    with (
        patch.object(MemoryDynamoDB, "_put", watched_put),
        patch.object(MemoryDynamoDB, "_transact", watched_transact),
        patch.object(table, "_condition", watched.made),
    ):
        yield
