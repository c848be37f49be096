"""Everything the portal refuses, with the public code of each refusal.

    DomainError
    ├── MalformedRequest          400 malformed-request
    ├── Unauthenticated           401 unauthenticated
    ├── Forbidden
    │   ├── NotCertified          403 not-certified
    │   ├── CertificationLapsed   403 certification-lapsed
    │   └── StaffOnly             403 staff-only
    ├── NotFound                  404 not-found
    ├── Conflict
    │   ├── PointsComplete        409 points-complete
    │   ├── CycleLocked           409 cycle-locked
    │   ├── AccruesByItself       409 accrues-by-itself
    │   ├── NotReadyToSubmit      409 not-ready-to-submit
    │   ├── AgreementOutdated     409 agreement-outdated
    │   ├── NotPayable            409 not-payable
    │   ├── AlreadyDecided        409 already-decided
    │   ├── InvoiceUnpaid         409 invoice-unpaid
    │   └── NotPublishable        409 not-publishable
    ├── VersionConflict           412 version-conflict
    ├── VersionRequired           428 version-required
    ├── TooLarge                  413 too-large
    ├── UnsupportedMediaType      415 unsupported-media-type
    ├── InvalidRequest            422 invalid-request
    ├── IdempotencyKeyReused      422 idempotency-key-reused
    ├── SlowDown                  429 slow-down
    └── Unavailable               503 unavailable

The status of a code stands in one place, `shared/adapters/http/problems.py`. `detail` is a sentence for a person;
`extra` holds the further members of the problem that API.md names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar


class DomainError(Exception):
    """A refusal with a public code, a sentence for a person, and further members of the problem."""

    code: ClassVar[str]

    def __init__(self, detail: str, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, object] = extra or {}


class MalformedRequest(DomainError):
    """The request cannot be read: not JSON, or no usable Idempotency-Key."""

    code = "malformed-request"


class Unauthenticated(DomainError):
    """No token, or one that is not a valid access token."""

    code = "unauthenticated"

    def __init__(
        self, detail: str = "Please log in again: this request came without a valid access token."
    ) -> None:
        super().__init__(detail)


class Forbidden(DomainError):
    """The caller is known and may not do this; `detail` says what to do next."""


class NotCertified(Forbidden):
    """The caller holds no certification (rule 9)."""

    code = "not-certified"


class CertificationLapsed(Forbidden):
    """The certification has lapsed (rules 7 and 8)."""

    code = "certification-lapsed"


class StaffOnly(Forbidden):
    """Only (other) staff may do this."""

    code = "staff-only"


class NotFound(DomainError):
    """There is no such thing, or it belongs to someone else: the two answer alike."""

    code = "not-found"

    def __init__(self, detail: str = "There is nothing here under this address.") -> None:
        super().__init__(detail)


class Conflict(DomainError):
    """The request is sound, and the state of things does not allow it."""


class PointsComplete(Conflict):
    """The required points are reached: no further session, no edit that raises points (rules 1 and 2)."""

    code = "points-complete"

    def __init__(self, detail: str, total: Decimal, required: Decimal) -> None:
        super().__init__(detail, {"points_total": total, "points_required": required})


class CycleLocked(Conflict):
    """The cycle is submitted and cannot be changed (rule 3)."""

    code = "cycle-locked"


class AccruesByItself(Conflict):
    """The entry comes of a standing claim, and is changed or deleted with that alone."""

    code = "accrues-by-itself"


class NotReadyToSubmit(Conflict):
    """Points or documents are missing, or the day to sign has not come (rule 3)."""

    code = "not-ready-to-submit"

    def __init__(
        self,
        detail: str,
        missing_points: Decimal,
        missing_documents: tuple[str, ...],
        signable_from: date | None = None,
        missing_minimums: tuple[str, ...] = (),
    ) -> None:
        extra: dict[str, object] = {
            "missing_points": missing_points,
            "missing_documents": list(missing_documents),
        }
        if missing_minimums:
            extra["missing_minimums"] = list(missing_minimums)
        if signable_from is not None:
            extra["signable_from"] = signable_from.isoformat()
        super().__init__(detail, extra)


class AgreementOutdated(Conflict):
    """The signed agreement is not the current version (rule 3)."""

    code = "agreement-outdated"


class NotPayable(Conflict):
    """The invoice is not open, or a payment for it is under way (rule 5)."""

    code = "not-payable"


class AlreadyDecided(Conflict):
    """The submission named is not the one that waits for a decision (rule 6), or a proposal is entered already."""

    code = "already-decided"


class InvoiceUnpaid(Conflict):
    """Approval needs a paid or waived invoice (rule 6)."""

    code = "invoice-unpaid"


class NotPublishable(Conflict):
    """Only clean contributions of approved reports are published, each once."""

    code = "not-publishable"


class VersionConflict(DomainError):
    """Someone changed it meanwhile: the version named is no longer the current one."""

    code = "version-conflict"


class VersionRequired(DomainError):
    """A change needs `If-Match` with the version it is based on."""

    code = "version-required"


class TooLarge(DomainError):
    """The body has more than the route takes."""

    code = "too-large"


class UnsupportedMediaType(DomainError):
    """The body is of a type the route does not take."""

    code = "unsupported-media-type"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong field: a JSON pointer into the request and a sentence about it."""

    pointer: str
    detail: str


def pointer_to(*names: str) -> str:
    """The JSON pointer to a member of the request, whatever its names hold (RFC 6901)."""
    text = "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)
    return text.encode(errors="replace").decode()


class InvalidRequest(DomainError):
    """Fields are wrong; every wrong one is listed at once."""

    code = "invalid-request"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        count = "One field needs" if len(faults) == 1 else f"{len(faults)} fields need"
        errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
        super().__init__(f"{count} your attention. Nothing was saved.", {"errors": errors})
        self.faults = faults


class IdempotencyKeyReused(DomainError):
    """The key was used before with another body."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was already used for a different request. Use a new key for a new request."
        )


class SlowDown(DomainError):
    """Too many requests at once."""

    code = "slow-down"


class Unavailable(DomainError):
    """A service behind the portal does not answer, or too many changes meet at once; nothing was changed."""

    code = "unavailable"

    def __init__(
        self, detail: str = "The portal is very busy. Nothing was changed; please try again in a few seconds."
    ) -> None:
        super().__init__(detail)
