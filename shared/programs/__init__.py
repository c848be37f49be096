"""The editions of the programs this portal ships: dated rule sets as TOML, and their loader."""

import pickle
from functools import cache
from pathlib import Path

from shared.domain.program import Editions

FOLDER = Path(__file__).parent

READ = "editions.pickle"
"""What a build leaves in place of a program's TOML: its editions as they were read and checked, an eighth of a worker's
start."""


@cache
def load_editions(name: str) -> Editions:
    """All editions in `shared/programs/<name>/`, read once a process; FileNotFoundError when there is none."""
    read = FOLDER / name / READ
    if read.is_file():
        editions: Editions = pickle.loads(read.read_bytes())  # noqa: S301 (the build's own, beside the code)
        return editions
    from shared.programs.editions import read_editions  # noqa: PLC0415 (what has been read needs no reader)

    return read_editions(FOLDER / name)
