"""Documents: files that a member uploads as evidence or as a contribution."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DocumentStatus = Literal["pending", "clean", "rejected"]


@dataclass(frozen=True, slots=True)
class Document:
    """One uploaded file; only a `clean` one counts (its content was checked)."""

    document_id: str
    kind: str
    title: str
    file_name: str
    content_type: str
    size: int
    status: DocumentStatus
    uploaded_at: datetime
