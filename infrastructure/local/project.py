"""What a stack is made from: templates, pages, and the values that the templates' parameters have locally."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.local import demo
from infrastructure.local.seeding import Seed, demo_seed

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Project:
    """The templates by stack name in the order of their deployment; code paths in them start at `root`.

    `demo` is what the log-in page is told of the accounts that `seed` makes.
    """

    root: Path
    stacks: tuple[tuple[str, Path], ...]
    web: Path
    seed: Seed | None = None
    demo: Mapping[str, Any] | None = None

    @staticmethod
    def parameters(portal_url: str) -> dict[str, str]:
        """Each template takes those that it declares; all others have their defaults."""
        return {
            "AuthStack": "recertification-auth",
            "DataStack": "recertification-data",
            "MalwareProtection": "off",  # no scanner runs locally
            "PortalUrl": portal_url,
            "Stage": "local",
        }


def portal() -> Project:
    """The recertification portal."""
    stacks = (
        ("recertification-data", _ROOT / "infrastructure" / "data.yaml"),
        ("recertification-auth", _ROOT / "infrastructure" / "auth.yaml"),
        ("recertification", _ROOT / "template.yaml"),
    )
    return Project(_ROOT, stacks, _ROOT / "web", demo_seed(), demo.for_the_log_in_page())
