"""Reading many objects: pages of lists, ranges of time, Stripe's search, and expanded ids."""

import copy
import re
from typing import Any

from infrastructure.local.stripe_stand_in.account import KINDS, Account
from infrastructure.local.stripe_stand_in.errors import ApiError
from infrastructure.local.stripe_stand_in.objects import Thing

_CLAUSE = re.compile(
    r"""\s*(?:metadata\[["'](?P<key>[^"']+)["']\]|(?P<field>[a-z_]+))\s*(?P<how>[:<>]=?|>=|<=)\s*"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<number>\d+))\s*""",
    re.VERBOSE,
)


def page(account: Account, kind: str, params: Thing, path: str) -> Thing:
    """A page of a list, newest first: `limit`, `starting_after`, `ending_before`, `created`, equal fields."""
    found = [thing for thing in reversed(account.objects[kind].values()) if _fits(thing, params)]
    limit = params.get("limit", 10)
    if after := params.get("starting_after"):
        found = found[_position(found, after, "starting_after") + 1 :]
    elif before := params.get("ending_before"):
        found = found[: _position(found, before, "ending_before")]
        return _page(found[-limit:], len(found) > limit, path)
    return _page(found[:limit], len(found) > limit, path)


def search(account: Account, kind: str, params: Thing, path: str) -> Thing:
    """Objects that match clauses like `metadata["k"]:"v"` or `created>1` joined by AND; one page only."""
    clauses = [_clause(part) for part in re.split(r"\s+AND\s+", params["query"], flags=re.IGNORECASE)]
    found = [
        thing
        for thing in reversed(account.objects[kind].values())
        if all(_matches(thing, *clause) for clause in clauses)
    ]
    limit = params.get("limit", 10)
    return {
        "object": "search_result",
        "url": path,
        "has_more": len(found) > limit,
        "next_page": None,
        "data": found[:limit],
    }


def expanded(account: Account, answer: Thing, paths: list[str]) -> Thing:
    """A copy of the answer with objects in place of ids at these paths (`payment_intent`, `data.charge`)."""
    answer = copy.deepcopy(answer)
    for path in paths:
        _expand(account, answer, path.split("."), path)
    return answer


def _expand(account: Account, holder: Any, parts: list[str], path: str) -> None:
    if isinstance(holder, list):
        for one in holder:
            _expand(account, one, parts, path)
        return
    if not isinstance(holder, dict):
        return
    name, *rest = parts
    holder[name] = _object_at(account, holder, name, path)
    if rest:
        _expand(account, holder[name], rest, path)


def _object_at(account: Account, holder: Thing, name: str, path: str) -> Any:
    if name == "line_items" and holder.get("object") == "checkout.session":
        return _page(account.items[holder["id"]], False, f"/v1/checkout/sessions/{holder['id']}/line_items")
    found = holder.get(name, "")
    if not isinstance(found, str):
        return found
    kind = KINDS.get(found[:3])
    if kind is None:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    return copy.deepcopy(account.find(kind, found))


def _page(data: list[Thing], has_more: bool, path: str) -> Thing:
    return {"object": "list", "url": path, "has_more": has_more, "data": data}


def _fits(thing: Thing, params: Thing) -> bool:
    for name, wanted in params.items():
        match name:
            case "created":
                if not all(_compared(thing["created"], how, bound) for how, bound in wanted.items()):
                    return False
            case "types":
                if thing["type"] not in wanted:
                    return False
            case "delivery_success":
                if (thing["pending_webhooks"] == 0) != wanted:
                    return False
            case "limit" | "starting_after" | "ending_before" | "expand":
                pass
            case _:
                if thing[name] != wanted:
                    return False
    return True


def _position(found: list[Thing], object_id: str, param: str) -> int:
    for position, thing in enumerate(found):
        if thing["id"] == object_id:
            return position
    raise ApiError(f"No such object: '{object_id}'", code="resource_missing", param=param)


def _clause(part: str) -> tuple[str, str | None, str, str | int]:
    match = _CLAUSE.fullmatch(part)
    if match is None:
        raise ApiError(f"We were unable to parse your search query: {part}", param="query")
    if match["number"] is not None:
        return match["field"] or "metadata", match["key"], match["how"], int(match["number"])
    value = match["double"] if match["double"] is not None else match["single"]
    return match["field"] or "metadata", match["key"], match["how"], value


def _matches(thing: Thing, field: str, key: str | None, how: str, wanted: str | int) -> bool:
    found = thing["metadata"].get(key) if key is not None else thing.get(field)
    if how == ":":
        return bool(found == wanted)
    return isinstance(found, int) and isinstance(wanted, int) and _compared(found, how, wanted)


def _compared(found: int, how: str, bound: int) -> bool:
    match how:
        case "gt" | ">":
            return found > bound
        case "gte" | ">=":
            return found >= bound
        case "lt" | "<":
            return found < bound
        case _:
            return found <= bound
