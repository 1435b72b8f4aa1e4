"""Snapshots of the surroundings are equal exactly while these are."""

from __future__ import annotations

import decimal
import locale
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng.runtime.surroundings import capture


def filter_warnings(_patch: pytest.MonkeyPatch) -> None:
    warnings.simplefilter("ignore", BytesWarning)


def set_locale(_patch: pytest.MonkeyPatch) -> None:
    locale.setlocale(locale.LC_NUMERIC, "C.UTF-8")


CHANGES: dict[str, Callable[[pytest.MonkeyPatch], Any]] = {
    "directory": lambda patch: patch.chdir(Path.home().anchor),
    "environment": lambda patch: patch.setenv("SURVEY", "deep"),
    "path": lambda patch: patch.syspath_prepend("survey"),
    "arguments": lambda patch: patch.setattr(sys, "argv", ["survey"]),
    "decimal": lambda _: setattr(decimal.getcontext(), "prec", 7),
    "numpy": lambda _: np.seterr(divide="raise"),
    "printing": lambda _: np.set_printoptions(precision=2),
    "formatting": lambda _: np.set_printoptions(formatter={"float": str}),
    "warnings": filter_warnings,
    "recursion": lambda _: sys.setrecursionlimit(sys.getrecursionlimit() + 1),
    "digits": lambda _: sys.set_int_max_str_digits(sys.get_int_max_str_digits() + 1),
    "logging": lambda _: logging.getLogger("survey.surroundings").setLevel(3),
    "locale": set_locale,
}


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Any:
    limit, digits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    level, numbers = logging.getLogger("survey.surroundings").level, locale.setlocale(locale.LC_ALL)
    with warnings.catch_warnings(), decimal.localcontext(), np.errstate(), np.printoptions():
        yield
    sys.setrecursionlimit(limit)
    sys.set_int_max_str_digits(digits)
    logging.getLogger("survey.surroundings").setLevel(level)
    locale.setlocale(locale.LC_ALL, numbers)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_is_seen(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = capture()
    assert capture(before) is before
    change(monkeypatch)
    assert capture(before) != before


def test_a_directory_that_was_removed_does_not_stop_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert capture() == capture()
    assert capture().blob
    monkeypatch.undo()
    assert Path(os.getcwd()).exists()
