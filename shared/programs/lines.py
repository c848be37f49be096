"""Where in a TOML file a field stands: tomllib says what a file holds, not on which line.

Tables, arrays of tables and keys at the beginning of a line are found; what lies inside a value has its value's line.
"""

import re

Path = tuple[str | int, ...]

_HEADING = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_KEY = re.compile(rf"\s*((?:{_NAME.pattern})(?:\s*\.\s*(?:{_NAME.pattern}))*)\s*=(.*)$")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'|#.*$")


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every table and key of a sound TOML file."""
    found: dict[Path, int] = {(): 1}
    table: Path = ()
    rows: dict[Path, int] = {}
    open_quote, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quote or depth > 0:
            open_quote, depth = _rest(line, open_quote, depth)
            continue
        if heading := _HEADING.match(line):
            table = _placed(_names(heading[2]), rows, new=heading[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *_names(key[1]))
            found.setdefault(path, number)
            open_quote, depth = _rest(key[2], "", 0)
    return found


def line_of(found: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that has one."""
    while path not in found:
        path = path[:-1]
    return found[path]


def _names(dotted: str) -> Path:
    return tuple(name.strip("\"'") for name in _NAME.findall(dotted))


def _placed(names: Path, rows: dict[Path, int], *, new: bool) -> Path:
    """The path of a heading with the places of the arrays it lies in; a new row has the next place."""
    path: Path = ()
    for depth, name in enumerate(names):
        path = (*path, name)
        if new and depth == len(names) - 1:
            rows[path] = rows.get(path, -1) + 1
        if path in rows:
            path = (*path, rows[path])
    return path


def _rest(line: str, open_quote: str, depth: int) -> tuple[str, int]:
    """What is still open at a line's end: a text of several lines, or brackets."""
    while True:
        if open_quote:
            end = line.find(open_quote)
            if end < 0:
                return open_quote, depth
            line, open_quote = line[end + 3 :], ""
        starts = [(line.find(quote), quote) for quote in ('"""', "'''") if quote in line]
        if not starts:
            bare = _QUOTED.sub("", line)
            return "", depth + sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
        at, open_quote = min(starts)
        bare = _QUOTED.sub("", line[:at])
        depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
        line = line[at + 3 :]
