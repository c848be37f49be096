"""Methods of dataclasses that were compiled at the build are those that Python would compile at every start."""

import dataclasses
import marshal
import sys
from dataclasses import FrozenInstanceError, dataclass
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

import pytest

from shared.adapters import ready_methods
from shared.adapters.ready_methods import NAME, digest, running, use_ready_methods

RUN = exec


def made() -> Any:
    @dataclass(frozen=True, slots=True, order=True)
    class Points:
        """A class as the portal's are."""

        value: int
        kind: str = "webinar"

    return Points


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a class is compiled from."""
    found: list[str] = []

    def run(text: str, *namespaces: Any) -> None:
        found.append(text)
        RUN(text, *namespaces)

    monkeypatch.setitem(vars(dataclasses), "exec", run)
    made()
    return found


def test_a_class_with_ready_methods_is_the_same(monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> None:
    ready = {digest(text): marshal.dumps(compile(text, "<string>", "exec")) for text in texts}
    compiled: list[str] = []
    monkeypatch.setattr(ready_methods.builtins, "exec", noting(compiled))
    monkeypatch.setitem(vars(dataclasses), "exec", running(ready))
    points = made()
    assert compiled == []
    assert (points(3), points(3) < points(4), hash(points(3))) == (
        points(3, "webinar"),
        True,
        hash(points(3)),
    )
    assert repr(points(3)).endswith("Points(value=3, kind='webinar')")
    with pytest.raises(FrozenInstanceError):
        points(3).value = 4


def test_a_text_that_is_not_known_is_compiled(monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(ready_methods.builtins, "exec", noting(compiled))
    monkeypatch.setitem(vars(dataclasses), "exec", running({}))
    assert made()(3).kind == "webinar"
    assert compiled == texts


@pytest.mark.parametrize(("magic", "taken"), [(MAGIC_NUMBER, True), (b"else", False)])
def test_what_another_python_compiled_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, magic: bytes, taken: bool
) -> None:
    (tmp_path / NAME).write_bytes(marshal.dumps((magic, {})))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.setitem(vars(dataclasses), "exec", exec)
    use_ready_methods()
    assert (vars(dataclasses)["exec"] is not exec) == taken


def noting(compiled: list[str]) -> Any:
    """An `exec` that notes what it has to compile."""

    def run(code: Any, *namespaces: Any) -> None:
        if isinstance(code, str):
            compiled.append(code)
        RUN(code, *namespaces)

    return run
