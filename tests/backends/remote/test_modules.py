"""Which modules of the program travel."""

from __future__ import annotations

import importlib
import json as loaded
import sys
from pathlib import Path

import pytest

from pydron_ng.backends.remote.asking import Source
from pydron_ng.backends.remote.modules import source_of

missed: list[str] = []


def source(name: str) -> Source | None:
    missed.clear()
    return source_of(name, missed.append)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine" / "deep").mkdir(parents=True)
    (tmp_path / "mine" / "__init__.py").write_text("raise RuntimeError('nothing is run')")
    (tmp_path / "mine" / "deep" / "leaf.py").write_text("leaf = 1")
    (tmp_path / "mine" / "compiled.so").write_bytes(b"\x7fELF")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_modules_on_the_path_travel_without_being_run(project: Path) -> None:
    init = str(project / "mine" / "__init__.py")
    assert source("mine") == Source(init, b"raise RuntimeError('nothing is run')", True)
    assert source("mine.deep") == Source(None, b"", True)
    assert source("mine.deep.leaf") == Source(
        str(project / "mine" / "deep" / "leaf.py"), b"leaf = 1", False
    )


@pytest.mark.parametrize("name", ["nowhere", "mine.nowhere", "mine.deep.leaf.nowhere", "sys.x"])
@pytest.mark.usefixtures("project")
def test_what_is_not_there_does_not(name: str) -> None:
    assert source(name) is None
    assert not missed


def test_what_is_installed_does_not_and_is_told_if_the_program_uses_it() -> None:
    assert source("pytest") is None
    assert missed == ["pytest"]
    assert source(loaded.__name__) is None
    assert source("zoneinfo._tzpath") is None or "zoneinfo" in sys.modules


def test_a_module_that_the_program_has_loaded_is_where_it_was_loaded_from(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "twice.py").write_text("here = 1")
    importlib.import_module("twice")
    other = tmp_path_factory.mktemp("other")
    (other / "twice.py").write_text("here = 2")
    monkeypatch.syspath_prepend(other)
    found = source("twice")
    monkeypatch.delitem(sys.modules, "twice")
    assert found is not None
    assert found.text == b"here = 1"
