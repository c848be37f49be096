"""What a stack is made from: templates, pages, and the values that the templates' parameters have locally."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.local import demo
from infrastructure.local.seeding import Seed, demo_seed

_ROOT = Path(__file__).parents[2]
SHIPPED_PROGRAM = "ipma-hr"
PACKAGES = ("shared.domain", "shared.programs", "shared.repositories", "shared.schemas", "shared.use_cases")
"""What most functions load anyway, and reads no environment variable while it is loaded: that differs by function."""


@dataclass(frozen=True)
class Project:
    """The templates by stack name in the order of their deployment; code paths in them start at `root`.

    `demo` is what the log-in page is told of the accounts that `seed` makes, `program` the folder of the editions,
    `packages` what its functions share and is loaded once for all of them.
    """

    root: Path
    stacks: tuple[tuple[str, Path], ...]
    web: Path
    seed: Seed | None = None
    demo: Mapping[str, Any] | None = None
    program: str = SHIPPED_PROGRAM
    packages: tuple[str, ...] = ()

    @property
    def layers(self) -> tuple[Path, ...]:
        """The packages of a built project; none where it runs from its sources."""
        return tuple(sorted(self.root.glob("*Layer/python")))

    def parameters(self, portal_url: str) -> dict[str, str]:
        """Each template takes those that it declares; all others have their defaults."""
        return {
            "AuthStack": "recertification-auth",
            "DataStack": "recertification-data",
            "MalwareProtection": "off",  # no scanner runs locally
            "PortalUrl": portal_url,
            "Program": self.program,
            "Stage": "local",
        }


class ProgramUnknown(Exception):
    """There is no such folder under shared/programs."""


def portal(program: str = SHIPPED_PROGRAM, built: Path | None = None) -> Project:
    """The recertification portal by the editions of a program, from the sources or from what sam has built of them.

    Raises ProgramUnknown.
    """
    known = sorted(file.parent.name for file in (_ROOT / "shared" / "programs").glob("*/*.toml"))
    if program not in known:
        raise ProgramUnknown(
            f"PROGRAM={program} is not a program: say one of {', '.join(dict.fromkeys(known))}."
        )
    stacks = (
        ("recertification-data", _ROOT / "infrastructure" / "data.yaml"),
        ("recertification-auth", _ROOT / "infrastructure" / "auth.yaml"),
        ("recertification", (built or _ROOT) / "template.yaml"),
    )
    return Project(
        built or _ROOT,
        stacks,
        _ROOT / "web",
        demo_seed(),
        demo.for_the_log_in_page(),
        program,
        () if built else PACKAGES,  # each built function has copies of its own
    )
