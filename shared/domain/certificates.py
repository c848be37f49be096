"""Certificates: one for each approval, which anyone may check by its id (current, lapsed or replaced)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.certifications import Certification, Cycle, access_on
from shared.domain.program import Program
from shared.domain.recertification import Recertification

CertificateStatus = Literal["current", "lapsed", "replaced"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an approval certifies, and for how long: `cycle_number` is the cycle that was approved."""

    certificate_id: str
    certification_id: str
    cycle_number: int
    member_name: str
    designation: str
    certified_since: date
    issued_on: date
    valid_until: date

    def status(
        self, certification: Certification, cycle: Cycle, program: Program, today: date
    ) -> CertificateStatus:
        """What it is worth on a day: replaced (or taken back), lapsed with its certification, or current."""
        follows = cycle.number == self.cycle_number + 1
        if certification.certificate_id != self.certificate_id or not follows:
            return "replaced"
        return "current" if access_on(today, certification, cycle, program) == "open" else "lapsed"


def certificate_of(closed: Recertification, opened: Recertification, issued_on: date) -> Certificate:
    """The certificate of an approval, by the id that the certification has been given with it."""
    certification = opened.certification
    return Certificate(
        certificate_id=certification.certificate_id,
        certification_id=certification.certification_id,
        cycle_number=closed.cycle.number,
        member_name=certification.member_name,
        designation=certification.designation,
        certified_since=certification.certified_since,
        issued_on=issued_on,
        valid_until=certification.expires_on,
    )
