"""A certificate as anyone may check it."""

from datetime import date

from shared.domain.certificates import CertificateStatus
from shared.domain.program import Program
from shared.repositories.certificates import Standing
from shared.schemas.fields import Day, Given


class Certificate(Given):
    """Whom a certificate names, for what, and whether it still holds; nothing else about the person."""

    certificate_id: str
    name: str
    designation: str
    designation_title: str
    status: CertificateStatus
    certified_since: Day
    issued_on: Day
    valid_until: Day

    @classmethod
    def of(cls, standing: Standing, program: Program, today: date) -> "Certificate":
        """The certificate as it stands on a day."""
        found = standing.certificate
        titles = {designation.code: designation.title for designation in program.designations}
        return cls(
            certificate_id=found.certificate_id,
            name=found.member_name,
            designation=found.designation,
            designation_title=titles.get(found.designation, found.designation),
            status=found.status(standing.certification, standing.cycle, program, today),
            certified_since=found.certified_since,
            issued_on=found.issued_on,
            valid_until=found.valid_until,
        )
