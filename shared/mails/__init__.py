"""The words of the mails, a template each: the subject in the first line, then paragraphs, `$name` to be filled in.

What a template says becomes the text as it stands and the HTML after escaping, so neither can differ from the other,
and no name or comment is ever markup.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")


def render(name: str, values: Mapping[str, str]) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail; KeyError when the template wants a word that `values` lacks."""
    subject, _, body = _template(name).substitute(values).partition("\n")
    text = re.sub(
        r"\n{3,}", "\n\n", f"{body.strip()}\n\n{_template('signature').substitute(values).strip()}\n"
    )
    return " ".join(subject.split()), text, as_html(text)


def as_html(text: str) -> str:
    """A text as HTML: paragraphs, lists of lines that begin with a hyphen, and links."""
    blocks = "\n".join(_block(block) for block in text.strip().split("\n\n"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head>\n'
        '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">\n'
        f"{blocks}\n</body></html>\n"
    )


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>\n".join(_inline(line) for line in lines) + "</p>"


def _inline(line: str) -> str:
    parts, end = [], 0
    for found in _ADDRESS.finditer(line):
        address = html.escape(found[0])
        parts += [html.escape(line[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join((*parts, html.escape(line[end:])))


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
