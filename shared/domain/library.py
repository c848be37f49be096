"""The library: contributions of approved reports that staff published to all members."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.documents import Document

MOST_WORDS = 12
"""How many words of a title a contribution is found by."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Contribution:
    """A published contribution as members see it: of whom it is, only the name is told."""

    document_id: str
    kind: str
    title: str
    file_name: str
    content_type: str
    size: int
    contributed_by: str
    published_at: datetime
    words: tuple[str, ...]

    def has_words(self, beginnings: Sequence[str]) -> bool:
        """Whether for each of the beginnings a word of the title begins so."""
        return all(any(word.startswith(each) for word in self.words) for each in beginnings)

    def is_shown_under(self, place: str, beginning: str) -> bool:
        """Whether a place in the library, `<word>#…`, is the first at which this is found by a beginning, if any."""
        if not beginning:
            return True
        return place.partition("#")[0] == next(word for word in self.words if word.startswith(beginning))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, each once, in their order."""
    return tuple(dict.fromkeys(_WORD.findall(text.casefold())))[:MOST_WORDS]


def contribution_of(document: Document, name: str, published_at: datetime) -> Contribution:
    """What the library shows of a document, with the name of the member who contributed it."""
    return Contribution(
        document_id=document.document_id,
        kind=document.kind,
        title=document.title,
        file_name=document.file_name,
        content_type=document.content_type,
        size=document.size,
        contributed_by=name,
        published_at=published_at,
        words=words_of(document.title),
    )
