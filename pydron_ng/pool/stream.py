"""Results of many items: read, sent and taken so that none of it runs away from the others."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator
from itertools import islice
from time import monotonic
from typing import Any, Final, Literal, Self

from pydron_ng.pool.delivery import Failed, outcomes_of
from pydron_ng.pool.desk import Desk, Function
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.options import Options

Auto = Literal["auto"]
#: Tasks of each worker whose results are not taken; and if they are short, as many as take so long.
_TASKS_OF_A_WORKER: Final = 4
_AHEAD_SECONDS: Final = 0.01
_MOST_TASKS: Final = 256
#: What the calls of one task are to take, if it is for us to say how many there are.
_TASK_SECONDS: Final = 0.002
_MOST_CALLS: Final = 4096
_GROWTH: Final = 4  # times, from one task to the next


class Stream(Iterator[Any]):
    """The results of items, in their order or as they come; ``close`` drops what is left.

    An item is read only when there is room for it: the first one that takes long holds up the
    reading, not the memory.
    """

    def __init__(
        self,
        desk: Desk,
        options: Options,
        function: Function,
        source: Iterator[Any],
        how: int,
        *,
        chunksize: int | Auto,
        buffersize: int | None,
        timeout: float | None = None,
        ordered: bool = True,
        indexed: bool = False,
    ) -> None:
        """Raises: ValueError; what pickling the first items raises."""
        _check(chunksize, buffersize)
        self._desk = desk
        self._options = options
        self._function = function
        self._source = source
        self._how = how
        self._ordered = ordered
        self._indexed = indexed
        self._end = None if timeout is None else monotonic() + timeout
        self._chunk = chunksize
        self._calls = 1 if chunksize == "auto" else chunksize
        self._most_items = buffersize
        self._most_tasks = max(2, _TASKS_OF_A_WORKER * desk.capacity)
        self._tasks = _Tasks(desk)
        self._read = 0
        self._failure: BaseException | None = None  # of the source
        self._is_exhausted = False
        self._values: Iterator[Any] = iter(())
        self._finalizer = weakref.finalize(self, self._tasks.drop)
        self._fill()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        for value in self._values:
            return value
        return self._next_of_others()

    def close(self) -> None:
        """Nobody wants the results that are left."""
        self._is_exhausted = True
        self._values = iter(())
        self._finalizer()

    def _next_of_others(self) -> Any:
        """The next result, when those of the task before have been taken."""
        while True:
            self._fill()
            job = self._tasks.next(ordered=self._ordered, end=self._end)
            if job is None:
                return self._at_end()
            first = self._tasks.taken(job)
            outcomes, _ = outcomes_of(self._desk, job, self._function)
            self._grow()
            if any(type(outcome) is Failed for outcome in outcomes):
                self._values = _Careful(outcomes, first if self._indexed else None)
            else:
                self._values = iter(enumerate(outcomes, first) if self._indexed else outcomes)
            self._fill()
            for value in self._values:
                return value

    def _at_end(self) -> Any:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        raise StopIteration

    # --- reading ---

    def _fill(self) -> None:
        """Read and send while there is room; short tasks only when there is room for many."""
        if self._is_exhausted or 2 * len(self._tasks) > self._most_tasks:
            return
        jobs = list(self._made())
        if jobs:
            self._desk.put(jobs)

    def _made(self) -> Iterator[Job]:
        while self._has_room and (items := self._take()):
            yield self._job(items)

    @property
    def _has_room(self) -> bool:
        if self._is_exhausted or len(self._tasks) >= self._most_tasks:
            return False
        return self._most_items is None or self._tasks.items < self._most_items

    def _take(self) -> list[Any]:
        """The items of the next task; what reading raises is raised when the others are taken."""
        calls = self._calls
        if self._most_items is not None:
            calls = min(calls, self._most_items - self._tasks.items)
        items: list[Any] = []
        try:
            items.extend(islice(self._source, calls))
        except BaseException as failure:
            if not isinstance(failure, Exception):
                raise
            self._failure = failure
        self._is_exhausted = len(items) < calls
        return items

    def _job(self, items: list[Any]) -> Job:
        job = self._desk.job(
            self._function,
            (self._how, items),
            self._options,
            self._tasks.hear,
            calls=len(items),
        )
        self._tasks.add(job, self._read)
        self._read += len(items)
        return job

    def _grow(self) -> None:
        """Make tasks of as many calls as take a good time, by what is known; more of short ones."""
        seconds = self._desk.seconds_of(self._function)
        if seconds:
            tasks = int(_AHEAD_SECONDS / (self._calls * seconds))
            each = max(_TASKS_OF_A_WORKER, min(tasks, _MOST_TASKS))
            self._most_tasks = each * self._desk.capacity
        if self._chunk == "auto" and seconds:
            good = max(1, min(_MOST_CALLS, int(_TASK_SECONDS / seconds)))
            if self._most_items is not None:
                tasks = _TASKS_OF_A_WORKER * self._desk.capacity
                good = max(1, min(good, self._most_items // tasks))
            self._calls = min(good, _GROWTH * self._calls)


class _Tasks:
    """The tasks of a stream whose results were not taken yet, with the number of their first item.

    items: how many they come to.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._firsts: dict[Job, int] = {}
        self._done: deque[Job] = deque()  # in the order in which they came
        self.items = 0

    def __len__(self) -> int:
        return len(self._firsts)

    def add(self, job: Job, first: int) -> None:
        self._firsts[job] = first
        self.items += job.calls

    def hear(self, job: Job) -> None:
        """It is done; under the lock."""
        self._done.append(job)

    def next(self, *, ordered: bool, end: float | None) -> Job | None:
        """The next one that is done, when it is; None if there is none left.

        Raises: TimeoutError.
        """
        if not self._firsts:
            return None
        if ordered:
            job = next(iter(self._firsts))
            self._wait(lambda: job in self._done, end)
            self._done.remove(job)
            return job
        self._wait(lambda: bool(self._done), end)
        return self._done.popleft()

    def _wait(self, done: Any, end: float | None) -> None:
        with self._desk.lock:
            self._desk.wait(done, None if end is None else max(0.0, end - monotonic()))
            if not done():
                raise TimeoutError("the results were not there in time")

    def taken(self, job: Job) -> int:
        """Its results are taken now; the number of its first item."""
        self.items -= job.calls
        return self._firsts.pop(job)

    def drop(self) -> None:
        """Nobody wants them."""
        for job in list(self._firsts):
            self._desk.drop(job)
        self._firsts.clear()
        self._done.clear()
        self.items = 0


class _Careful(Iterator[Any]):
    """The outcomes of a task where some have failed: each is raised in its place."""

    def __init__(self, outcomes: list[Any], first: int | None) -> None:
        self._outcomes = iter(outcomes)
        self._number = first

    def __next__(self) -> Any:
        outcome = next(self._outcomes)
        number = self._number
        if number is not None:
            self._number = number + 1
        if type(outcome) is Failed:
            raise outcome.exception
        return outcome if number is None else (number, outcome)


def _check(chunksize: object, buffersize: object) -> None:
    if chunksize != "auto" and not (type(chunksize) is int and chunksize > 0):
        raise ValueError(f"chunksize is a number of calls, 1 or more, or 'auto'; not {chunksize!r}")
    if buffersize is not None and not (type(buffersize) is int and buffersize > 0):
        raise ValueError(f"buffersize is a number of items, 1 or more; not {buffersize!r}")
