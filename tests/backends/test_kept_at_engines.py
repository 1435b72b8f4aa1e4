"""Large values that stay on a cluster of Dask: two of its processes have one shelf."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import pydron_ng
from pydron_ng.backends.engines.room import Room
from tests.backends.dask_cluster import cluster
from tests.backends.remote.test_kept import chain, changing, firsts, names, numbers, sums
from tests.backends.rig import wait_until

__all__ = ["names"]


@pytest.fixture
def _on_dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (there := tmp_path / "there").mkdir()
    monkeypatch.setenv("TMPDIR", str(there))
    with cluster(tmp_path, 1, 1) as made:
        worker = {"type": "dask", "address": made.address, "cores": 2}
        with pydron_ng.configure(workers=[worker], inline=False):
            yield
        wait_until(lambda: not list(there.glob("pydron-*")))


@pytest.mark.usefixtures("_on_dask")
def test_a_chain_is_what_it_is_and_its_values_stay_there(names: list[bytes]) -> None:
    assert np.array_equal(chain(numbers(), 6), numbers() + 6.0)
    assert len(set(names)) == 4  # all arguments but the first, and the first result


@pytest.mark.usefixtures("_on_dask")
def test_a_table_that_many_calls_are_given_goes_there_a_few_times(names: list[bytes]) -> None:
    table = numbers()
    for _ in range(2):
        assert sums(table, 12) == [table[number:].sum() for number in range(12)]
    assert len(set(names)) == 1
    assert len(names) >= 12


@pytest.mark.usefixtures("_on_dask")
def test_an_array_that_has_changed_is_another_one() -> None:
    table = numbers()
    expected = [table[1:].sum() + number for number in range(4)]
    assert changing(table, 4) == expected


@pytest.mark.usefixtures("_on_dask")
def test_what_a_call_does_to_what_was_kept_is_its_own_affair(names: list[bytes]) -> None:
    assert np.array_equal(firsts(numbers(), 8), [[0.0, 1.0, 2.0]] * 8)
    assert names


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_all_outposts_of_a_program_have_one_room_and_the_last_one_removes_it(place: Path) -> None:
    first, second = Room("house", 1), Room("house", 1)
    assert first.kept == second.kept
    first.close()
    assert Path(second.kept.folder).is_dir()
    second.close()
    assert not list(place.iterdir())


def test_a_room_that_was_removed_is_never_taken_for_the_next_one(place: Path) -> None:
    before = Room("house", 1)
    before.close()
    after = Room("house", 1)
    assert after.kept.folder == before.kept.folder
    assert after.kept.name != before.kept.name
    after.close()


def test_two_programs_have_two_rooms(place: Path) -> None:
    ours, theirs = Room("ours", 1), Room("theirs", 1)
    assert ours.kept.folder != theirs.kept.folder
    ours.close()
    assert Path(theirs.kept.folder).is_dir()
    theirs.close()


def test_what_an_outpost_has_left_behind_that_was_killed_is_removed_by_the_next(
    place: Path,
) -> None:
    source = (
        "import os; from pydron_ng.backends.engines.room import Room; Room('gone', 1); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", source], check=False)
    home = place / f"pydron-{os.getuid()}"
    assert [folder.name for folder in home.iterdir()] == ["kept-gone"]
    Room("next", 1).close()
    assert not home.exists()


def test_nothing_is_kept_where_nothing_is_to_be(place: Path) -> None:
    room = Room("house", 0)
    assert room.kept == ("", 0, "")
    room.close()
    assert not list(place.iterdir())


def test_nothing_is_kept_where_others_could_read_it(place: Path) -> None:
    Room("first", 1).close()
    home = place / f"pydron-{os.getuid()}"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    assert Room("house", 1).kept == ("", 0, "")
