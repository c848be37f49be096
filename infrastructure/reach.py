"""Which modules of the portal a function can reach: its handler, what that imports, and so on.

Read from the text, so an import inside of a function counts like one at the top; only what is imported for type
checkers alone does not. Nothing in shared/ or functions/ imports by a name that is made up (a test sees to that).

The wiring makes everything that any function uses and loads each where it makes it: of its imports inside of functions
those count whose function is asked for, as `wiring.members()`, by a module that is reached. The reader of editions does
not count where they are loaded, for the build has read them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("functions", "shared")
WIRING, EDITIONS = "shared.handling.wiring", "shared.programs"


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
        waiting += [package, *(imports_outside(file) if name in (WIRING, EDITIONS) else imports(file))]
        if WIRING in found:
            asked = frozenset().union(*(asked_of_wiring(each) for each in found.values()))
            waiting += imports_of(found[WIRING], asked) - found.keys()
    return frozenset(found.values())


@cache
def file_of(name: str) -> Path | None:
    """The file of a module of ours, None for every other name."""
    if name.partition(".")[0] not in OURS:
        return None
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def imports(file: Path) -> frozenset[str]:
    """The names that a file imports, and those within that may be modules themselves."""
    return frozenset(_names(_tree(file)))


@cache
def imports_outside(file: Path) -> frozenset[str]:
    """Of those, the ones outside of its functions."""
    return frozenset(_names(ast.Module(_outside(file), [])))


@cache
def asked_of_wiring(file: Path) -> frozenset[str]:
    """The functions of the wiring that a file names."""
    return frozenset(
        node.attr
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "wiring"
    )


@cache
def imports_of(file: Path, asked: frozenset[str]) -> frozenset[str]:
    """The names that functions of a file import, and the functions of that file which they call."""
    functions = {node.name: node for node in _tree(file).body if isinstance(node, ast.FunctionDef)}
    called: dict[str, ast.FunctionDef] = {}
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name in functions and name not in called:
            called[name] = functions[name]
            waiting += (node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name))
    return frozenset(name for function in called.values() for name in _names(function))


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _outside(file: Path) -> list[ast.stmt]:
    return [node for node in _tree(file).body if not isinstance(node, ast.FunctionDef)]


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
