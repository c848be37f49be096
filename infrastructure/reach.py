"""Which modules of the portal a function can reach: its handler, what that imports, and so on.

Read from the text, so an import inside of a function counts like one at the top; only what is imported for type
checkers alone does not. Nothing in shared/ or functions/ imports by a name that is made up (a test sees to that).
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("functions", "shared")


@cache
def reached(function: str) -> frozenset[Path]:
    """The files that the function in `functions/<function>` can come to load, below ROOT."""
    found: dict[str, Path] = {}
    waiting = [f"functions.{function}.handler"]
    while waiting:
        name = waiting.pop()
        file = file_of(name)
        if name in found or file is None:
            continue
        found[name] = file
        package, _, _ = name.rpartition(".")
        waiting += [package, *imports(file)]
    return frozenset(found.values())


def file_of(name: str) -> Path | None:
    """The file of a module of ours, None for every other name."""
    if name.partition(".")[0] not in OURS:
        return None
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def imports(file: Path) -> frozenset[str]:
    """The names that a file imports, and those within that may be modules themselves."""
    return frozenset(_names(ast.parse(file.read_text(encoding="utf-8"))))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return
        case ast.Import(names=names):
            yield from (each.name for each in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield module
            yield from (f"{module}.{each.name}" for each in names)
    for inner in ast.iter_child_nodes(node):
        yield from _names(inner)
