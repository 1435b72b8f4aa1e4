"""The tasks of a pool that the scheduler has not got yet: here they may be overtaken."""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import count
from typing import Final

from pydron_ng.pool.choosing import Choice
from pydron_ng.pool.jobs import Job
from pydron_ng.runtime.seat import is_short
from pydron_ng.runtime.task import TaskState

#: So much work is with each worker or on its way there, if it consists of short tasks.
_AHEAD_SECONDS: Final = 0.003
_LEAST_SECONDS: Final = 10e-6  # what a task costs, however little it does

_Heap = list[tuple[int, int, Job]]


class Waiting:
    """Those of highest priority come first, then those that came first.

    calls: how many there are in all of them.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._order = count()
        self._general: _Heap = []
        self._choosy: dict[Choice, _Heap] = {}
        self._issued, self._ahead = 0, 0.0  # general tasks, and the seconds that they take
        self._issued_of = Counter[Choice]()

    def add(self, job: Job) -> None:
        self.calls += job.calls
        if job.choice is None:
            heap = self._general
        else:
            heap = self._choosy.setdefault(job.choice, [])
            job.choice.tasks += 1
        heapq.heappush(heap, (-job.options.priority, next(self._order), job))

    def take(self, capacity: int) -> list[Job]:
        """Those that are to be issued now, with so many workers."""
        taken: list[Job] = []
        general = self._general
        while general and self._has_room_for(general[0][2], capacity):
            self._take(general, taken)
        for choice in list(self._choosy) if self._choosy else ():
            heap = self._choosy[choice]
            while heap and self._has_fit(choice, heap[0][2]):
                self._take(heap, taken)
            if not heap:
                del self._choosy[choice]
        return taken

    def _take(self, heap: _Heap, taken: list[Job]) -> None:
        _, _, job = heapq.heappop(heap)
        if job.state is TaskState.READY:  # else it was dropped
            self.calls -= job.calls
            self._count(job, 1)
            job.is_issued = True
            taken.append(job)

    def _has_room_for(self, job: Job, capacity: int) -> bool:
        """One for each worker, or as many short ones as keep it busy until it hears of others.

        Coroutines are not counted: a worker has many of them.
        """
        if self._issued < capacity or job.is_coroutine:
            return True
        return is_short(job.seconds) and self._ahead < _AHEAD_SECONDS * capacity

    def _has_fit(self, choice: Choice, job: Job) -> bool:
        if job.is_coroutine:
            return bool(choice.fit)
        return self._issued_of[choice] < len(choice.fit)

    def over(self, job: Job) -> None:
        """It is done, or nobody wants it."""
        if job.choice is not None:
            job.choice.tasks -= 1
        if job.is_issued:
            self._count(job, -1)
        else:
            self.calls -= job.calls

    def _count(self, job: Job, sign: int) -> None:
        """One more is issued, or one less."""
        if job.is_coroutine:
            return
        if job.choice is not None:
            self._issued_of[job.choice] += sign
            if not self._issued_of[job.choice]:
                del self._issued_of[job.choice]
            return
        self._issued += sign
        self._ahead += sign * max(job.seconds, _LEAST_SECONDS)
