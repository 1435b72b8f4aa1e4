"""Results for those who await them."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

from pydron_ng.pool.future import Info, PoolFuture
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.making import Making, Unmade
from pydron_ng.pool.room import Room
from pydron_ng.pool.stream import Later, Tasks, info_of, values_of


async def awaited(future: PoolFuture) -> Any:
    """Its result; who is cancelled meanwhile cancels the task. Raises: what that has raised."""
    loop = asyncio.get_running_loop()
    bell = asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(bell.set)

    future.add_done_callback(tell)
    try:
        await bell.wait()
    except asyncio.CancelledError:
        future.cancel()
        raise
    if future.cancelled():
        raise asyncio.CancelledError
    return future.result()


class AsyncStream(AsyncIterator[Any]):
    """The results of items, in their order or as they come; ``aclose`` drops what is left.

    As ``Stream``: an item is read only when there is room for it. What is read is sent together
    only while all workers have something to do.
    """

    def __init__(
        self,
        making: Making,
        source: Iterable[Any] | AsyncIterable[Any],
        room: Room,
        later: Later,
        *,
        ordered: bool,
        indexed: bool,
    ) -> None:
        """later: for what is left when nobody holds the stream any more. Raises: TypeError."""
        self._making = making
        self._room = room
        self._ordered = ordered
        self._indexed = indexed
        self._values: Iterator[Any] = iter(())
        self._infos = [Info()]
        self._reading: _Reading | None = None
        self._source = _items(source if isinstance(source, AsyncIterable) else iter(source))
        self._later = later
        self._is_closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        for value in self._values:
            return value
        if self._is_closed:
            raise StopAsyncIteration
        try:
            return await self._next_of_others(self._reading or self._begun())
        except asyncio.CancelledError:
            await self.aclose()
            raise

    @property
    def info(self) -> Info:
        """Of the task that made the last result; what it printed, of that call alone."""
        return info_of(self._infos, self._values)

    async def aclose(self) -> None:
        """Nobody wants the results that are left."""
        self._infos = [self.info]
        self._is_closed = True
        self._values = iter(())
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.close()

    def _begun(self) -> _Reading:
        """Reading begins with the first result that is asked for, where there is a loop."""
        self._reading = reading = _Reading(self._making, self._source, self._room)
        loop = asyncio.get_running_loop()
        reading.task = loop.create_task(reading.read())
        weakref.finalize(self, _end, self._later, reading, loop)
        return reading

    async def _next_of_others(self, reading: _Reading) -> Any:
        while True:
            job = await reading.next(ordered=self._ordered)
            if job is None:
                failure, reading.failure = reading.failure, None
                await self.aclose()
                raise failure or StopAsyncIteration
            first = reading.tasks.taken(job)
            outcomes, self._infos = self._making.outcomes(job)
            number = first if self._indexed else None
            self._values = values_of(outcomes, number, are_told=len(self._infos) > 1)
            self._room.learn(self._making.seconds)
            reading.bell.set()
            for value in self._values:
                return value


class _Reading:
    """A source that is read as there is room, by a task of the loop.

    bell: rung when anything has changed. failure: of the source.
    """

    def __init__(self, making: Making, source: AsyncIterator[Any], room: Room) -> None:
        self._making = making
        self._source = source
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._is_rung = False
        self.bell = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.tasks = Tasks(making.desk, self._ring)
        self._waiting: list[Any] = []  # items that are read and not sent
        self._read = 0
        self._is_exhausted = False
        self.failure: BaseException | None = None

    def _ring(self) -> None:
        """A task is done; called by any thread."""
        if not self._is_rung:
            self._is_rung = True
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._rung)

    def _rung(self) -> None:
        self._is_rung = False
        self._send_soon()
        self.bell.set()

    async def next(self, *, ordered: bool) -> Job | Unmade | None:
        """The next task that is done, when it is; None if there is none left."""
        while True:
            if len(self.tasks) and self.tasks.is_there(ordered=ordered):
                return self.tasks.pop(ordered=ordered)
            if self._is_exhausted and not len(self.tasks):
                return None
            await self._news()

    async def _news(self) -> None:
        """Both sides wait for the same bell: who has heard it lets the other one hear, too."""
        self.bell.clear()
        await self.bell.wait()

    async def read(self) -> None:
        """Read all there is, as there is room."""
        try:
            while await self._has_room():
                self._waiting.append(await anext(self._source))
                self._send_soon()
        except StopAsyncIteration:
            pass
        except Exception as failure:
            self.failure = failure
        with suppress(RuntimeError):  # a pool that was shut down: it is the failure by now
            self._send()
        self._is_exhausted = True
        self.bell.set()

    async def _has_room(self) -> bool:
        while not self._calls():
            await self._news()
        return self.failure is None

    def _calls(self) -> int:
        items = self.tasks.items + len(self._waiting)
        return self._room.calls(len(self.tasks), items)

    def _send_soon(self) -> None:
        """Send what was read, if it is enough for a task, or if a worker has nothing to do."""
        full = self._room.calls(0, self.tasks.items)
        is_hungry = self.tasks.under_way < 2 * self._making.desk.capacity
        if self._waiting and (is_hungry or len(self._waiting) >= full):
            self._send()

    def _send(self) -> None:
        items, self._waiting = self._waiting, []
        each = 1 if self._making.suspends else max(1, len(items))
        for start in range(0, len(items), each):
            for job in self._making.jobs(items[start : start + each], self.tasks.hear):
                self._put(job)

    def _put(self, job: Job | Unmade) -> None:
        self.tasks.add(job, self._read)
        self._read += job.calls
        if isinstance(job, Unmade):
            self.tasks.hear(job)
            return
        try:
            self._making.desk.put([job])
            if self.tasks.is_dropped:  # by another thread, meanwhile
                self._making.desk.drop(job)
        except RuntimeError as refusal:
            self.tasks.taken(job)
            self.failure = self.failure or refusal

    def close(self) -> None:
        """Read no more, and drop what is under way."""
        if self.task is not None:
            self.task.cancel()
        self.tasks.drop()


def _end(later: Later, reading: _Reading, loop: asyncio.AbstractEventLoop) -> None:
    """Nobody holds the stream any more; this may be in the midst of anything."""
    later(reading.tasks.drop)
    if reading.task is not None and not reading.task.done():
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(reading.task.cancel)


async def _items(source: Iterator[Any] | AsyncIterable[Any]) -> AsyncIterator[Any]:
    if isinstance(source, AsyncIterable):
        async for item in source:
            yield item
        return
    for number, item in enumerate(source):
        if number % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)  # others have their turn
        yield item


#: So many items of an ordinary iterable are read before others have their turn.
_AT_A_STRETCH = 64
