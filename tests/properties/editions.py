"""Two editions side by side, as each year brings them: cycles of the first go on, the next begin under the second."""

from dataclasses import replace
from datetime import date

from shared.domain.program import Editions
from tests.unit.domain.builders import PROGRAM

LATER = replace(
    PROGRAM,
    edition="ipma-hr/2028",
    effective_from=date(2028, 1, 1),
    agreement=replace(PROGRAM.agreement, version="2028-01", text=f"{PROGRAM.agreement.text} Truly."),
)
EDITIONS = Editions((PROGRAM, LATER))
