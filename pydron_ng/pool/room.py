"""How many calls make a task, and how many tasks and items may be under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pydron_ng.runtime.messages import FRAME_SECONDS

Auto = Literal["auto"]
#: Tasks of each worker whose results are not taken; and if they are short, as many as take so long.
_TASKS_OF_A_WORKER: Final = 4
_AHEAD_SECONDS: Final = 0.01
_MOST_TASKS: Final = 256
#: Coroutines of each worker, which runs them all at once.
_COROUTINES_OF_A_WORKER: Final = 64
#: What the calls of one task are to take, if it is for us to say how many there are: so many times
#: what makes a message worth its way.
_TASK_FRAMES: Final = 2
_MOST_CALLS: Final = 4096
_GROWTH: Final = 4  # times, from one task to the next


class Room:
    """each: calls of a task. most_tasks: whose results were not taken."""

    def __init__(
        self,
        chunksize: int | Auto,
        buffersize: int | None,
        capacity: Callable[[], int],
        *,
        suspends: bool,
        frame_seconds: float = FRAME_SECONDS,
    ) -> None:
        """capacity: how many workers there are. suspends: each call is a task of its own.

        frame_seconds: so much work makes a message to a worker worth its way.

        Raises: ValueError.
        """
        _check(chunksize, buffersize)
        self._capacity = capacity
        self._task_seconds = _TASK_FRAMES * frame_seconds
        #: Where a message is costly, a worker is sent one task in each: few large ones, then.
        self._ahead_seconds = _AHEAD_SECONDS if frame_seconds <= FRAME_SECONDS else 0.0
        self._suspends = suspends
        self._grows = chunksize == "auto" and not suspends
        self.each = 1 if chunksize == "auto" or suspends else chunksize
        self._most_items = buffersize
        ahead = _COROUTINES_OF_A_WORKER if suspends else _TASKS_OF_A_WORKER
        self.most_tasks = max(2, ahead * capacity())

    def calls(self, tasks: int, items: int) -> int:
        """How many calls the next task may have, with so many tasks and items; 0: no room."""
        return min(self.each, self.items(tasks, items))

    def items(self, tasks: int, items: int) -> int:
        """How many may be read, with so many tasks and items."""
        room = max(0, self.most_tasks - tasks) * self.each
        return room if self._most_items is None else max(0, min(room, self._most_items - items))

    def learn(self, seconds: float) -> None:
        """A call takes so long: as many are to make a task as take a good time."""
        if not seconds or self._suspends:
            return
        ahead = _TASKS_OF_A_WORKER
        if not self._grows or self._has_grown(seconds):
            tasks = int(self._ahead_seconds / (self.each * seconds))
            ahead = max(ahead, min(tasks, _MOST_TASKS))
        self.most_tasks = ahead * self._capacity()

    def _has_grown(self, seconds: float) -> bool:
        """Grow, if there is more to be had: many small tasks would keep it from that."""
        good = max(1, min(_MOST_CALLS, int(self._task_seconds / seconds)))
        if self._most_items is not None:
            tasks = _TASKS_OF_A_WORKER * self._capacity()
            good = max(1, min(good, self._most_items // tasks))
        self.each = min(good, _GROWTH * self.each)
        return self.each == good


def _check(chunksize: object, buffersize: object) -> None:
    if chunksize != "auto" and not (type(chunksize) is int and chunksize > 0):
        raise ValueError(f"chunksize is a number of calls, 1 or more, or 'auto'; not {chunksize!r}")
    if buffersize is not None and not (type(buffersize) is int and buffersize > 0):
        raise ValueError(f"buffersize is a number of items, 1 or more; not {buffersize!r}")
