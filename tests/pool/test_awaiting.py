"""Pools for those who await."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from tests.pool import work
from tests.pool.conftest import KINDS, pool_of

_SECONDS = 30


async def _numbers(end: int, read: list[int] | None = None) -> AsyncIterator[int]:
    for number in range(end):
        await asyncio.sleep(0)
        if read is not None:
            read.append(number)
        yield number


async def _until(holds: Any) -> None:
    while not holds():  # noqa: ASYNC110  it happens in another process
        await asyncio.sleep(0.002)


def test_a_call_is_awaited(pool: Pool) -> None:
    async def main() -> None:
        assert await pool.run(work.add, 1, y=2) == 3
        assert await asyncio.gather(*[pool.run(work.double, x) for x in range(20)]) == [
            2 * x for x in range(20)
        ]
        with pytest.raises(ValueError, match="bad") as caught:
            await pool.run(work.fail, "bad")
        assert "raise ValueError(x)" in str(caught.value.__cause__)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await pool.run(work.stop_at_two, 2)

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_futures_are_those_of_any_executor(pool: Pool) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(pool, work.double, 4) == 8
        assert await asyncio.wrap_future(pool.submit(work.double, 5)) == 10
        assert pool.submit(work.double, 6).result() == 12  # and may be waited for in a loop
        assert list(pool.imap(work.double, range(10))) == [2 * x for x in range(10)]

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


@pytest.mark.parametrize("size", [1, 7, "auto"])
@pytest.mark.parametrize("is_async", [True, False])
def test_results_are_in_order(pool: Pool, size: Any, is_async: bool) -> None:
    async def main() -> None:
        source = _numbers(200) if is_async else range(200)
        results = [r async for r in pool.amap(work.double, source, chunksize=size)]
        assert results == [2 * x for x in range(200)]

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_results_in_any_order_are_all_there(pool: Pool) -> None:
    async def main() -> None:
        stream = pool.amap(work.double, _numbers(500), ordered=False, indexed=True)
        results = [r async for r in stream]
        assert sorted(results) == [(x, 2 * x) for x in range(500)]

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_items_may_be_several_arguments_and_results_numbered(pool: Pool) -> None:
    async def main() -> None:
        pairs = [(x, x) for x in range(30)]
        stream = pool.amap(work.add, pairs, star=True, indexed=True, chunksize=4)
        assert [r async for r in stream] == [(x, 2 * x) for x in range(30)]
        assert [r async for r in pool.amap(work.double, [])] == []

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_exceptions_come_in_their_places(pool: Pool) -> None:
    async def main() -> None:
        stream = pool.amap(work.fail_if_odd, _numbers(10))
        for number in range(10):
            if number % 2:
                with pytest.raises(ValueError, match=str(number)):
                    await anext(stream)
            else:
                assert await anext(stream) == number
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


@pytest.mark.parametrize("size", [1, 3])
def test_a_call_that_raises_stop_async_iteration_does_not_end_the_stream(
    pool: Pool, size: int
) -> None:
    async def main() -> None:
        stream = pool.amap(work.stop_async_at_two, range(6), chunksize=size)
        assert [await anext(stream), await anext(stream)] == [0, 1]
        with pytest.raises(RuntimeError, match="StopAsyncIteration"):
            await anext(stream)
        assert [result async for result in stream] == [3, 4, 5]

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_who_waits_hears_that_another_one_has_closed_the_stream(
    processes: Pool, tmp_path: Path
) -> None:
    async def main() -> None:
        stream = processes.amap(work.hold, [tmp_path / "begun"] * 2)
        waiting = asyncio.create_task(anext(stream, "closed"))
        await asyncio.to_thread(work.wait_until, (tmp_path / "begun").exists)
        await stream.aclose()
        assert await waiting == "closed"

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_what_a_source_raises_comes_after_the_results_before(pool: Pool) -> None:
    async def source() -> AsyncIterator[int]:
        async for number in _numbers(5):
            yield number
        raise OSError("dry")

    async def main() -> None:
        stream = pool.amap(work.double, source())
        assert [await anext(stream) for _ in range(5)] == [0, 2, 4, 6, 8]
        with pytest.raises(OSError, match="dry"):
            await anext(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_what_is_read_slowly_is_not_held_back(pool: Pool) -> None:
    """The next item comes only when the result of this one is there."""
    more = asyncio.Event()

    async def source() -> AsyncIterator[int]:
        for number in count():
            yield number
            await more.wait()
            more.clear()

    async def main() -> None:
        stream = pool.amap(work.double, source(), chunksize=10)
        for number in range(5):
            assert await anext(stream) == 2 * number
            more.set()
        await stream.aclose()

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


@pytest.mark.parametrize("ordered", [True, False])
def test_nothing_is_read_beyond_the_buffer(pool: Pool, ordered: bool) -> None:
    async def main() -> None:
        read: list[int] = []
        stream = pool.amap(work.double, _numbers(10_000, read), ordered=ordered, buffersize=10)
        for taken in range(1, 60):
            await anext(stream)
            await asyncio.sleep(0)
            assert len(read) <= taken + 10
        await stream.aclose()

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_a_slow_first_item_holds_up_the_reading(pool: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        read: list[int] = []
        go = tmp_path / "go"
        pairs = ((x, go) async for x in _numbers(10_000, read))
        stream = pool.amap(work.hold_first, pairs, star=True)
        first = asyncio.create_task(anext(stream))
        for x in range(200):
            assert await pool.run(work.double, x) == 2 * x
        amount = len(read)
        go.touch()
        assert amount <= 2 * 4 * 2
        assert await first == 0
        assert [await anext(stream) for _ in range(20)] == list(range(1, 21))
        await stream.aclose()

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_coroutine_functions_run_at_once(pool: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        numbers = ((tmp_path, n, 40) for n in range(40))
        assert [r async for r in pool.amap(work.meet, numbers, star=True)] == list(range(40))
        assert await pool.run(work.double_later, 4) == 8

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_who_is_cancelled_cancels_the_task(processes: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        begun = tmp_path / "begun"
        waiting = [asyncio.create_task(processes.run(work.hold, begun)) for _ in range(4)]
        await _until(lambda: len(work.lines(begun)) == 2)
        for task in reversed(waiting):
            task.cancel()
        await asyncio.wait(waiting)
        assert all(task.cancelled() for task in waiting)
        assert await processes.run(work.double, 1) == 2
        assert len(work.lines(begun)) == 2

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_a_coroutine_that_is_cancelled_ends_and_others_go_on(pool: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        begun, meeting = tmp_path / "begun", tmp_path / "meeting"
        meeting.mkdir()
        held = [asyncio.create_task(pool.run(work.hold_async, begun)) for _ in range(4)]
        others = [asyncio.create_task(pool.run(work.meet, meeting, n, 7)) for n in range(6)]
        await _until(lambda: len(work.lines(begun)) == 4)
        for task in held:
            task.cancel()
        await _until(lambda: work.lines(begun).count("ended") == 4)
        (meeting / "last").touch()
        assert await asyncio.gather(*others) == list(range(6))

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_a_coroutine_that_takes_too_long_ends_and_others_go_on(pool: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        begun, meeting = tmp_path / "begun", tmp_path / "meeting"
        meeting.mkdir()
        others = [asyncio.create_task(pool.run(work.meet, meeting, n, 7)) for n in range(6)]
        with pytest.raises(TimeoutError, match=r"longer than 0\.1 s"):
            await pool.options(timeout=0.1, retries=1).run(work.hold_async, begun)
        assert work.lines(begun) == ["begun", "ended"] * 2
        (meeting / "last").touch()
        assert await asyncio.gather(*others) == list(range(6))

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def _end_early(processes: Pool, tmp_path: Path, end: Any) -> None:
    async def main() -> None:
        begun = tmp_path / "begun"
        stream = processes.amap(work.hold, (begun for _ in count()))
        first = asyncio.create_task(anext(stream))
        await _until(lambda: len(work.lines(begun)) == 2)
        await end(stream, first)
        del stream, first
        gc.collect()
        assert await processes.run(work.double, 1) == 2
        assert len(work.lines(begun)) == 2
        await _until(lambda: len(asyncio.all_tasks()) == 2)

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_a_stream_that_is_closed_drops_what_is_left(processes: Pool, tmp_path: Path) -> None:
    async def close(stream: Any, first: Any) -> None:
        await stream.aclose()
        first.cancel()

    _end_early(processes, tmp_path, close)


def test_who_is_cancelled_ends_the_stream(processes: Pool, tmp_path: Path) -> None:
    async def cancel(stream: Any, first: Any) -> None:
        first.cancel()
        await asyncio.wait([first])
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    _end_early(processes, tmp_path, cancel)


def test_a_stream_that_nobody_holds_drops_what_is_left(processes: Pool, tmp_path: Path) -> None:
    async def main() -> None:
        begun = tmp_path / "begun"
        go = tmp_path / "go"
        pairs = ((begun, go if n == 0 else None) for n in count())
        stream = processes.amap(work.hold, pairs, star=True)
        go.touch()
        assert await anext(stream) == "released"
        del stream
        gc.collect()
        assert await processes.run(work.double, 1) == 2
        await _until(lambda: len(asyncio.all_tasks()) == 2)

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_may_be_async(kind: str) -> None:
    async def main() -> None:
        async with pool_of(kind) as pool:
            future = pool.submit(work.double, 1)
        assert future.done()
        with pytest.raises(KeyError):
            async with pool_of(kind) as pool:
                raise KeyError
        with pytest.raises(RuntimeError, match="after shutdown"):
            await anext(pool.amap(work.double, [1]))

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


def test_a_source_may_be_any_iterable(pool: Pool) -> None:
    def numbers() -> Iterator[int]:
        yield from range(5)

    async def main() -> None:
        for source in ([0, 1, 2, 3, 4], numbers(), iter(range(5))):
            assert [r async for r in pool.amap(work.double, source)] == [0, 2, 4, 6, 8]
        with pytest.raises(TypeError, match="int"):
            pool.amap(work.double, 5)  # type: ignore[arg-type]

    asyncio.run(asyncio.wait_for(main(), _SECONDS))


class Doubling:
    """Its calls are awaited."""

    async def __call__(self, x: int) -> int:
        return await work.double_later(x)

    async def method(self, x: int) -> int:
        return await self(x)


@pytest.mark.parametrize(
    "function",
    [partial(work.double_later, 3), partial(Doubling(), 3), partial(Doubling().method, 3)],
    ids=["function", "object", "method"],
)
def test_parts_and_objects_may_be_awaited_for(pool: Pool, function: Any) -> None:
    assert pool.submit(function).result(_SECONDS) == 6
    assert list(pool.imap(function.func, range(5))) == [0, 2, 4, 6, 8]
