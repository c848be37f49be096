"""The portal from what sam has built: its template, its functions' folders and its layers in place of the sources."""

from pathlib import Path

import pytest

from infrastructure.local import __main__ as command_line
from infrastructure.local.project import portal


def test_a_built_portal_runs_by_the_built_template_and_layers(tmp_path: Path) -> None:
    (tmp_path / "PrintingLayer" / "python").mkdir(parents=True)
    made = portal(built=tmp_path)
    assert dict(made.stacks)["recertification"] == tmp_path / "template.yaml"
    assert made.root == tmp_path
    assert made.layers == (tmp_path / "PrintingLayer" / "python",)
    assert portal().layers == ()


def test_what_is_not_built_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line._run("0", None, str(tmp_path)) == 1
    assert "is not built" in capsys.readouterr().err
