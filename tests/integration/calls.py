"""What the code asks of AWS: every call of a client, with what it consumed."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call: its operation and parameters, and the capacity units that DynamoDB says it took."""

    operation: str
    parameters: dict[str, Any]
    units: float

    @property
    def is_consistent(self) -> bool:
        """Whether it reads strongly consistently."""
        asked = self.parameters.get("RequestItems") or {"": self.parameters}
        return all(each.get("ConsistentRead") is True for each in asked.values())

    @property
    def actions(self) -> set[str]:
        """What IAM has to allow for it; those on an index end in `/index`."""
        if self.operation == "TransactWriteItems":
            kinds = {kind for write in self.parameters["TransactItems"] for kind in write}
            return {
                "dynamodb:ConditionCheckItem" if k == "ConditionCheck" else f"dynamodb:{k}Item" for k in kinds
            }
        index = "/index" if "IndexName" in self.parameters else ""
        return {f"dynamodb:{self.operation}{index}"}


_MADE: list[Call] = []


@contextmanager
def calls_within() -> Iterator[list[Call]]:
    """The calls made within, in order, of every client that is watched and on whichever thread."""
    before = len(_MADE)
    made: list[Call] = []
    yield made
    made += _MADE[before:]


class Calls:
    """Watches the calls of a client."""

    def __init__(self, client: Any) -> None:
        self.client = client
        events = client.meta.events
        events.register("provide-client-params.dynamodb", self._ask_for_capacity)
        events.register("before-call.*", self._remember)
        events.register("after-call.*", self._note)

    @staticmethod
    def counted() -> AbstractContextManager[list[Call]]:
        """The calls made within, in order."""
        return calls_within()

    def _ask_for_capacity(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        takes = model.input_shape is not None and "ReturnConsumedCapacity" in model.input_shape.members
        return {**params, "ReturnConsumedCapacity": "TOTAL"} if takes else params

    def _remember(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        body = params.get("body") or b"{}"
        context["asked"] = json.loads(body)

    def _note(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity") or []
        parts = consumed if isinstance(consumed, list) else [consumed]
        units = sum(float(each["CapacityUnits"]) for each in parts)
        _MADE.append(Call(model.name, context.get("asked", {}), units))
