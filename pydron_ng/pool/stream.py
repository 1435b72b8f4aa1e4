"""Results of many items: read, sent and taken so that none of it runs away from the others."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice
from time import monotonic
from typing import Any, Self

from pydron_ng.pool.desk import Desk
from pydron_ng.pool.future import Info
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.making import Making, Unmade
from pydron_ng.pool.outcomes import Failed
from pydron_ng.pool.room import Room

#: Has something done soon, by another thread.
Later = Callable[[Callable[[], object]], None]


class Stream(Iterator[Any]):
    """The results of items, in their order or as they come; ``close`` drops what is left.

    An item is read only when there is room for it: the first one that takes long holds up the
    reading, not the memory.
    """

    def __init__(
        self,
        making: Making,
        source: Iterator[Any],
        room: Room,
        later: Later,
        *,
        timeout: float | None = None,
        ordered: bool = True,
        indexed: bool = False,
    ) -> None:
        """later: for what is left when nobody holds the stream any more."""
        self._making = making
        self._source = source
        self._room = room
        self._ordered = ordered
        self._indexed = indexed
        self._end = None if timeout is None else monotonic() + timeout
        self._tasks = Tasks(making.desk)
        self._items: list[Any] = []  # that are read and not sent
        self._read = 0
        self._failure: BaseException | None = None  # of the source
        self._is_exhausted = False
        self._values: Iterator[Any] = iter(())
        self._infos = [Info()]
        # Who collects garbage may hold the lock, in the midst of anything.
        self._finalizer = weakref.finalize(self, later, self._tasks.drop)
        self._fill()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        for value in self._values:
            return value
        return self._next_of_others()

    @property
    def info(self) -> Info:
        """Of the task that made the last result; what it printed, of that call alone."""
        return info_of(self._infos, self._values)

    def close(self) -> None:
        """Nobody wants the results that are left."""
        self._infos = [self.info]
        self._is_exhausted = True
        self._source = self._values = iter(())
        if self._finalizer.detach() is not None:
            self._tasks.drop()

    def _next_of_others(self) -> Any:
        """The next result, when those of the task before have been taken."""
        while True:
            job = self._next_task()
            if job is None:
                return self._at_end()
            first = self._tasks.taken(job)
            outcomes, self._infos = self._making.outcomes(job)
            number = first if self._indexed else None
            self._values = values_of(outcomes, number, are_told=len(self._infos) > 1)
            self._refill()
            for value in self._values:
                return value

    def _next_task(self) -> Job | Unmade | None:
        try:
            return self._tasks.next(ordered=self._ordered, end=self._end)
        except TimeoutError:
            self.close()
            raise

    def _at_end(self) -> Any:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        raise StopIteration

    # --- reading ---

    def _refill(self) -> None:
        """When there is room for many tasks, by all that is known now of the time they take."""
        if not self._is_exhausted and 2 * len(self._tasks) <= self._room.most_tasks:
            self._room.learn(self._making.seconds)
            self._fill()

    def _fill(self) -> None:
        """Read and send while there is room."""
        self._take()
        jobs: list[Job] = []
        items, each = self._items, self._room.each
        try:
            while items:
                several = items[:each]
                del items[:each]
                for job in self._making.jobs(several, self._tasks.hear):
                    self._note(job, jobs)
        finally:
            self._put(jobs)

    def _note(self, job: Job | Unmade, jobs: list[Job]) -> None:
        self._tasks.add(job, self._read)
        self._read += job.calls
        if isinstance(job, Job):
            jobs.append(job)
        else:
            self._tasks.hear(job)

    def _put(self, jobs: list[Job]) -> None:
        """The pool may have been shut down: then that is told when the others are taken."""
        try:
            if jobs:
                self._making.desk.put(jobs)
        except RuntimeError as refusal:
            for job in jobs:
                self._tasks.taken(job)
            self._is_exhausted, self._failure = True, refusal

    def _take(self) -> None:
        """As many items as there is room for; what reading raises is raised behind the others."""
        room = self._room.items(len(self._tasks), self._tasks.items)
        try:
            self._items.extend(islice(self._source, room))
        except Exception as failure:
            self._failure = failure
        self._is_exhausted = len(self._items) < room


class Tasks:
    """The tasks of a stream whose results were not taken yet, with the number of their first item.

    items: how many they come to.
    """

    def __init__(self, desk: Desk, told: Callable[[], None] = lambda: None) -> None:
        """told: called, with the lock held, when one is done."""
        self._desk = desk
        self._told = told
        self._firsts: dict[Job | Unmade, int] = {}
        self._done: OrderedDict[Job | Unmade, None] = OrderedDict()  # as they came
        self.items = 0
        self.is_dropped = False

    def __len__(self) -> int:
        return len(self._firsts)

    @property
    def under_way(self) -> int:
        """How many are not done."""
        return len(self._firsts) - len(self._done)

    def add(self, job: Job | Unmade, first: int) -> None:
        self._firsts[job] = first
        self.items += job.calls

    def hear(self, job: Job | Unmade) -> None:
        """It is done; under the lock."""
        self._done[job] = None
        self._told()

    def next(self, *, ordered: bool, end: float | None) -> Job | Unmade | None:
        """The next one that is done, when it is; None if there is none left.

        Raises: TimeoutError.
        """
        if not self.is_there(ordered=ordered):
            if self._firsts:
                self._wait(lambda: self.is_dropped or self.is_there(ordered=ordered), end)
            if self.is_dropped or not self._firsts:
                return None
        return self.pop(ordered=ordered)

    def is_there(self, *, ordered: bool) -> bool:
        """Is the next one done? Needs no lock."""
        if not ordered or not self._done:
            return bool(self._done)
        return next(iter(self._firsts)) in self._done

    def pop(self, *, ordered: bool) -> Job | Unmade:
        """The next one, which is done."""
        if not ordered:
            return self._done.popitem(last=False)[0]
        job = next(iter(self._firsts))
        del self._done[job]
        return job

    def _wait(self, done: Callable[[], bool], end: float | None) -> None:
        with self._desk.entered():
            self._desk.wait(done, None if end is None else max(0.0, end - monotonic()))
            if not done():
                raise TimeoutError("the results were not there in time")

    def taken(self, job: Job | Unmade) -> int:
        """Its results are taken now; the number of its first item."""
        self.items -= job.calls
        return self._firsts.pop(job)

    def drop(self) -> None:
        """Nobody wants them, nor waits for them in another thread."""
        self.is_dropped = True
        self._desk.tell()
        for job in list(self._firsts):
            if isinstance(job, Job):
                self._desk.drop(job)
        self._firsts.clear()
        self._done.clear()
        self.items = 0


def values_of(outcomes: list[Any], first: int | None, *, are_told: bool = False) -> Iterator[Any]:
    """The outcomes of a task, one by one; where calls have failed that is raised in its place.

    first: the number of the first one, if they are to be told with it. are_told: something is
        known of each.
    """
    if are_told or any(type(outcome) is Failed for outcome in outcomes):
        return _Careful(outcomes, first)
    return iter(outcomes) if first is None else enumerate(outcomes, first)


def info_of(infos: list[Info], values: Iterator[Any]) -> Info:
    """What is known of the last one of the values."""
    return infos[values.taken - 1] if len(infos) > 1 and type(values) is _Careful else infos[0]


class _Careful(Iterator[Any]):
    """taken: how many."""

    def __init__(self, outcomes: list[Any], first: int | None) -> None:
        self._outcomes = iter(outcomes)
        self._number = first
        self.taken = 0

    def __next__(self) -> Any:
        outcome = next(self._outcomes)
        self.taken += 1
        number = self._number
        if number is not None:
            self._number = number + 1
        if type(outcome) is Failed:
            failure = outcome.exception
            if isinstance(failure, StopIteration | StopAsyncIteration):  # the end of the stream
                raise RuntimeError(f"a task raised {type(failure).__name__}") from failure
            raise failure
        return outcome if number is None else (number, outcome)
