"""Which workers are at a task for much longer than such a task takes, its way there included.

Nobody is told while all have something to do; so this looks now and then, instead of having an
alarm for each task.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.messages import Event, Slow

#: So often it looks, while there is somebody at work.
LOOK_SECONDS = 0.1
#: So many times longer than expected is much longer; less than that is no reason to do anything.
SLOW_TIMES = 4
LEAST_SECONDS = 0.2


class Patience:
    """Since when each worker has been at what it is at; one of the driver's alarms."""

    def __init__(
        self,
        at_work: Callable[[], Iterable[tuple[WorkerId, TaskId]]],
        expected: Callable[[TaskId], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """at_work: who is at what, as far as another one could do it. expected: 0.0: unknown."""
        self._at_work = at_work
        self._expected = expected
        self._clock = clock
        self._since: dict[WorkerId, float] = {}
        self._next = math.inf

    @property
    def are_set(self) -> bool:
        return self._next != math.inf

    def begins(self, worker: WorkerId) -> bool:
        """It has got the next one to do. True: nobody has looked so far."""
        now = self._since[worker] = self._clock()
        if self.are_set:
            return False
        self._next = now + LOOK_SECONDS
        return True

    def rests(self, worker: WorkerId) -> None:
        """It has nothing to do, or is no more."""
        self._since.pop(worker, None)

    def due(self) -> list[Event]:
        """Who is slow, if it is time to look."""
        now = self._clock()
        if now < self._next:
            return []
        self._next = now + LOOK_SECONDS if self._since else math.inf
        return [Slow(w, task) for w, task in self._at_work() if self._is_slow(w, task, now)]

    def _is_slow(self, worker: WorkerId, task: TaskId, now: float) -> bool:
        expected = self._expected(task)
        most = max(LEAST_SECONDS, SLOW_TIMES * expected)
        return expected > 0.0 and now - self._since.get(worker, now) > most

    def elapsed(self, worker: WorkerId) -> float:
        """Seconds that it has been at what it is at."""
        now = self._clock()
        return now - self._since.get(worker, now)

    @property
    def seconds(self) -> float | None:
        """How long there is surely nothing to look at; None: for ever."""
        return max(0.0, self._next - self._clock()) if self.are_set else None
