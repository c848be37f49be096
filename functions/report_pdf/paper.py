"""Paper: a PDF page with the portal's fonts, any script a name may be written in, and texts that stay texts."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from fpdf import FPDF, output
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from functions.report_pdf import subsets

vars(output)["ftsubset"] = subsets  # HarfBuzz cuts the fonts

FONTS = next(
    folder
    for folder in (Path(__file__).parent / "fonts", *(Path(entry) / "report_fonts" for entry in sys.path))
    if folder.is_dir()
)
"""Beside this file in the sources, and deployed in the layer that carries fpdf2 too: they never change."""

INK = (27, 36, 48)
SOFT = (92, 103, 115)
NAVY = (21, 52, 92)
RULE = (203, 210, 218)
SHADE = (242, 245, 249)
AMBER = (148, 84, 0)

PAGES = "\ue000"
"""Stands for the number of pages until it is known; no text of a person holds it, for `safe` takes it out."""

MISSING = "\ufffd"

Align = Literal["L", "C", "R"]
Ranges = tuple[tuple[int, int], ...]

OTHER_SCRIPTS: tuple[tuple[str, str, Ranges], ...] = (
    (
        "dejavu",
        "DejaVuSans.ttf",
        ((0x0530, 0x077F), (0x10A0, 0x10FF), (0x1400, 0x167F), (0x2100, 0x2BFF), (0xFB13, 0xFEFE)),
    ),
    ("devanagari", "NotoSansDevanagari-Regular.ttf", ((0x0900, 0x097F), (0xA8E0, 0xA8FF))),
    ("thai", "NotoSansThai-Regular.ttf", ((0x0E00, 0x0E7F),)),
    (
        "droid",
        "DroidSansFallbackFull.ttf",
        ((0x2E80, 0x312F), (0x3190, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF)),
    ),
    ("nanum", "NanumGothic-Regular.ttf", ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))),
)
"""Fonts for what the first one has not, each read only when a text falls into its ranges."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: lines of text, each in its style."""

    lines: Sequence[tuple[str, "Style"]]
    align: Align = "L"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; sizes in points."""

    size: float = 9
    bold: bool = False
    color: tuple[int, int, int] = INK
    family: Literal["sans", "serif"] = "sans"


class Paper(FPDF):
    """Letter-sized pages in millimetres. `texts` are all that will be written, so that the fonts for them are there."""

    def __init__(self, texts: Iterable[str], *, landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", unit="mm", format="letter")
        self.alias_nb_pages(PAGES)
        self.set_lang("en")
        self.render_color_fonts = False  # there are none
        self.add_font("sans", "", FONTS / "NotoSans-Regular.ttf")
        self.add_font("sans", "B", FONTS / "NotoSans-Bold.ttf")
        if landscape:
            self.add_font("serif", "", FONTS / "NotoSerif-Regular.ttf")
            self.add_font("serif", "B", FONTS / "NotoSerif-Bold.ttf")
        others = _fonts_for("".join(texts))
        for family, file in others:
            self.add_font(family, "", FONTS / file)
        if others:
            self.set_fallback_fonts([family for family, _ in others], exact_match=False)
            self.set_text_shaping(True)
        self._known = {
            point for font in self.fonts.values() if isinstance(font, TTFFont) for point in font.cmap
        }

    def safe(self, text: str) -> str:
        """The text without what is no letter: controls, marks that turn the direction, private and missing ones."""
        composed = unicodedata.normalize("NFC", text)
        return "".join(
            " " if letter.isspace() else letter if ord(letter) in self._known else MISSING
            for letter in composed
            if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        )

    def style(self, style: Style) -> None:
        """Set what follows in this style."""
        self.set_font(style.family, "B" if style.bold else "", style.size)
        self.set_text_color(*style.color)

    def say(
        self, text: str, style: Style, *, width: float = 0, align: Align = "L", leading: float = 1.35
    ) -> None:
        """A paragraph, broken into lines, at the left margin."""
        self.style(style)
        self.set_x(self.l_margin)
        height = style.size * leading / self.k
        self.multi_cell(width, height, self.safe(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def height_of(self, cell: Cell, width: float) -> float:
        """How high a cell of this width gets."""
        height = 0.0
        for text, style in cell.lines:
            self.style(style)
            line_height = style.size * 1.3 / self.k
            measured = self.multi_cell(
                width, line_height, self.safe(text), dry_run=True, output=MethodReturnValue.HEIGHT
            )
            height += max(line_height, cast(float, measured))
        return height

    def row(
        self, cells: Sequence[Cell], widths: Sequence[float], *, fill: bool = False, pad: float = 1.3
    ) -> None:
        """A row of a table with a line below, wholly on one page."""
        height = max(map(self.height_of, cells, widths)) + 2 * pad
        if self.will_page_break(height):
            self.add_page()
        left, top = self.l_margin, self.get_y()
        if fill:
            self.set_fill_color(*SHADE)
            self.rect(left, top, sum(widths), height, style="F")
        for cell, width in zip(cells, widths, strict=True):
            self.set_xy(left, top + pad)
            for text, style in cell.lines:
                self.style(style)
                self.set_x(left)
                self.multi_cell(
                    width,
                    style.size * 1.3 / self.k,
                    self.safe(text),
                    align=cell.align,
                    new_x=XPos.LEFT,
                    new_y=YPos.NEXT,
                )
            left += width
        self.set_draw_color(*RULE)
        self.set_line_width(0.15)
        self.line(self.l_margin, top + height, self.l_margin + sum(widths), top + height)
        self.set_xy(self.l_margin, top + height)


def _fonts_for(text: str) -> list[tuple[str, str]]:
    points = {ord(letter) for letter in unicodedata.normalize("NFC", text)}
    return [
        (family, file)
        for family, file, ranges in OTHER_SCRIPTS
        if any(first <= point <= last for point in points for first, last in ranges)
    ]
