"""Entries may name documents that are at home elsewhere: with the member's other certification, or with the member."""

from collections.abc import Sequence

from shared.domain.entries import Claim
from shared.domain.ports import RecertificationStore
from shared.domain.recertification import Recertification


def reaching(
    recertifications: RecertificationStore, recertification: Recertification, claims: Sequence[Claim]
) -> Recertification:
    """The recertification with the documents from elsewhere that the claims name: one read, if there are any."""
    unknown = recertification.unknown_documents(
        document_id for claim in claims for document_id in claim.document_ids
    )
    return recertifications.reach(recertification, unknown) if unknown else recertification
