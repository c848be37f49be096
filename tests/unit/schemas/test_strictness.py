"""Nothing that is sent is taken for something else: no number or word for a truth, no text for a number."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.schemas.fields import Sent

SCHEMAS = sorted(file.stem for file in (Path(__file__).parents[3] / "shared" / "schemas").glob("*.py"))
WRONG: dict[str, list[Any]] = {
    "boolean": [0, 1, 0.0, "true", "false", "yes", "on", "", [], {}],
    "integer": ["1", "1e3", 1.5, True, False, "", [], {}],
    "number": ["1", "1.5", True, False, "NaN", "", [], {}],
    "string": [1, 1.5, True, ["x"], {"x": "y"}],
}
"""What a value of a JSON type must not be made of."""


def sent() -> Iterator[tuple[str, Any, str]]:
    """Every field of every body, with its JSON types."""
    for name in SCHEMAS:
        import_module(f"shared.schemas.{name}")
    waiting = [Sent]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        for field, described in model.model_json_schema().get("properties", {}).items():
            for each in described.get("anyOf", [described]):
                if each.get("type") in WRONG:
                    yield f"{model.__name__}.{field}", model.model_fields[field], each["type"]


FIELDS = {name: (field, kind) for name, field, kind in sent()}


@pytest.mark.parametrize("name", FIELDS)
def test_a_value_of_another_type_is_refused(name: str) -> None:
    field, kind = FIELDS[name]
    adapter = TypeAdapter(field.annotation if not field.metadata else field.rebuild_annotation())
    for wrong in WRONG[kind]:
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
