"""Large values on hosts that keep them: programs, and what is there when a host is not."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.backends.remote.shelf import KEEP_BYTES, Shelf
from tests.backends.remote.test_faults import agents_of, parent_in
from tests.backends.rig import Rig, wait_until

LOCAL: dict[str, Any] = {"command": ["env"], "python": sys.executable}


@functional
def grown(x: Any) -> Any:
    return x + 1.0


@functional
def first_of(x: Any) -> Any:
    first = x[:3].copy()
    x[:] = 0.0  # not what it has promised: nobody else sees that
    return first


@functional
def sum_of(x: Any, number: int) -> Any:
    return x[number:].sum()


@schedule
def chain(x: Any, links: int) -> Any:
    for _ in range(links):
        x = grown(x)
    return x


@schedule
def both(x: Any, y: Any, links: int) -> tuple[Any, Any]:
    for _ in range(links):
        x = grown(x)
        y = grown(y)
    return x, y


@schedule
def sums(x: Any, calls: int) -> list[Any]:
    return [sum_of(x, number) for number in range(calls)]


@schedule
def changing(x: Any, calls: int) -> list[Any]:
    found = []
    for _ in range(calls):
        found.append(sum_of(x, 1))
        x[5] += 1.0
    return found


@schedule
def firsts(x: Any, calls: int) -> list[Any]:
    return [first_of(x) for _ in range(calls)]


def numbers() -> Any:
    return np.arange(KEEP_BYTES // 8 + 100, dtype=float)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was not sent, because the host had it."""
    sent: list[bytes] = []
    use = Shelf.use

    def watched(shelf: Shelf, digest: bytes) -> Any:
        name = use(shelf, digest)
        if name is not None:
            sent.append(digest)
        return name

    monkeypatch.setattr(Shelf, "use", watched)
    return sent


@pytest.fixture
def _on_a_host(tmp_path: Path) -> Iterator[None]:
    worker = {"type": "command", "cores": 2, "tmp_dir": str(tmp_path), **LOCAL}
    with pydron_ng.configure(workers=[worker], inline=False):
        yield
    wait_until(lambda: not agents_of(tmp_path))
    [home] = tmp_path.iterdir()
    assert not list(home.glob("kept-*"))


@pytest.mark.usefixtures("_on_a_host")
def test_a_chain_is_what_it_is_and_its_values_stay_there(names: list[bytes]) -> None:
    assert np.array_equal(chain(numbers(), 6), numbers() + 6.0)
    assert len(set(names)) == 4  # all arguments but the first, and the first result


@pytest.mark.usefixtures("_on_a_host")
def test_a_table_that_many_calls_are_given_is_kept_there(names: list[bytes]) -> None:
    table = numbers()
    assert sums(table, 12) == [table[number:].sum() for number in range(12)]
    assert len(set(names)) == 1  # how often depends on how many calls the program makes meanwhile


@pytest.mark.usefixtures("_on_a_host")
def test_an_array_that_has_changed_is_another_one() -> None:
    table = numbers()
    expected = [table[1:].sum() + number for number in range(4)]
    assert changing(table, 4) == expected


@pytest.mark.usefixtures("_on_a_host")
def test_what_a_call_does_to_what_was_kept_is_its_own_affair(names: list[bytes]) -> None:
    assert np.array_equal(firsts(numbers(), 8), [[0.0, 1.0, 2.0]] * 8)
    assert names


def test_two_chains_stay_each_on_its_host(names: list[bytes], tmp_path: Path) -> None:
    worker = {"type": "command", "cores": 1, "count": 2, "tmp_dir": str(tmp_path), **LOCAL}
    with pydron_ng.configure(workers=[worker], inline=False):
        first, second = both(numbers(), -numbers(), 5)
    assert np.array_equal(first, numbers() + 5.0)
    assert np.array_equal(second, 5.0 - numbers())
    assert names


def test_what_was_kept_by_a_host_that_is_lost_is_sent_to_the_next(tmp_path: Path) -> None:
    rig = Rig("command", **LOCAL, tmp_dir=str(tmp_path)).start()
    part = os.urandom(KEEP_BYTES)
    for worker in (0, 1, 0):
        assert rig.call(b"echo", part, worker=worker) == (part,)
    [home] = tmp_path.iterdir()
    [place] = home.glob("kept-*")
    assert list(place.iterdir())
    agent = parent_in(agents_of(tmp_path))
    os.kill(agent, signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    rig.start()
    for worker in (0, 1, 0):
        assert rig.call(b"echo", part, worker=worker) == (part,)
    assert not place.exists()
    rig.close()
    assert not list(home.glob("kept-*"))


def test_a_host_that_is_to_keep_nothing_keeps_nothing(tmp_path: Path) -> None:
    rig = Rig("command", **LOCAL, tmp_dir=str(tmp_path), kept_mb=0).start()
    part = os.urandom(KEEP_BYTES)
    for _ in range(3):
        assert rig.call(b"echo", part) == (part,)
    [home] = tmp_path.iterdir()
    assert not list(home.glob("kept-*"))
    rig.close()
