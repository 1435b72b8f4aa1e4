"""What tasks print, and who gets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.pool.said import CUT, parted
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


def test_what_a_task_prints_is_kept_for_who_asks(processes: Pool) -> None:
    future = processes.options(capture=True).submit(work.say, "hello")
    assert future.result(_SECONDS) == "hello"
    assert (future.info.stdout, future.info.stderr) == ("hello\n", "hello!\n")
    assert future.info.worker >= 0
    assert 0 < future.info.began <= future.info.ended


def test_what_a_task_prints_before_it_fails_is_kept(processes: Pool) -> None:
    future = processes.options(capture=True).submit(print, "hello", end=1)
    assert isinstance(future.exception(_SECONDS), TypeError)
    said = processes.options(capture=True).submit(exec, "print('hello')\n1/0", {})
    assert isinstance(said.exception(_SECONDS), ZeroDivisionError)
    assert said.info.stdout == "hello\n"
    assert "1/0" in said.info.traceback or "ZeroDivisionError" in said.info.traceback


def test_else_the_program_prints_it(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    assert pool.submit(work.say, "hello").result(_SECONDS) == "hello"
    assert list(pool.imap(work.say, ["bye"])) == ["bye"]
    assert capfd.readouterr() == ("hello\nbye\n", "hello!\nbye!\n")


def test_coroutines_that_take_turns_are_captured_apart(processes: Pool) -> None:
    pool = processes.options(capture=True)
    futures = [pool.submit(work.say_async, str(number)) for number in range(10)]
    for future in futures:
        future.result(_SECONDS)
    assert [future.info.stdout for future in futures] == [f"{n}\n{n}\n" for n in range(10)]


@pytest.mark.parametrize("kind", ["processes", "host"])
def test_what_is_printed_past_python_is_kept_in_its_place(kind: str) -> None:
    with pool_of(kind) as pool:
        capturing = pool.options(capture=True)
        for text in ("a", "b"):
            future = capturing.submit(work.say_all_ways, text)
            future.result(_SECONDS)
            assert future.info.stdout == "".join(f"{text}{n}\n" for n in range(1, 8))
            assert future.info.stderr == f"{text}!\n"


def test_what_is_printed_as_bytes_is_printed_by_the_program(
    processes: Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    processes.submit(work.say_bytes, "caf\u00e9\n").result(_SECONDS)
    assert capfd.readouterr().out == "caf\u00e9\n"


def test_what_is_printed_by_calls_without_an_outcome_is_kept() -> None:
    assert parted([("out", "a"), CUT, ("err", "b"), CUT, ("out", "c")], 1) == [("ac", "b")]


def test_who_prints_later_is_not_heard_with_the_next_task(
    processes: Pool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Pool(1) as pool:
        capturing = pool.options(capture=True)
        go = tmp_path / "go"
        capturing.submit(work.leave_a_talker, go).result(_SECONDS)
        future = capturing.submit(work.touch_and_wait, go, tmp_path / "go.done")
        future.result(_SECONDS)
        assert future.info.stdout == ""
    assert capfd.readouterr().out == ""


def test_what_is_printed_past_python_is_whole_characters(processes: Pool) -> None:
    future = processes.options(capture=True).submit(work.print_by_halves, "\u00e9")
    future.result(_SECONDS)
    assert future.info.stdout == "\u00e9"


@pytest.mark.parametrize("chunksize", [1, 4])
def test_a_stream_knows_what_each_call_has_printed(processes: Pool, chunksize: int) -> None:
    results = processes.options(capture=True).imap(
        work.say_and_fail_if_odd, range(10), chunksize=chunksize
    )
    for x in range(10):
        if x % 2:
            with pytest.raises(ValueError, match=str(x)):
                next(results)
            assert "ValueError" in results.info.traceback
        else:
            assert next(results) == x
            assert results.info.traceback == ""
        assert results.info.stdout == f"{x}\n"
        assert results.info.worker >= 0


def test_a_stream_that_captures_nothing_knows_who_made_a_result(pool: Pool) -> None:
    results = pool.map(work.double, range(4))
    assert results.info.worker == -1
    assert list(results) == [0, 2, 4, 6]
    assert results.info.worker >= 0
    assert results.info.began <= results.info.ended


def test_an_asynchronous_stream_knows_what_each_call_has_printed(processes: Pool) -> None:
    async def printed() -> list[str]:
        results = processes.options(capture=True).amap(work.say, "abcdef")
        return [f"{result}: {results.info.stdout}" async for result in results]

    assert asyncio.run(printed()) == [f"{c}: {c}\n" for c in "abcdef"]


def test_bytes_may_be_printed_and_what_is_no_text_is_refused(processes: Pool) -> None:
    future = processes.options(capture=True).submit(work.say_past_text)
    assert future.result(_SECONDS) == 3
    assert future.info.stdout == "bytes\\xff text"
