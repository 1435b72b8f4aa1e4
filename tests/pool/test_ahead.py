"""Short tasks are sent to workers before they can begin them; nobody can tell."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from pydron_ng.pool.future import PoolFuture
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


@pytest.fixture
def pool() -> Iterator[Pool]:
    """Of one worker, which has learnt that calls of `behave` are short."""
    with Pool(1) as made:
        yield made


def _learnt(pool: Pool, folder: Path) -> None:
    for _ in range(20):
        pool.submit(work.behave, -1, "fine", folder).result(_SECONDS)
    (folder / "made").unlink()


def _ahead(pool: Pool, folder: Path, ways: list[str]) -> list[PoolFuture]:
    """So many calls, which their worker has got while it was busy with the first one."""
    _learnt(pool, folder)
    gate = pool.submit(work.behave, 0, "gate", folder)
    behind = [pool.submit(work.behave, n, way, folder) for n, way in enumerate(ways, 1)]
    work.wait_until(lambda: work.lines(folder / "made") == ["0"])
    return [gate, *behind]


def test_short_tasks_are_sent_ahead(pool: Pool, tmp_path: Path) -> None:
    """Else none of the other tests shows anything."""
    _learnt(pool, tmp_path)
    futures = [pool.submit(work.behave, n, "fine", tmp_path) for n in range(200)]
    most = max(sum(future.running() for future in futures) for _ in range(50))
    assert [future.result(_SECONDS) for future in futures] == list(range(200))
    assert most > 1


def test_what_waits_behind_a_long_task_goes_to_others(tmp_path: Path) -> None:
    with pool_of("processes") as pool:
        gate, *behind = _ahead(pool, tmp_path, ["fine"] * 20)
        assert [future.result(_SECONDS) for future in behind] == list(range(1, 21))
        assert not gate.done()
        (tmp_path / "open").touch()
        assert gate.result(_SECONDS) == 0
    assert sorted(map(int, work.lines(tmp_path / "made"))) == list(range(21))


def test_what_waits_behind_a_task_that_kills_is_made_once(pool: Pool, tmp_path: Path) -> None:
    gate, *behind = _ahead(pool, tmp_path, ["fine", "die", *["fine"] * 20])
    (tmp_path / "open").touch()
    assert gate.result(_SECONDS) == 0
    with pytest.raises(WorkerLost):
        behind[1].result(_SECONDS)
    del behind[1]
    assert [future.result(_SECONDS) for future in behind] == [1, *range(3, 23)]
    assert sorted(map(int, work.lines(tmp_path / "made"))) == list(range(23))


def test_what_is_cancelled_behind_another_task_is_never_begun(pool: Pool, tmp_path: Path) -> None:
    gate, *behind = _ahead(pool, tmp_path, ["fine"] * 20)
    assert all(future.cancel() for future in behind[::2])
    (tmp_path / "open").touch()
    assert gate.result(_SECONDS) == 0
    assert [future.result(_SECONDS) for future in behind[1::2]] == list(range(2, 21, 2))
    assert sorted(map(int, work.lines(tmp_path / "made"))) == list(range(0, 21, 2))


def test_tasks_that_were_given_to_a_worker_that_is_dead_already_are_made(pool: Pool) -> None:
    """It had begun none of them, and that is known."""
    for _ in range(5):
        os.kill(pool.submit(work.pid).result(_SECONDS), signal.SIGKILL)
        futures = [pool.submit(work.double, n) for n in range(5)]
        assert [future.result(_SECONDS) for future in futures] == [0, 2, 4, 6, 8]
