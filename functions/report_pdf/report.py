"""The Recertification Report on paper: the points ledger, the documents, the agreement and its signature."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from functions.report_pdf.paper import AMBER, NAVY, PAGES, RULE, SOFT, Cell, Paper, Style
from shared.domain.entries import plain
from shared.domain.reports import Report, ReportLine

TITLE = Style(19, bold=True, color=NAVY)
HEADING = Style(11.5, bold=True, color=NAVY)
LABEL = Style(7.5, color=SOFT)
TEXT = Style(9)
STRONG = Style(9, bold=True)
SMALL = Style(8, color=SOFT)
MARK = Style(9, bold=True, color=AMBER)

LEDGER = (32.0, 104.0, 28.0, 23.9)
DOCUMENTS = (72.0, 62.0, 25.0, 28.9)
HALVES = (93.95, 93.95)

STATES = {
    "entering": "Points are being entered - not signed",
    "complete": "Complete - not signed yet",
    "submitted": "Signed and submitted, under review",
    "returned": "Returned for correction - not signed",
    "approved": "Approved",
    "lapsed": "Lapsed",
}


class ReportPaper(Paper):
    """The pages of one report."""

    def __init__(self, report: Report, made_at: datetime) -> None:
        super().__init__(_texts(report))
        self._report = report
        self._zone = ZoneInfo(report.program.time_zone)
        self._made_at = made_at
        self.set_margins(14, 16, 14)
        self.set_auto_page_break(True, margin=20)
        self.set_title(f"Recertification Report {report.certification.designation}")
        self.set_author(self.safe(report.program.contact.name))
        self.set_creation_date(made_at)

    def header(self) -> None:
        """On every page but the first: whose report it is."""
        if self.page == 1:
            return
        designation, year = self._report.certification.designation, self._report.cycle.recertification_year
        self.say(f"Recertification Report · {self._report.member_name} · {designation} · {year}", SMALL)
        self.set_draw_color(*RULE)
        self.line(self.l_margin, self.get_y() + 1, self.w - self.r_margin, self.get_y() + 1)
        self.set_y(self.get_y() + 4)

    def footer(self) -> None:
        """When it was made, and the page's number."""
        self.set_y(-13)
        self.style(SMALL)
        made = f"Made from the portal's records on {self.moment(self._made_at)}"
        self.cell(0, 4, made)
        self.set_x(self.l_margin)
        self.cell(0, 4, f"Page {self.page_no()} of {PAGES}", align="R")

    def moment(self, at: datetime) -> str:
        """A time as a person of the program reads it."""
        local = at.astimezone(self._zone)
        return f"{day(local.date())}, {local:%H:%M} {local:%Z}"


def report_pdf(report: Report, made_at: datetime) -> bytes:
    """The report as a PDF whose text can be searched and copied."""
    paper = ReportPaper(report, made_at)
    paper.add_page()
    _head(paper, report)
    _totals(paper, report)
    _ledger(paper, report)
    _documents(paper, report)
    _signing(paper, report)
    return bytes(paper.output())


def _head(paper: ReportPaper, report: Report) -> None:
    certification, cycle = report.certification, report.cycle
    paper.say(report.program.name, SMALL)
    paper.say("Recertification Report", TITLE)
    paper.say(f"{report.designation_title} ({certification.designation})", Style(11))
    paper.ln(1.5)
    state = STATES[report.state]
    facts = [
        ("Member", report.member_name, STRONG),
        ("Member id", certification.member_id, TEXT),
        ("Recertification period", f"{day(cycle.starts_on)} to {day(cycle.ends_on)}", TEXT),
        ("Certified since", day(certification.certified_since), TEXT),
        ("State of the report", state, STRONG if report.state in ("submitted", "approved") else MARK),
        (
            "Points",
            f"{plain(report.points_total)} of {plain(report.ledger.required)} required",
            STRONG,
        ),
    ]
    for left, right in zip(facts[::2], facts[1::2], strict=True):
        paper.row([Cell([(name, LABEL), (text, style)]) for name, text, style in (left, right)], HALVES)
    paper.ln(5)


def _totals(paper: ReportPaper, report: Report) -> None:
    _heading(paper, "Points by category")
    widths = (150.0, 37.9)
    for category, points in report.points_by_category.items():
        paper.row(
            [Cell([(report.program.category_title(category), TEXT)]), Cell([(plain(points), TEXT)], "R")],
            widths,
            pad=0.8,
        )
    total = [Cell([("Total", STRONG)]), Cell([(plain(report.points_total), STRONG)], "R")]
    paper.row(total, widths, fill=True)
    if report.points_missing:
        paper.ln(1)
        paper.say(f"{plain(report.points_missing)} more points are needed.", MARK)
    for each in report.ledger.unmet:
        paper.say(each.text, MARK)
    paper.ln(5)


def _ledger(paper: ReportPaper, report: Report) -> None:
    _heading(paper, "Points ledger")
    if not report.lines:
        paper.say("No entries.", TEXT)
    else:
        names = (("Days", "L"), ("Activity", "L"), ("Quantity", "R"), ("Points", "R"))
        paper.row([Cell([(name, LABEL)], align) for name, align in names], LEDGER, pad=0.6)  # type: ignore[arg-type]
    category = ""
    for line in report.lines:
        if line.activity.category != category:
            category = line.activity.category
            points = plain(report.points_by_category[category])
            heading = [
                Cell([(report.program.category_title(category), STRONG)]),
                Cell([(points, STRONG)], "R"),
            ]
            _keep_with_next(paper)
            paper.row(heading, (sum(LEDGER[:3]), LEDGER[3]), fill=True, pad=0.9)
        paper.row(_entry_cells(line), LEDGER)
    for carried in report.carried_in:
        what = [(report.program.category_title(carried.category), STRONG), (carried.explanation, SMALL)]
        counted = Cell([(plain(carried.counted), STRONG)], "R")
        paper.row([Cell([("before", TEXT)]), Cell(what), Cell([("", TEXT)], "R"), counted], LEDGER)
    paper.ln(5)


def _entry_cells(line: ReportLine) -> list[Cell]:
    claim = line.entry.claim
    days = [(day(claim.started_on), TEXT)]
    if claim.ended_on != claim.started_on:
        days.append((f"to {day(claim.ended_on)}", TEXT))
    what = [(claim.title, STRONG), (claim.organization, TEXT), (line.explanation, SMALL)]
    if claim.notes:
        what.append((f"Notes: {claim.notes}", SMALL))
    if line.documents:
        what.append((f"Documents: {', '.join(each.title for each in line.documents)}", SMALL))
    if line.gone:
        what.append((_gone(len(line.gone)), SMALL))
    points = [(plain(line.points), STRONG)]
    if line.adjustment is not None:
        points.append((f"claimed {plain(line.entry.points)}", SMALL))
        what.append((f"Adjusted by the reviewer: {line.adjustment.reason}", Style(8, color=AMBER)))
    quantity = [(plain(claim.quantity), TEXT), (claim.unit or line.activity.unit, SMALL)]
    return [Cell(days), Cell(what), Cell(quantity, "R"), Cell(points, "R")]


def _documents(paper: ReportPaper, report: Report) -> None:
    _heading(paper, "Documents")
    if report.documents:
        names = ("Title", "File", "Uploaded", "State")
        paper.row([Cell([(name, LABEL)]) for name in names], DOCUMENTS, pad=0.6)
    for document in report.documents:
        uploaded = document.uploaded_at.astimezone(ZoneInfo(report.program.time_zone)).date()
        state = "checked" if document.status == "clean" else document.status
        cells = [
            Cell([(document.title, TEXT), (_kind(report, document.kind), SMALL)]),
            Cell([(document.file_name, TEXT), (size(document.size), SMALL)]),
            Cell([(day(uploaded), TEXT)]),
            Cell([(state, TEXT)]),
        ]
        paper.row(cells, DOCUMENTS)
    if report.documents_gone:
        paper.ln(1)
        paper.say(_gone(report.documents_gone), TEXT)
    elif not report.documents:
        paper.say("No documents are attached to the entries.", TEXT)
    paper.ln(5)


def _gone(documents: int) -> str:
    if documents == 1:
        return "1 document that was attached is no longer kept."
    return f"{documents} documents that were attached are no longer kept."


def _signing(paper: ReportPaper, report: Report) -> None:
    submission = report.submission
    signed = submission is not None and submission.state != "returned"
    if paper.will_page_break(62):
        paper.add_page()
    _heading(paper, "Recertification Agreement")
    for paragraph in report.agreement.text.split("\n\n"):
        paper.say(paragraph, TEXT, leading=1.45)
        paper.ln(1)
    paper.say(f"Version {report.agreement.version} of the agreement", SMALL)
    paper.ln(3)
    if submission is None or not signed:
        paper.say("Not signed. This report becomes valid when its member signs it in the portal.", MARK)
        return
    left = Cell(
        [
            ("Signature, as typed by the member", LABEL),
            (submission.signature, Style(14, bold=True, color=NAVY)),
        ]
    )
    right = Cell([("Signed at", LABEL), (paper.moment(submission.submitted_at), TEXT)])
    paper.row([left, right], HALVES)
    paper.row(
        [Cell([("SHA-256 of what was signed", LABEL), (submission.signed_hash, Style(7.5))])], (sum(HALVES),)
    )
    decision = submission.decision
    if decision is not None:
        outcome = "Approved" if decision.decision == "approve" else "Returned"
        lines = [("Decision", LABEL), (f"{outcome}, {paper.moment(decision.decided_at)}", STRONG)]
        if decision.comment:
            lines.append((decision.comment, TEXT))
        paper.row([Cell(lines)], (sum(HALVES),))


def _heading(paper: ReportPaper, text: str) -> None:
    if paper.will_page_break(24):
        paper.add_page()
    paper.say(text, HEADING)
    paper.ln(1)


def _keep_with_next(paper: ReportPaper) -> None:
    """No heading of a category at the foot of a page."""
    if paper.will_page_break(26):
        paper.add_page()


def _kind(report: Report, code: str) -> str:
    return next((kind.title for kind in report.program.document_kinds if kind.code == code), code)


def _texts(report: Report) -> Iterator[str]:
    """Everything in a report that a person wrote."""
    yield from (report.member_name, report.program.name, report.agreement.text, report.program.contact.name)
    if report.submission is not None:
        yield report.submission.signature
        yield report.submission.decision.comment if report.submission.decision else ""
    for line in report.lines:
        claim = line.entry.claim
        yield from (claim.title, claim.organization, claim.notes, line.explanation)
        yield line.adjustment.reason if line.adjustment else ""
    for document in report.documents:
        yield from (document.title, document.file_name)


def day(of: date) -> str:
    """A day without a doubt about which number is the month: `2 Mar 2027`."""
    return f"{of.day} {of:%b %Y}"


def size(of: int) -> str:
    """So many bytes, roughly."""
    return f"{of / 1024**2:.1f} MB" if of >= 1024**2 else f"{max(1, round(of / 1024))} KB"
