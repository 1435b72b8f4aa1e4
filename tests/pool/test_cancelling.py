"""Tasks that nobody wants, tasks that take too long, tasks that their workers die of."""

from __future__ import annotations

from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed, wait
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


def _busy(pool: Pool, folder: Path) -> list[Path]:
    """Both workers have something to do until these files are there."""
    files = [folder / "one", folder / "other"]
    begun = folder / "busy"
    for file in files:
        pool.submit(work.hold, begun, file)
    work.wait_until(lambda: len(work.lines(begun)) == 2)
    return files


def test_a_queued_task_that_is_cancelled_is_never_begun(pool: Pool, tmp_path: Path) -> None:
    files = _busy(pool, tmp_path)
    queued = pool.submit(work.hold, tmp_path / "begun", tmp_path)
    assert not queued.running()
    assert queued.cancel()
    for file in files:
        file.touch()
    assert pool.submit(work.double, 1).result(_SECONDS) == 2
    assert work.lines(tmp_path / "begun") == []


def test_a_running_task_that_is_cancelled_is_ended_and_its_worker_replaced(
    processes: Pool, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    running = processes.submit(work.hold, begun)
    beside = processes.submit(work.hold, tmp_path / "beside", tmp_path / "go")
    behind = [processes.submit(work.double, x) for x in range(10)]
    work.wait_until(lambda: work.lines(begun) and work.lines(tmp_path / "beside"))
    assert running.running()
    assert running.cancel()
    assert [f.result(_SECONDS) for f in behind] == [2 * x for x in range(10)]
    (tmp_path / "go").touch()
    assert beside.result(_SECONDS) == "released"
    (ended,) = work.lines(begun)
    assert ended not in {str(processes.submit(work.pid).result(_SECONDS)) for _ in range(10)}


def test_a_running_task_of_threads_is_given_up_with_its_thread(tmp_path: Path) -> None:
    with pool_of("threads") as pool:
        running = [pool.submit(work.hold, tmp_path / "begun", tmp_path / "go") for _ in range(2)]
        work.wait_until(lambda: len(work.lines(tmp_path / "begun")) == 2)
        assert all(future.cancel() for future in running)
        assert pool.submit(work.double, 1).result(_SECONDS) == 2
        (tmp_path / "go").touch()


def test_a_task_that_hangs_holds_up_no_other_one(processes: Pool, tmp_path: Path) -> None:
    """Even if all were short so far."""
    list(processes.map(work.behave, range(20), ["fine"] * 20, [tmp_path] * 20))
    ways = ["fine"] * 20 + ["hang"]
    futures = [processes.submit(work.behave, n, way, tmp_path) for n, way in enumerate(ways)]
    assert futures[-1].cancel()
    assert [f.result(_SECONDS) for f in futures[:-1]] == list(range(20))
    after = [processes.submit(work.behave, n, "fine", tmp_path) for n in range(100, 140)]
    assert [f.result(_SECONDS) for f in after] == list(range(100, 140))


def test_who_waits_hears_that_another_thread_has_cancelled(pool: Pool, tmp_path: Path) -> None:
    """Also where nothing else happens."""
    go = tmp_path / "go"
    held = [pool.submit(work.hold, tmp_path / "begun", go) for _ in range(2)]
    work.wait_until(lambda: len(work.lines(tmp_path / "begun")) == 2)
    queued = pool.submit(work.double, 1)
    with ThreadPoolExecutor(1) as other:
        raised = other.submit(queued.exception, _SECONDS)
        work.wait_until(lambda: pool._desk._driver._pump._polling)
        assert queued.cancel()
        assert isinstance(raised.exception(_SECONDS / 2), CancelledError)
    assert not any(future.done() for future in held)
    go.touch()
    assert [future.result(_SECONDS) for future in held] == ["released"] * 2


def test_what_is_done_cannot_be_cancelled(pool: Pool) -> None:
    future = pool.submit(work.double, 1)
    assert future.result(_SECONDS) == 2
    assert not future.cancel()
    assert future.result() == 2


def test_wait_hears_of_what_is_cancelled(processes: Pool, tmp_path: Path) -> None:
    futures = [processes.submit(work.hold, tmp_path / "begun") for _ in range(6)]
    heard: list[object] = []
    for future in futures:
        future.add_done_callback(heard.append)
        future.cancel()
    assert wait(futures, timeout=_SECONDS).done == set(futures)
    assert set(as_completed(futures, timeout=_SECONDS)) == set(futures)
    assert heard == futures


def test_a_task_that_takes_too_long_is_ended(processes: Pool, tmp_path: Path) -> None:
    future = processes.options(timeout=1.0).submit(work.hold, tmp_path / "begun")
    with pytest.raises(TimeoutError, match=r"hold\(\).*1 s"):
        future.result(_SECONDS)
    assert processes.submit(work.double, 1).result(_SECONDS) == 2
    assert len(work.lines(tmp_path / "begun")) == 1


def test_the_time_in_the_queue_does_not_count(processes: Pool, tmp_path: Path) -> None:
    files = _busy(processes, tmp_path)
    queued = processes.options(timeout=2.0).submit(work.double, 1)
    with pytest.raises(TimeoutError):
        queued.result(timeout=2.1)
    for file in files:
        file.touch()
    assert queued.result(_SECONDS) == 2


@pytest.mark.parametrize(
    "way, told", [("exit", "3"), ("killed", "SIGKILL|signal 9"), ("segfault", "SIGSEGV|11")]
)
def test_a_worker_that_dies_is_told_with_its_task_and_how(
    processes: Pool, way: str, told: str
) -> None:
    future = processes.submit(work.die, way)
    with pytest.raises(WorkerLost, match=rf"die\(\).*({told})"):
        future.result(_SECONDS)
    assert processes.submit(work.double, 1).result(_SECONDS) == 2


def test_a_task_whose_worker_dies_is_not_made_again(processes: Pool, tmp_path: Path) -> None:
    for _ in range(3):
        with pytest.raises(WorkerLost):
            processes.submit(work.die, "exit", tmp_path / "begun").result(_SECONDS)
    assert len(work.lines(tmp_path / "begun")) == 3


def test_what_has_ended_before_a_worker_dies_keeps_its_result(
    processes: Pool, tmp_path: Path
) -> None:
    list(processes.map(work.behave, range(20), ["fine"] * 20, [tmp_path] * 20))
    (tmp_path / "made").unlink()
    ways = (["fine"] * 9 + ["die"]) * 5
    futures = [processes.submit(work.behave, n, way, tmp_path) for n, way in enumerate(ways)]
    for number, (future, way) in enumerate(zip(futures, ways, strict=True)):
        if way == "fine":
            assert future.result(_SECONDS) == number
        else:
            assert isinstance(future.exception(_SECONDS), WorkerLost)
    made = work.lines(tmp_path / "made")
    assert sorted(map(int, made)) == list(range(50))


def test_a_task_may_be_made_again_if_it_is_asked_for(processes: Pool, tmp_path: Path) -> None:
    again = processes.options(retries=1)
    assert again.submit(work.die_unless, tmp_path / "died").result(_SECONDS) == "alive"
    begun = tmp_path / "begun"
    with pytest.raises(WorkerLost, match=r"2 workers died"):
        again.submit(work.die, "exit", begun).result(_SECONDS)
    assert len(work.lines(begun)) == 2


def test_a_task_that_takes_too_long_is_made_again_if_it_is_asked_for(
    processes: Pool, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    again = processes.options(retries=2, timeout=1.0)  # a new worker has to import first
    with pytest.raises(TimeoutError, match="3 times"):
        again.submit(work.hold, begun).result(_SECONDS)
    assert len(work.lines(begun)) == 3


def test_a_pool_without_any_worker_says_so(tmp_path: Path) -> None:
    broken = {"type": "command", "command": ["false"], "cores": 1}
    with Pool(config={"workers": [broken]}) as pool, pytest.raises(WorkerLost, match="no worker"):
        pool.submit(work.double, 1).result(_SECONDS)
