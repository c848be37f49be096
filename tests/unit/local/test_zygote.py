"""What is loaded before environments are forked must be the same for all of them."""

import subprocess
import sys
from pathlib import Path

_WATCHED = """
import importlib, os
from infrastructure.local import zygote
from infrastructure.local.project import PACKAGES
for name in zygote.PRELOADED:
    importlib.import_module(name)
read, get = [], os._Environ.__getitem__
os._Environ.__getitem__ = lambda environ, name: read.append(name) or get(environ, name)
for name in PACKAGES:
    zygote.load_whole(name)
ours = [name for name in read if not name.startswith("PYDANTIC_")]
print(ours, "shared.use_cases.log_entries" in importlib.sys.modules)
"""


def test_what_all_functions_share_reads_no_variable_of_the_environment_while_it_is_loaded() -> None:
    said = subprocess.run(  # a process of its own, in which nothing of it is loaded yet
        [sys.executable, "-c", _WATCHED],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[] True", said.stdout
