"""Choosing a route as an HTTP API does: a full match before a greedy one before `$default`, fixed before variable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from infrastructure.local.template import Route


@dataclass(frozen=True)
class Match:
    """A route and what its variables stand for, percent-decoded."""

    route: Route
    parameters: Mapping[str, str]


class Router:
    """The routes of one API."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._default: Route | None = None
        self._routes: list[tuple[tuple[str, ...], Route]] = []
        for route in routes:
            if route.path == "$default":
                self._default = route
            else:
                self._routes.append((tuple(route.path.split("/")[1:]), route))
        # Fixed parts sort before variables, variables before greedy ones, a method before ANY.
        self._routes.sort(key=lambda item: ([_rank(part) for part in item[0]], item[1].method == "ANY"))

    def find(self, method: str, raw_path: str) -> Match | None:
        """The route of a request by its path as sent; a known path with another method is an unknown route."""
        parts = raw_path.split("/")[1:]
        for pattern, route in self._routes:
            if route.method not in (method, "ANY"):
                continue
            parameters = _match(pattern, parts)
            if parameters is not None:
                return Match(route, parameters)
        return Match(self._default, {}) if self._default else None


def _rank(part: str) -> int:
    if part.endswith("+}"):
        return 2
    return 1 if part.startswith("{") else 0


def _match(pattern: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for position, part in enumerate(pattern):
        if part.endswith("+}"):
            rest = "/".join(parts[position:])
            return {**parameters, part[1:-2]: unquote(rest)} if rest else None
        if position >= len(parts):
            return None
        if part.startswith("{"):
            if not parts[position]:
                return None
            parameters[part[1:-1]] = unquote(parts[position])
        elif part != unquote(parts[position]):
            return None
    return parameters if len(parts) == len(pattern) else None
