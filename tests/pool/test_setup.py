"""What workers do before their first task and after their last one."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from pydron_ng.pool import setup
from tests.pool import work
from tests.pool.conftest import KINDS, pool_of

_SECONDS = 30


def _remember(path: Path, *names: str) -> None:
    work.note(path, "/".join(names))


@pytest.mark.parametrize("kind", KINDS)
def test_the_initializer_is_called_once_in_each_worker(kind: str, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    with pool_of(kind, initializer=_remember, initargs=(tmp_path / "called", "a", "b")) as pool:
        held = [pool.submit(work.hold, begun, go) for _ in range(2)]
        work.wait_until(lambda: len(work.lines(begun)) == 2)
        go.touch()
        for future in held:
            future.result(_SECONDS)
        assert list(pool.map(work.double, range(20))) == [2 * x for x in range(20)]
    assert work.lines(tmp_path / "called") == ["a/b"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_initializer_that_fails_is_raised_for_each_task(kind: str) -> None:
    with pool_of(kind, initializer=work.fail, initargs=("not today",)) as pool:
        for _ in range(3):
            with pytest.raises(ValueError, match="not today") as caught:
                pool.submit(work.double, 1).result(_SECONDS)
            assert "raise ValueError(x)" in str(caught.value.__cause__)
        results = pool.imap(work.double, range(10), chunksize=5)
        for _ in range(10):
            with pytest.raises(ValueError, match="not today"):
                next(results)
        with pytest.raises(StopIteration):
            next(results)


def test_an_initializer_that_kills_its_workers_leaves_no_task_waiting() -> None:
    with pool_of("processes", initializer=work.die, initargs=("exit",)) as pool:
        futures = [pool.submit(work.double, x) for x in range(6)]
        for future in futures:
            failure = future.exception(_SECONDS)
            assert isinstance(failure, WorkerLost)
            assert "the initializer die()" in str(failure)


def test_no_more_workers_are_started_that_the_initializer_kills(tmp_path: Path) -> None:
    with pool_of("processes", initializer=work.die, initargs=("exit", tmp_path / "died")) as pool:
        futures = [pool.submit(work.double, x) for x in range(60)]
        futures.append(pool.submit(work.double_later, 1))
        told = [str(future.exception(_SECONDS)) for future in futures]
        assert "the initializer die()" in told[59]
        assert len(work.lines(tmp_path / "died")) < 60
        with pytest.raises(WorkerLost, match="the initializer die"):
            next(pool.imap(work.double, [1]))


def test_a_worker_that_dies_later_does_not_blame_the_initializer() -> None:
    with Pool(1, initializer=work.double, initargs=(1,)) as pool:
        _worker_of(pool)
        told = str(pool.submit(work.die, "exit").exception(_SECONDS))
    assert "exited with status 3" in told
    assert "initializer" not in told


def test_a_worker_that_is_removed_cleans_up(tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    with pool_of("processes", cleanup=partial(work.clean_up, cleaned)) as pool:
        pids = pool.run_on_all(work.pid)
        pool.remove(0)
        assert work.lines(cleaned) == [str(pids[0])]
        pool.remove(1, drain=False)
    assert work.lines(cleaned) == [str(pids[0])]


def test_an_initializer_that_is_none_is_told() -> None:
    with pytest.raises(TypeError, match="initializer 3 cannot be called"):
        Pool(1, initializer=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cleanup 3 cannot be called"):
        Pool(1, cleanup=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="double_later\\(\\) would have to be awaited"):
        Pool(1, cleanup=work.double_later)  # type: ignore[arg-type]


def test_an_initializer_that_fails_is_told_once(
    processes: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, "pydron_ng"),
        pool_of("processes", initializer=work.fail, initargs=("not today",)) as pool,
    ):
        failures = [pool.submit(work.double, x).exception(_SECONDS) for x in range(5)]
    assert [str(failure) for failure in failures] == ["not today"] * 5
    assert failures[0] is not None
    assert failures[0].__notes__ == ["raised by the initializer of the pool"]
    [record] = caplog.records
    assert "the initializer fail() has failed on worker " in record.getMessage()


def test_an_initializer_that_fails_costs_no_worker(tmp_path: Path) -> None:
    initializer = partial(_remember_and_fail, tmp_path / "called")
    with pool_of("processes", initializer=initializer) as pool:
        for _ in range(10):
            assert isinstance(pool.submit(work.double, 1).exception(_SECONDS), ValueError)
    assert len(work.lines(tmp_path / "called")) <= 2


def _remember_and_fail(path: Path) -> None:
    work.note(path, "called")
    raise ValueError("not today")


def _hold_all(pool: Pool, folder: Path) -> None:
    """Both workers have had a task."""
    held = [pool.submit(work.hold, folder / "begun", folder / "go") for _ in range(2)]
    work.wait_until(lambda: len(work.lines(folder / "begun")) == 2)
    (folder / "go").touch()
    for future in held:
        future.result(_SECONDS)


@pytest.mark.parametrize("kind", [*KINDS, "host"])
def test_each_worker_cleans_up_at_the_end(kind: str, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    with pool_of(kind, cleanup=partial(work.clean_up, cleaned)) as pool:
        _hold_all(pool, tmp_path)
        assert not cleaned.exists()
    assert sorted(work.lines(cleaned)) == sorted(work.lines(tmp_path / "begun"))


def test_workers_clean_up_where_the_block_has_failed(tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    with pytest.raises(LookupError):
        _fail_in_block(cleaned, tmp_path)
    assert len(work.lines(cleaned)) == 2


def _fail_in_block(cleaned: Path, folder: Path) -> None:
    with pool_of("processes", cleanup=partial(work.clean_up, cleaned)) as pool:
        _hold_all(pool, folder)
        raise LookupError


def test_nobody_cleans_up_who_has_done_nothing(tmp_path: Path) -> None:
    with pool_of("processes", cleanup=partial(work.clean_up, tmp_path / "cleaned")):
        pass
    assert not (tmp_path / "cleaned").exists()


def test_nobody_cleans_up_whose_initializer_has_failed(tmp_path: Path) -> None:
    cleanup = partial(work.clean_up, tmp_path / "cleaned")
    with pool_of("processes", initializer=work.fail, initargs=(1,), cleanup=cleanup) as pool:
        assert isinstance(pool.submit(work.double, 1).exception(_SECONDS), ValueError)
    assert not (tmp_path / "cleaned").exists()


def test_cleaning_up_is_once_however_often_the_pool_ends(tmp_path: Path) -> None:
    pool = pool_of("processes", cleanup=partial(work.clean_up, tmp_path / "cleaned"))
    _hold_all(pool, tmp_path)
    pool.shutdown(wait=False)
    pool.shutdown()
    pool.shutdown()
    assert len(work.lines(tmp_path / "cleaned")) == 2


def test_who_ends_a_pool_that_ends_waits_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    pool = pool_of("processes", cleanup=partial(work.hold, begun, go))
    _worker_of(pool)
    pool.shutdown(wait=False)
    work.wait_until(lambda: work.lines(begun))
    others = [threading.Thread(target=pool.shutdown) for _ in range(2)]
    for other in others:
        other.start()
    go.touch()
    for other in others:
        other.join(_SECONDS)
    assert len(work.lines(begun)) == 1
    assert not any("failed" in record.getMessage() for record in caplog.records)


def test_a_cleanup_that_fails_is_told_with_its_worker(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        caplog.at_level(logging.ERROR, "pydron_ng"),
        pool_of("processes", cleanup=_say_and_fail) as pool,
    ):
        worker = _worker_of(pool)
    [record] = caplog.records
    told = f"the cleanup _say_and_fail() of worker {worker} has failed"
    assert told in record.getMessage()
    assert "LookupError: not there" in record.getMessage()
    assert capfd.readouterr().out == "cleaning\n"


def _say_and_fail() -> None:
    print("cleaning")
    raise LookupError("not there")


def _worker_of(pool: Pool) -> int:
    future = pool.submit(work.double, 1)
    assert future.result(_SECONDS) == 2
    return future.info.worker


def test_a_cleanup_that_ends_its_worker_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.ERROR, "pydron_ng"),
        pool_of("processes", cleanup=partial(work.die, "exit")) as pool,
    ):
        _worker_of(pool)
    [record] = caplog.records
    assert "exited with status 3" in record.getMessage()


@pytest.mark.parametrize("kind", KINDS)
def test_a_cleanup_that_hangs_is_not_waited_for(
    kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "CLEANUP_SECONDS", 0.1)
    go, threads = tmp_path / "go", set(threading.enumerate())
    with (
        caplog.at_level(logging.ERROR, "pydron_ng"),
        pool_of(kind, cleanup=partial(work.hold, tmp_path / "begun", go)) as pool,
    ):
        _worker_of(pool)
    [record] = caplog.records
    assert "it took longer than 0.1 s" in record.getMessage()
    go.touch()  # threads stay
    work.wait_until(lambda: threads.issuperset(threading.enumerate()))


def test_who_is_ended_with_its_task_does_not_clean_up(tmp_path: Path) -> None:
    with pool_of("processes", cleanup=partial(work.clean_up, tmp_path / "cleaned")) as pool:
        future = pool.options(timeout=1.0).submit(work.hold, tmp_path / "begun")
        assert isinstance(future.exception(_SECONDS), TimeoutError)
    assert work.lines(tmp_path / "begun")[0] not in work.lines(tmp_path / "cleaned")


def test_a_program_that_ends_has_its_workers_clean_up(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM.format(path=str(tmp_path / "cleaned")))
    subprocess.run([sys.executable, program], check=True, timeout=_SECONDS)
    assert len(work.lines(tmp_path / "cleaned")) == 1


_PROGRAM = """
from functools import partial
from pathlib import Path
from pydron_ng import Pool
from tests.pool import work

if __name__ == "__main__":
    pool = Pool(1, cleanup=partial(work.clean_up, Path({path!r})))
    assert pool.submit(work.double, 1).result() == 2
"""
