"""Three editions, as years bring them: the second takes over the running cycles of the first, which then go on beside
those that begin under the third."""

from dataclasses import replace
from datetime import date

from shared.domain.program import Editions
from tests.unit.domain.builders import PROGRAM

TAKING = replace(PROGRAM, edition="ipma-hr/2027", effective_from=date(2027, 7, 1), takes_over=True)
LATER = replace(
    PROGRAM,
    edition="ipma-hr/2028",
    effective_from=date(2028, 1, 1),
    agreement=replace(PROGRAM.agreement, version="2028-01", text=f"{PROGRAM.agreement.text} Truly."),
)
EDITIONS = Editions((PROGRAM, TAKING, LATER))
