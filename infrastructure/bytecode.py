"""What the build compiles itself, in a Python of its own (`python -m infrastructure.bytecode modules|methods …`).

The modules of a function, without docstrings: a tenth of their size, which nothing reads where they run. Classes keep
one of a letter, for a dataclass without any makes itself one at every start.

And the methods of dataclasses. `dataclass` writes them as a text when a class is made and compiles it, at every start:
a fifth of a member's function's. The text follows from the class alone, so it is compiled here, and
shared/adapters/ready_methods.py finds what it became.
"""

import argparse
import ast
import builtins
import dataclasses
import marshal
from collections.abc import Iterator
from importlib import import_module
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from typing import Any

from shared.adapters.ready_methods import digest

UNCHECKED_HASH = b"\x01\x00\x00\x00"
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """One of the two."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    kinds = arguments.add_subparsers(dest="kind", required=True)
    modules = kinds.add_parser("modules", help="every module below a folder becomes bytecode")
    modules.add_argument("folder", type=Path)
    modules.add_argument("where", help="the folder that tracebacks name")
    methods = kinds.add_parser("methods", help="of every dataclass that the portal comes to load")
    methods.add_argument("file", type=Path)
    wanted = arguments.parse_args()
    if wanted.kind == "modules":
        compile_modules(wanted.folder, wanted.where)
    else:
        wanted.file.write_bytes(marshal.dumps((MAGIC_NUMBER, compiled_methods())))


def compile_modules(folder: Path, where: str) -> None:
    """Bytecode in place of each source; it carries the source's hash, which Python does not check."""
    for file in sorted(folder.rglob("*.py")):
        source = file.read_bytes()
        code = compile(bare(source), f"{where}/{file.relative_to(folder)}", "exec", dont_inherit=True)
        content = MAGIC_NUMBER + UNCHECKED_HASH + source_hash(source) + marshal.dumps(code)
        file.with_suffix(".pyc").write_bytes(content)
        file.unlink()


def bare(source: bytes) -> ast.Module:
    """A module without docstrings; each class that has one says no more than a dash."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            continue
        if ast.get_docstring(node, clean=False) is None:
            continue
        place = node.body[0]
        match node:
            case ast.Module():
                del node.body[0]
            case ast.FunctionDef():
                node.body[0] = ast.copy_location(ast.Pass(), place)
            case ast.ClassDef():
                node.body[0] = ast.fix_missing_locations(
                    ast.copy_location(ast.Expr(ast.Constant("-")), place)
                )
    return tree


def compiled_methods() -> dict[bytes, bytes]:
    """Of each text that `dataclass` writes, its digest and its code."""
    texts: set[str] = set()

    def run(text: str, *namespaces: Any) -> None:
        texts.add(text)
        builtins.exec(text, *namespaces)  # noqa: S102

    vars(dataclasses)["exec"] = run
    for name in ours():
        import_module(name)
    found = {digest(text): marshal.dumps(compile(text, "<string>", "exec")) for text in sorted(texts)}
    return dict(sorted(found.items()))


def ours() -> Iterator[str]:
    """Every module that a function may load."""
    for package in ("functions", "shared"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if file.name != "__main__.py":
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


if __name__ == "__main__":
    main()
