"""The methods of dataclasses, compiled at the build.

`dataclass` writes `__init__`, `__eq__` and the rest as a text, and compiles it whenever a class is made: of the
hundred and fifty classes of a member's function, pydantic's among them, that is a fifth of its start. Here a text whose
code lies ready is not compiled again. A text that is not known is compiled as ever, so that a class that has changed,
another Python, or no build at all only takes longer.
"""

import builtins
import dataclasses
import marshal
import sys
from collections.abc import Callable
from hashlib import blake2b
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

NAME = "dataclass_methods"
"""The file that the build leaves in a layer, beside its packages (infrastructure/bytecode.py)."""


def digest(text: str) -> bytes:
    """What a text is known by."""
    return blake2b(text.encode(), digest_size=16).digest()


def use_ready_methods() -> None:
    """Before the first dataclass is made; without the build's file nothing changes."""
    found = next((file for folder in sys.path if (file := Path(folder, NAME)).is_file()), None)
    if found is None:
        return
    magic, methods = marshal.loads(found.read_bytes())  # noqa: S302 (the build's own, beside the packages)
    if magic == MAGIC_NUMBER:
        # `dataclasses` looks the name up among its own before Python's
        vars(dataclasses)["exec"] = running(methods)


def running(methods: dict[bytes, bytes]) -> Callable[..., None]:
    """An `exec` that takes the code that lies ready for a text."""

    def run(text: str, *namespaces: Any) -> None:
        ready = methods.get(digest(text))
        builtins.exec(text if ready is None else marshal.loads(ready), *namespaces)  # noqa: S102, S302

    return run
