"""The certificate on paper: one sheet for the wall, with a QR code to the page where anyone can check it."""

from dataclasses import dataclass
from datetime import datetime

import segno

from functions.report_pdf.paper import INK, NAVY, SOFT, Paper, Style
from shared.domain.certificates import Certificate
from shared.domain.program import Program

GOLD = (168, 132, 58)
CREAM = (253, 251, 246)
CODE_MM = 27.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is on the sheet: the certificate, the edition it was given under, and where it can be checked."""

    certificate: Certificate
    program: Program
    check_url: str
    made_at: datetime


def certificate_pdf(sheet: Sheet) -> bytes:
    """The certificate as a PDF of one landscape page."""
    certificate, program = sheet.certificate, sheet.program
    paper = Paper([certificate.member_name, program.name, program.contact.name], landscape=True)
    paper.set_auto_page_break(False)
    paper.set_margins(30, 24, 30)
    paper.set_title(f"Certificate {certificate.designation}")
    paper.set_author(paper.safe(program.contact.name))
    paper.set_creation_date(sheet.made_at)
    paper.add_page()
    _frame(paper)
    _words(paper, sheet)
    _code(paper, sheet.check_url)
    return bytes(paper.output())


def _frame(paper: Paper) -> None:
    width, height = paper.w, paper.h
    paper.set_fill_color(*CREAM)
    paper.rect(0, 0, width, height, style="F")
    for inset, line, color in ((9.0, 1.4, NAVY), (11.4, 0.35, GOLD), (14.2, 0.35, GOLD)):
        paper.set_draw_color(*color)
        paper.set_line_width(line)
        paper.rect(inset, inset, width - 2 * inset, height - 2 * inset)
    paper.set_fill_color(*GOLD)
    for x in (12.8, width - 12.8):
        for y in (12.8, height - 12.8):
            with paper.rotation(45, x, y):
                paper.rect(x - 1.5, y - 1.5, 3, 3, style="F")


def _words(paper: Paper, sheet: Sheet) -> None:
    certificate, program = sheet.certificate, sheet.program
    title = next((each.title for each in program.designations if each.code == certificate.designation), "")
    _centred(paper, 27, program.contact.name.upper(), Style(10, bold=True, color=GOLD))
    _centred(paper, 37, "Certificate of Recertification", Style(30, bold=True, color=NAVY, family="serif"))
    _rule(paper, 55)
    _centred(paper, 62, "This certifies that", Style(12, color=SOFT, family="serif"))
    _centred(paper, 72, certificate.member_name, _fitting(paper, certificate.member_name))
    _centred(
        paper,
        93,
        "has met the requirements of recertification and holds the designation",
        Style(12, color=SOFT, family="serif"),
    )
    _centred(paper, 103, title or certificate.designation, Style(20, bold=True, color=NAVY, family="serif"))
    _centred(paper, 114, certificate.designation, Style(12, bold=True, color=GOLD))
    _rule(paper, 125)
    dates = (
        ("Certified since", certificate.certified_since),
        ("Issued on", certificate.issued_on),
        ("Valid until", certificate.valid_until),
    )
    left, width = 62.0, (paper.w - 2 * 62.0) / 3
    for name, on in dates:
        _centred(paper, 131, name, Style(8.5, color=SOFT), left, width)
        _centred(
            paper,
            136,
            f"{on:%B} {on.day}, {on.year}",
            Style(12, bold=True, color=INK, family="serif"),
            left,
            width,
        )
        left += width


def _fitting(paper: Paper, name: str) -> Style:
    """The largest size at which a name stays on its line."""
    for size in (30, 26, 22, 18, 15, 12):
        style = Style(size, bold=True, color=INK, family="serif")
        paper.style(style)
        if paper.get_string_width(paper.safe(name)) < paper.w - 60:
            return style
    return Style(10, bold=True, color=INK, family="serif")


def _code(paper: Paper, url: str) -> None:
    """The QR code, drawn as squares, and the address in words for those who have no camera at hand."""
    rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
    module = CODE_MM / len(rows)
    left, top = paper.w / 2 - CODE_MM / 2, 149.0
    paper.set_fill_color(255, 255, 255)
    paper.rect(left - 2, top - 2, CODE_MM + 4, CODE_MM + 4, style="F")
    paper.set_fill_color(*INK)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                paper.rect(left + x * module, top + y * module, module + 0.02, module + 0.02, style="F")
    paper.link(left, top, CODE_MM, CODE_MM, url)
    _centred(paper, 180.5, "Scan or open to check that this certificate is current:", Style(7.5, color=SOFT))
    _centred(paper, 184.5, url, Style(7.5, color=INK))


def _rule(paper: Paper, y: float) -> None:
    paper.set_draw_color(*GOLD)
    paper.set_line_width(0.4)
    paper.line(paper.w / 2 - 26, y, paper.w / 2 + 26, y)


def _centred(paper: Paper, y: float, text: str, style: Style, left: float = 30.0, width: float = 0) -> None:
    paper.style(style)
    paper.set_xy(left, y)
    paper.multi_cell(width or paper.w - 2 * left, style.size * 1.3 / paper.k, paper.safe(text), align="C")
