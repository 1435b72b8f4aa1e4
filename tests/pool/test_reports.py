"""What tasks report before they are done."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from pickle import PicklingError
from typing import Any

import pytest

from pydron_ng import Pool, functional, report, schedule
from pydron_ng.pool.future import PoolFuture
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


class Heard:
    """What was reported, and by which futures; "late" is what was told of one that was done."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.futures: list[PoolFuture] = []

    def __call__(self, future: PoolFuture, value: Any) -> None:
        self.values.append("late" if future.done() else value)
        self.futures.append(future)


def test_reports_are_told_in_order_before_the_future_is_done(anywhere: Pool) -> None:
    heard = Heard()
    values = [1, "two", [3], b"4" * 1_000_000]
    future = anywhere.options(on_progress=heard).submit(work.report_each, values)
    assert future.result(_SECONDS) == "done"
    assert heard.values == values
    assert heard.futures == [future] * 4


def test_a_report_does_not_wait_for_the_end_of_its_task(anywhere: Pool, tmp_path: Path) -> None:
    go = tmp_path / "go"
    numbers: list[int] = []

    def hear(_: object, number: int) -> None:
        numbers.append(number)
        go.touch()

    future = anywhere.options(on_progress=hear).submit(work.report_until, go)
    last = future.result(_SECONDS)
    assert numbers == list(range(1, last + 1))


def test_a_flood_of_reports_waits_for_who_hears_them(anywhere: Pool, tmp_path: Path) -> None:
    """It never ends unless the task waits: the numbers would run away from who hears them."""
    begun, go, done = threading.Event(), threading.Event(), tmp_path / "done"
    numbers: list[int] = []

    def hear(_: object, number: int) -> None:
        begun.set()
        go.wait()
        numbers.append(number)

    future = anywhere.options(on_progress=hear).submit(work.report_until, done)
    begun.wait(_SECONDS)
    work.wait_until(lambda: anywhere._desk.flow._held)
    done.touch()
    go.set()
    assert future.result(_SECONDS) == len(numbers)
    assert numbers == list(range(1, len(numbers) + 1))
    assert not anywhere._desk.flow._untold


def test_who_hears_may_wait_for_other_tasks(anywhere: Pool, tmp_path: Path) -> None:
    done = tmp_path / "done"
    results: list[int] = []

    def hear(_: object, number: int) -> None:
        if number == 1:
            work.wait_until(lambda: anywhere._desk.flow._held)
            done.touch()
            others = [anywhere.submit(work.double, x) for x in range(4)]
            results.extend(other.result() for other in others)

    assert anywhere.options(on_progress=hear).submit(work.report_until, done).result(_SECONDS)
    work.wait_until(lambda: len(results) == 4)  # it may be told of the end while it waits
    assert results == [0, 2, 4, 6]


def test_coroutines_that_take_turns_report_each_for_itself(anywhere: Pool) -> None:
    heard = [Heard() for _ in range(5)]
    futures = [
        anywhere.options(on_progress=each).submit(work.report_in_turns, name, 3)
        for each, name in zip(heard, "abcde", strict=True)
    ]
    assert [future.result(_SECONDS) for future in futures] == [*"abcde"]
    assert [each.values for each in heard] == [[f"{n}0", f"{n}1", f"{n}2"] for n in "abcde"]


def test_what_is_awaited_reports_too(anywhere: Pool) -> None:
    heard = Heard()
    pool = anywhere.options(on_progress=heard)
    assert asyncio.run(pool.run(work.report_each, [1, 2])) == "done"
    assert heard.values == [1, 2]


def test_a_task_that_is_made_again_reports_again(processes: Pool, tmp_path: Path) -> None:
    heard = Heard()
    pool = processes.options(on_progress=heard, retries=1)
    assert pool.submit(work.report_and_die_once, tmp_path / "died").result(_SECONDS) == "alive"
    assert heard.values == ["begun", "begun"]


def test_the_threads_of_a_task_report_for_it_and_its_forks_do_not(processes: Pool) -> None:
    heard = Heard()
    pool = processes.options(on_progress=heard)
    pool.submit(work.report_from_a_thread, "thread").result(_SECONDS)
    assert pool.submit(work.report_from_a_fork, "task").result(_SECONDS) == 0
    assert heard.values == ["thread", "task"]


def test_what_is_raised_by_who_hears_is_logged(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    def complain(_: object, value: int) -> None:
        raise LookupError(value)

    with caplog.at_level(logging.ERROR, "pydron_ng"):
        future = pool.options(on_progress=complain).submit(work.report_each, [1, 2])
        assert future.result(_SECONDS) == "done"
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["1", "2"]


def test_what_cannot_be_reported_is_told_to_the_task(anywhere: Pool) -> None:
    pool = anywhere.options(on_progress=Heard())
    with pytest.raises(PicklingError, match="a report of type Lock cannot be sent|lock cannot"):
        pool.submit(_report_a_lock).result(_SECONDS)


def _report_a_lock() -> None:
    report(threading.Lock())


def test_a_report_that_nobody_asked_for_has_no_effect(anywhere: Pool) -> None:
    report("in the program")
    assert anywhere.submit(work.report_each, [1, threading.get_ident()]).result(_SECONDS) == "done"


def test_nobody_hears_of_a_task_that_was_cancelled(processes: Pool, tmp_path: Path) -> None:
    heard = Heard()
    future = processes.options(on_progress=heard).submit(work.report_until, tmp_path / "never")
    work.wait_until(lambda: heard.values)
    assert future.cancel()
    assert processes.submit(work.double, 2).result(_SECONDS) == 4
    assert "late" not in heard.values


def test_a_pool_may_be_shut_down_by_who_hears(tmp_path: Path) -> None:
    done = tmp_path / "done"
    pool = pool_of("processes")

    def hear(_: object, number: int) -> None:
        if number == 1:
            work.wait_until(lambda: pool._desk.flow._held)
            done.touch()
            pool.shutdown()

    future = pool.options(on_progress=hear).submit(work.report_until, done)
    assert future.result(_SECONDS)
    pool.shutdown()


def test_a_stream_has_nobody_to_report_of(pool: Pool) -> None:
    with pytest.raises(ValueError, match="take submit"):
        pool.options(on_progress=Heard()).imap(work.double, [1])


@functional
def _reporting_square(number: int) -> int:
    report(number)
    return number * number


@schedule
def _reporting_squares(count: int) -> list[int]:
    squares = []
    for number in range(count):
        report("from the program")
        squares.append(_reporting_square(number))
    return squares


def test_in_scheduled_functions_a_report_does_nothing_as_in_plain_ones() -> None:
    assert _reporting_squares(5) == [0, 1, 4, 9, 16]
