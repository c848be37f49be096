"""The printed report: its text can be read out of it, any name prints, and no text becomes anything but text."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from functions.report_pdf.paper import FONTS, Paper
from functions.report_pdf.report import report_pdf
from shared.domain.reports import Report, report_of
from tests.unit.domain.builders import PROGRAM, TODAY, claim, cycle_with

MADE_AT = datetime(2027, 6, 15, 15, 0, tzinfo=UTC)


def report(*titles: str, name: str = "Marge Bouvier") -> Report:
    claims = [claim("webinar", 1, title=title) for title in titles]
    return replace(report_of(cycle_with(*claims), None, PROGRAM.agreement, TODAY), member_name=name)


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made), strict=True)


def text_of(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(made).pages)


def test_the_ledger_can_be_searched_and_copied() -> None:
    text = text_of(report_pdf(report("Staffing in hard times"), MADE_AT))
    for words in (
        "Recertification Report",
        "Marge Bouvier",
        "IPMA-CP",
        "Staffing in hard times",
        "City of Springfield",
        "1 of 50 required",
        "49 more points are needed.",
        "Not signed.",
        "Page 1 of",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (1, "1 document that was attached is no longer kept."),
        (2, "2 documents that were attached are no longer kept."),
    ],
)
def test_documents_that_are_no_longer_kept_are_told_of(gone: int, said: str) -> None:
    made = report("Staffing in hard times")
    lines = (replace(made.lines[0], gone=tuple(f"doc_{n}" for n in range(gone))),)
    text = text_of(report_pdf(replace(made, lines=lines), MADE_AT))
    assert text.count(said) == 2
    assert "No documents are attached" not in text


def test_every_page_says_whose_it_is_and_its_number() -> None:
    pages = read(report_pdf(report(*(f"Webinar {n}" for n in range(40))), MADE_AT)).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        assert "Marge Bouvier" in text


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Müller-Łukasiewicz",
        "Νίκος Παπαδόπουλος",
        "Nguyễn Thị Hồng",
        "Иван Петров",
        "王小明",
        "山田太郎",
        "김철수",
    ],
)
def test_a_name_in_any_script_is_printed(name: str) -> None:
    assert name in text_of(report_pdf(report("Webinar", name=name), MADE_AT))


@pytest.mark.parametrize("name", ["محمد عبد الله", "ירושלים", "अमित शर्मा", "สมชาย"])
def test_a_name_that_is_shaped_or_runs_the_other_way_has_all_its_letters(name: str) -> None:
    paper = Paper([name])
    assert paper.safe(name) == name
    assert report_pdf(report("Webinar", name=name), MADE_AT).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "title",
    [
        ") Tj ET BT (forged",
        r"\) \( \\ \101",
        "{nb} <b>bold</b> **bold** __under__",
        "<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
        "endstream endobj",
    ],
)
def test_a_text_stays_a_text(title: str) -> None:
    made = report_pdf(report(title), MADE_AT)
    assert title.split(maxsplit=1)[0] in text_of(made)
    root = read(made).trailer["/Root"]
    assert root["/OpenAction"][1] == "/FitH"
    assert "/Names" not in root


def test_marks_that_turn_the_direction_of_writing_and_controls_are_left_out() -> None:
    paper = Paper([])
    assert paper.safe("safe\u202egpj.fdp\u2066\x07\ue000 name") == "safegpj.fdp name"
    assert paper.safe("a\tb\nc") == "a b c"
    assert paper.safe("\U0001f600") == "\ufffd"


WORDS = ("Łódź é Ǻ", "王小明", "김철수", "אבג")


def test_each_letter_is_drawn_as_its_font_draws_it() -> None:
    """HarfBuzz cuts the fonts; fontTools, which nothing here runs by, says what is in them."""
    drawn: set[str] = set()
    page = read(report_pdf(report(*WORDS), MADE_AT)).pages[0]
    for used in page["/Resources"]["/Font"].values():
        name = used["/BaseFont"].removeprefix("/MPDFAA+")
        (whole,) = (
            font for font in originals() if re.sub("[ ()]", "", font["name"].getBestFullName()) == name
        )
        descendant = used["/DescendantFonts"][0]
        places = descendant["/CIDToGIDMap"].get_data()
        cut = TTFont(io.BytesIO(descendant["/FontDescriptor"]["/FontFile2"].get_data()))
        for code, letter in letters(used["/ToUnicode"].get_data().decode()):
            place = cut.getGlyphName(int.from_bytes(places[2 * code : 2 * code + 2]))
            assert outline(cut, place) == outline(whole, whole.getBestCmap()[ord(letter)]), (name, letter)
            drawn.add(letter)
        assert cut["maxp"].numGlyphs < 200
    assert drawn > set("".join(WORDS))


def originals() -> list[Any]:
    return [TTFont(file) for file in sorted(FONTS.glob("*.ttf"))]


def letters(to_unicode: str) -> list[tuple[int, str]]:
    """Of each code of a text in a PDF its letter; those that were shaped out of several are left out."""
    pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]{4})>$", to_unicode, re.MULTILINE)
    return [(int(code, 16), chr(int(point, 16))) for code, point in pairs if point not in ("0000", "FFFF")]


def outline(font: Any, glyph: str) -> tuple[Any, int]:
    """How a glyph is drawn, with all that it is put together of, and how wide it is."""
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value, font["hmtx"][glyph][0]
