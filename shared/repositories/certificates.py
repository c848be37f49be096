"""Certificates: written with the approval, read by anyone who has the id."""

from dataclasses import dataclass
from datetime import date

from shared.domain import ids
from shared.domain.certificates import Certificate
from shared.domain.certifications import Certification, Cycle
from shared.repositories import items, keys
from shared.repositories.table import ABSENT, Item, Table, Write, put


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate with the certification that it certifies, as that is now."""

    certificate: Certificate
    certification: Certification
    cycle: Cycle


class Certificates:
    """CERTIFICATE#<id> / CERTIFICATE. `find` 1 RRU · `standing` 2 calls, 3 RRU."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, certificate_id: str) -> Certificate | None:
        """The certificate with this id; None where there is none or the id is impossible."""
        if not ids.is_certificate_id(certificate_id):
            return None
        item = self._table.get(keys.certificate(certificate_id))
        return None if item is None else _certificate(item)

    def standing(self, certificate_id: str) -> Standing | None:
        """A certificate and what became of its certification, strongly consistent."""
        certificate = self.find(certificate_id)
        if certificate is None:
            return None
        certification_id = certificate.certification_id
        found = self._table.get_many([keys.certification(certification_id), keys.cycle(certification_id)])
        by_kind = {item["SK"]: item for item in found}
        return Standing(
            certificate, items.certification(by_kind["CERTIFICATION"]), items.cycle(by_kind["CYCLE"])
        )


def certificate_write(certificate: Certificate) -> Write:
    """The write of a new certificate."""
    key = keys.certificate(certificate.certificate_id)
    return put("certificate", {**key, **items.attributes(certificate)}, ABSENT)


def _certificate(item: Item) -> Certificate:
    return Certificate(
        certificate_id=item["certificate_id"],
        certification_id=item["certification_id"],
        cycle_number=int(item["cycle_number"]),
        member_name=item["member_name"],
        designation=item["designation"],
        certified_since=date.fromisoformat(item["certified_since"]),
        issued_on=date.fromisoformat(item["issued_on"]),
        valid_until=date.fromisoformat(item["valid_until"]),
    )
