"""What a pool tells of itself: its workers, and the calls that they were given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from tests.pool.conftest import pool_of
from tests.pool.work import die, double, fail, fail_if_odd, hold, lines, pid, wait_until


def test_a_pool_without_tasks_has_no_workers_yet() -> None:
    with pool_of("processes") as pool:
        assert pool.workers() == []
        assert pool.status()[:5] == ((), 0, 0, 0, 0)


def test_each_worker_is_told_with_its_process_and_its_machine(processes: Pool) -> None:
    future = processes.submit(pid)
    process = future.result()
    [own] = [one for one in processes.workers() if one.pid == process]
    assert own.id == future.info.worker
    assert own.rss_bytes is not None
    assert own.host.name == ""
    assert own.host.cores >= 1


def test_workers_have_their_labels() -> None:
    workers = [
        {"type": "multicore", "cores": 1, "labels": ["large"]},
        {"type": "threads", "cores": 1, "labels": ["here", "small"]},
    ]
    with Pool(config={"workers": workers}) as pool:
        wait_until(lambda: list(pool.map(double, range(2))) and len(pool.workers()) == 2)
        labels = {one.labels: one.pid == os.getpid() for one in pool.workers()}
        assert labels == {("large",): False, ("here", "small"): True}


def test_other_hosts_say_how_they_are_when_they_are_asked() -> None:
    host = {"type": "command", "command": ["env"], "python": sys.executable, "cores": 1}
    with Pool(config={"workers": [host]}) as pool:
        process = pool.submit(pid).result()

        def is_told() -> bool:  # a share of time is that since one has looked before
            [told] = pool.workers()
            assert (told.pid, told.host.name) == (process, "env")
            return told.rss_bytes is not None and told.cpu_percent is not None

        wait_until(is_told)


def test_what_runs_and_what_waits_is_told(tmp_path: Path) -> None:
    begun, until = tmp_path / "begun", tmp_path / "until"
    with pool_of("processes") as pool:
        futures = [pool.submit(hold, begun, until) for _ in range(3)]
        wait_until(lambda: len(lines(begun)) == 2)
        status = pool.status()
        assert (status.waiting, status.running, status.done) == (1, 2, 0)
        assert [[work.label for work in one.tasks] for one in status.workers] == [["hold()"]] * 2
        assert all(one.seconds > 0 for one in status.workers)
        until.touch()
        assert [future.result() for future in futures] == ["released"] * 3
        status = pool.status()
        assert (status.waiting, status.running, status.done) == (0, 0, 3)
        assert [one.tasks for one in status.workers] == [(), ()]
        assert status.per_second > 0


def test_calls_are_counted_whatever_travels_together(pool: Pool) -> None:
    before = pool.status().done
    assert len(list(pool.imap(double, range(100), chunksize=7))) == 100
    assert pool.status().done == before + 100


def test_what_has_failed_is_told_with_its_last_line(pool: Pool) -> None:
    before = pool.status().failed
    with pytest.raises(ValueError, match="no such star"):
        pool.submit(fail, "no such star").result()
    status = pool.status()
    assert status.failed == before + 1
    assert status.failures[-1][1:] == ("fail()", "ValueError: no such star")


def test_of_a_chunk_only_the_calls_that_raised_have_failed(pool: Pool) -> None:
    before = pool.status().failed
    results = pool.imap(fail_if_odd, range(6), chunksize=6)
    for number in range(6):
        if number % 2:
            with pytest.raises(ValueError, match=str(number)):
                next(results)
        else:
            assert next(results) == number
    assert pool.status().failed == before + 3


def test_a_task_whose_worker_dies_has_failed() -> None:
    with pool_of("processes") as pool:
        with pytest.raises(WorkerLost):
            pool.submit(die, "exit").result()
        status = pool.status()
        assert (status.done, status.failed) == (1, 1)
        assert "exited with status 3" in status.failures[0].why


def test_what_is_cancelled_before_it_begins_waits_no_more(tmp_path: Path) -> None:
    begun, until = tmp_path / "begun", tmp_path / "until"
    with pool_of("processes") as pool:
        held = [pool.submit(hold, begun, until) for _ in range(2)]
        waiting = pool.submit(double, 1)
        wait_until(lambda: len(lines(begun)) == 2)
        assert pool.status().waiting == 1
        assert waiting.cancel()
        assert pool.status().waiting == 0
        until.touch()
        assert len([future.result() for future in held]) == 2


def test_a_pool_that_was_shut_down_has_no_workers() -> None:
    with pool_of("processes") as pool:
        assert pool.submit(double, 1).result() == 2
    status = pool.status()
    assert (status.workers, status.done) == ((), 1)
