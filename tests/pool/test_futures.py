"""Submitted calls and their futures."""

from __future__ import annotations

import threading
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    TimeoutError,  # noqa: A004  the same, as users import it
    as_completed,
    wait,
)
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from tests.pool import work

_SECONDS = 30


def test_a_pool_is_an_executor(pool: Pool) -> None:
    assert isinstance(pool, Executor)
    future = pool.submit(work.add, 1, y=2)
    assert isinstance(future, Future)
    assert future.result() == 3
    assert future.done()
    assert not future.cancelled()
    assert not future.running()
    assert future.exception() is None


def test_what_a_task_raises_is_raised_with_the_traceback_of_its_worker(pool: Pool) -> None:
    future = pool.submit(work.fail, "bad")
    with pytest.raises(ValueError, match="bad") as caught:
        future.result()
    cause = str(caught.value.__cause__)
    assert "Traceback" in cause
    assert "raise ValueError(x)" in cause
    assert future.exception() is caught.value
    assert future.info.traceback in cause


@pytest.mark.usefixtures("by_themselves")
def test_an_exception_that_forbids_attributes_arrives_with_its_cause(pool: Pool) -> None:
    failure = pool.submit(work.raise_frozen).exception(_SECONDS)
    assert type(failure) is work.Frozen
    assert "raise Frozen" in str(failure.__cause__)


def test_what_cannot_be_called_is_refused_at_once(pool: Pool) -> None:
    with pytest.raises(TypeError, match="3 cannot be called"):
        pool.submit(3)  # type: ignore[arg-type]


def test_wait_and_as_completed_hear_of_every_future(pool: Pool) -> None:
    futures = [pool.submit(work.fail_if_odd, x) for x in range(20)]
    assert set(as_completed(futures, timeout=_SECONDS)) == set(futures)
    done, left = wait(futures, timeout=_SECONDS)
    assert (len(done), len(left)) == (20, 0)


def test_waiting_for_the_first_one_does_not_wait_for_all(pool: Pool, tmp_path: Path) -> None:
    go = tmp_path / "go"
    slow = pool.submit(work.hold, tmp_path / "begun", go)
    quick = pool.submit(work.double, 1)
    done, left = wait([slow, quick], timeout=_SECONDS, return_when=FIRST_COMPLETED)
    assert (done, left) == ({quick}, {slow})
    go.touch()
    assert slow.result(_SECONDS) == "released"


def test_a_result_that_is_not_there_in_time_may_be_asked_for_again(
    pool: Pool, tmp_path: Path
) -> None:
    future = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    with pytest.raises(TimeoutError):
        future.result(timeout=0.01)
    with pytest.raises(TimeoutError):
        future.exception(timeout=0.01)
    (tmp_path / "go").touch()
    assert future.result(_SECONDS) == "released"


def _hear(future: Future[Any], what: Any) -> Any:
    """What a callback of the future comes to."""
    heard: Future[Any] = Future()
    future.add_done_callback(lambda done: heard.set_result(what(done)))
    return heard.result(_SECONDS)


def test_a_callback_gets_the_future_that_is_done(pool: Pool) -> None:
    future = pool.submit(work.double, 4)
    assert _hear(future, lambda done: (done is future, done.result())) == (True, 8)


def test_a_callback_may_submit_and_wait_for_that(pool: Pool) -> None:
    def chain(done: Future[Any]) -> Any:
        return pool.submit(work.double, done.result()).result(_SECONDS)

    assert _hear(pool.submit(work.double, 1), chain) == 4


def test_callbacks_may_wait_for_each_others_futures(pool: Pool) -> None:
    def deeper(left: int, done: Future[Any]) -> Any:
        if not left:
            return done.result()
        following = pool.submit(work.double, done.result())
        following.add_done_callback(lambda _: None)
        return deeper(left - 1, following)

    assert _hear(pool.submit(work.double, 1), partial(deeper, 5)) == 64


def test_a_callback_that_raises_is_told_and_others_are_called(
    pool: Pool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    future = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    future.add_done_callback(lambda _: 1 / 0)
    (tmp_path / "go").touch()
    assert _hear(future, lambda done: done.result()) == "released"
    assert pool.submit(work.double, 3).result(_SECONDS) == 6
    assert "ZeroDivisionError" in caplog.text


def _exit(_: object) -> None:
    raise SystemExit


def test_a_callback_that_exits_does_not_end_the_pool(
    pool: Pool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    future = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    future.add_done_callback(_exit)
    (tmp_path / "go").touch()
    assert future.result(_SECONDS) == "released"
    assert pool.submit(work.double, 3).result(_SECONDS) == 6
    assert "SystemExit" in caplog.text


def test_many_threads_use_a_pool_at_once(pool: Pool) -> None:
    results: dict[int, list[int]] = {}

    def use(number: int) -> None:
        futures = [pool.submit(work.add, number, x) for x in range(50)]
        mapped = list(pool.imap(partial(work.add, number), range(50)))
        results[number] = [f.result(_SECONDS) for f in futures] + mapped

    threads = [threading.Thread(target=use, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [n + x for x in range(50)] * 2 for n in range(8)}


def test_a_future_that_is_cancelled_raises_that(processes: Pool, tmp_path: Path) -> None:
    future = processes.submit(work.hold, tmp_path / "begun")
    assert future.cancel()
    assert future.cancelled()
    assert future.cancel(), "as of any future"
    with pytest.raises(CancelledError):
        future.result()
    assert wait([future], timeout=_SECONDS).done == {future}
