"""Where the portal's code calls a service: every call on a client, on the table, or on what holds one, by its file and
lines, as the code says it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOTS = ("shared", "functions")
WIRING = "shared/handling/wiring.py"
OUTSIDE = ("shared/repositories", "shared/adapters")
"""What holds a client or the table is made here."""

SIGNATURES = {"generate_presigned_post", "generate_presigned_url", "construct_event"}
"""What a client works out by itself: nothing is sent."""

CLIENTS = (
    "DynamoDBClient",
    "SQSClient",
    "SESClient",
    "S3Client",
    "SSMClient",
    "CognitoIdentityProviderClient",
    "StripeClient",
)


OWN = "its own"
"""What a method asks of its own object: nothing by itself, but it may lead to a call."""


@dataclass(frozen=True)
class Site:
    """One call, from its first line to its last: a frame may stand at any of them."""

    file: str
    function: str
    called: str
    kind: str
    first: int
    last: int

    @property
    def method(self) -> str:
        """What is asked for."""
        return self.called.rpartition(".")[2]

    def holds(self, line: int) -> bool:
        """Whether a line of the file is one of the call's."""
        return self.first <= line <= self.last

    def __str__(self) -> str:
        return f"{self.file}:{self.first} {self.function}: {self.called}"


@cache
def trees() -> dict[str, ast.Module]:
    """All that is deployed."""
    files = [file for root in ROOTS for file in sorted(Path(root).rglob("*.py"))]
    return {file.as_posix(): ast.parse(file.read_text()) for file in files}


@cache
def holders() -> frozenset[str]:
    """The names of the classes that are asked for what is outside: those made here, and the ports' shapes of them."""
    found = set(CLIENTS)
    for file, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and (file.startswith(OUTSIDE) or _is_port(node)):
                found.add(node.name)
    return frozenset(found)


def _is_port(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) == "Protocol" for base in node.bases)


@cache
def made_by() -> dict[str, str]:
    """What the handlers' wiring, and the adapters' properties, give: the class that each is annotated with."""
    return {
        node.name: kind
        for file, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (kind := _kind(node.returns)) in holders()
        and (kind in CLIENTS or file == WIRING)
    }


@cache
def kept() -> dict[str, dict[str, str]]:
    """What objects of each class keep: the classes of their attributes and properties, as annotated."""
    found: dict[str, dict[str, str]] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                own = found.setdefault(node.name, {})
                for each in node.body:
                    if isinstance(each, ast.AnnAssign):
                        own[ast.unparse(each.target)] = _kind(each.annotation)
                    elif isinstance(each, ast.FunctionDef) and "property" in map(
                        ast.unparse, each.decorator_list
                    ):
                        own[each.name] = _kind(each.returns)
    return found


def _kind(annotation: ast.expr | None) -> str:
    """The class that an annotation names, without its module, its quotes and a None beside it."""
    if annotation is None:
        return ""
    text = ast.unparse(annotation).replace(" | None", "").strip("'\"")
    return text.rpartition(".")[2]


@cache
def sites() -> tuple[Site, ...]:
    """Every call that ends at a service: on a client, or on what has such a call in the method that is asked for."""
    every = tuple(site for file, tree in trees().items() for site in _of_file(file, tree))
    calling: set[str] = set()
    found: tuple[Site, ...] = ()
    while True:
        before = found
        found = tuple(
            each
            for each in every
            if (each.kind in CLIENTS and each.method not in SIGNATURES) or each.method in calling
        )
        if found == before:
            return tuple(each for each in found if each.kind != OWN)
        calling = {each.function.rpartition(".")[2] for each in found if "." in each.function}


def _of_file(file: str, tree: ast.Module) -> Iterator[Site]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            own = _attributes(node)
            for each in node.body:
                if isinstance(each, ast.FunctionDef):
                    yield from _of_function(file, f"{node.name}.{each.name}", each, own)
        elif isinstance(node, ast.FunctionDef):
            yield from _of_function(file, node.name, node, {})


def _attributes(node: ast.ClassDef) -> dict[str, str]:
    """The kinds of what a class keeps, by name."""
    found: dict[str, str] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.AnnAssign):
            found[ast.unparse(each.target).removeprefix("self.")] = _kind(each.annotation)
    for method in node.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        given = _parameters(method)
        for each in ast.walk(method):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute):
                kind = _holder(each.value, given, {})
                if kind:
                    found[each.targets[0].attr] = kind
    return found


def _parameters(function: ast.FunctionDef) -> dict[str, str]:
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return {each.arg: _kind(each.annotation) for each in given}


def _of_function(file: str, name: str, function: ast.FunctionDef, own: dict[str, str]) -> Iterator[Site]:
    known = _parameters(function)
    for each in ast.walk(function):
        if isinstance(each, ast.Assign):
            _learn(each, known, own)
    for each in ast.walk(function):
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute):
            continue
        kind = _holder(each.func.value, known, own)
        if kind in holders() or ("." in name and ast.unparse(each.func.value) == "self"):
            last = each.end_lineno or each.lineno
            kind = kind if kind in holders() else OWN
            yield Site(file, name, ast.unparse(each.func), kind, each.lineno, last)


def _learn(assigned: ast.Assign, known: dict[str, str], own: dict[str, str]) -> None:
    """What local names hold."""
    for target in assigned.targets:
        values: list[Any]
        if isinstance(target, ast.Tuple) and isinstance(assigned.value, ast.Tuple):
            names, values = target.elts, assigned.value.elts
        else:
            names, values = [target], [assigned.value]
        for each, value in zip(names, values, strict=False):
            if isinstance(each, ast.Name) and (kind := _holder(value, known, own)):
                known[each.id] = kind


def _holder(value: ast.expr, known: dict[str, str], own: dict[str, str]) -> str:
    """The class of an expression, as far as names, attributes and the wiring tell."""
    if isinstance(value, ast.Name):
        return known.get(value.id, "")
    if isinstance(value, ast.Call):
        called = value.func
        name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
        return made_by().get(name, name if name in holders() else "")
    if isinstance(value, ast.Attribute):
        if ast.unparse(value.value) == "self":
            return own.get(value.attr, made_by().get(value.attr, ""))
        kind = _holder(value.value, known, own)
        return (
            kind if kind in CLIENTS else kept().get(kind, {}).get(value.attr, "")
        )  # of Stripe's: v1.refunds
    return ""
