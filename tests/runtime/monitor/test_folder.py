"""Programs are found wherever they were started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pydron_ng.runtime.monitor import folder


def test_the_runtime_directory_of_a_session_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(folder.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    common = f"/tmp/pydron-programs-{os.getuid()}"
    assert folder.folders() == [str(tmp_path / "pydron"), common]
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "is not there"))
    assert folder.folders() == [common]


def test_a_variable_names_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "own"))
    assert folder.own_path() == str(tmp_path / "own" / f"{os.getpid()}.sock")
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700


def test_programs_of_several_directories_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / "one", tmp_path / "two", tmp_path / "missing"]
    for number, place in enumerate(places[:2], 1):
        place.mkdir(mode=0o700)
        for name in (f"{number}.sock", "7.sock", f"{number}0.sock.new", "x.sock", "1.txt"):
            (place / name).touch()
    monkeypatch.setattr(folder, "folders", lambda: list(map(str, places)))
    one, two = (str(place) for place in places[:2])
    assert folder.sockets() == {1: f"{one}/1.sock", 2: f"{two}/2.sock", 7: f"{one}/7.sock"}
