"""Packages without what no function uses."""

import logging
import sys
from pathlib import Path

import pytest

from shared.adapters.light_packages import NoManual, enter_without_init, load_without


def test_what_a_package_asks_for_and_never_uses_is_there_while_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asking.py").write_text("from heavy.part import patch\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    load_without("asking", {"heavy.part": ["patch"]})
    assert sys.modules.pop("asking").patch is None
    assert not {"heavy", "heavy.part"} & sys.modules.keys()


def test_a_part_of_the_package_itself_may_be_what_it_never_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "__init__.py").write_text("from whole.part import unused\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    load_without("whole", {"whole.part": ["unused"]})
    assert sys.modules.pop("whole").unused is None
    assert "whole.part" not in sys.modules


def test_what_is_loaded_already_stays_and_is_asked_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asking.py").write_text("from unittest.mock import patch\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import unittest.mock as loaded

    load_without("asking", {"unittest.mock": ["patch"]})
    assert sys.modules.pop("asking").patch is loaded.patch
    assert sys.modules["unittest.mock"] is loaded


def test_what_powertools_itself_says_of_errors_reaches_no_log() -> None:
    enter_without_init()
    assert not logging.getLogger("aws_lambda_powertools").propagate


def test_a_manual_that_nobody_asks_for_is_an_empty_text() -> None:
    assert NoManual(operation_model=None, method_name="get_item") == ""
