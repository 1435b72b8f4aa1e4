"""A worker as the state machine sees it: what it has been given, and what it can take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from pydron_ng.backends.base import TaskId
from pydron_ng.runtime.messages import FRAME_SECONDS, Kind

#: A task expected to take less may be sent to a worker that still has less than that to do.
SHORT_SECONDS = 0.012
_FULL_SECONDS = SHORT_SECONDS * (1 - 1e-6)  # sums of floats are not exact


class Seat:
    """A worker and the tasks that were sent to it, in the order in which it runs them.

    suspends: these are coroutines, which it runs all at once.
    lent: tasks that it was sent and others were given since: it will answer them all the same.
    place: its pool, and the host there. frame_seconds: so much work is best sent to it together.
    takes_ahead: may it have more than the task it is at?
    suits: what kinds of tasks it may do besides the general ones.
    """

    __slots__ = (
        "doomed",
        "frame_seconds",
        "is_leaving",
        "is_near",
        "lent",
        "load",
        "place",
        "pool",
        "proven",
        "suits",
        "suspends",
        "takes_ahead",
        "tasks",
    )

    def __init__(
        self,
        pool: int,
        host: str = "",
        frame_seconds: float = FRAME_SECONDS,
        *,
        takes_ahead: bool = True,
    ) -> None:
        self.pool = pool
        self.place = pool, host
        self.frame_seconds = frame_seconds
        self.takes_ahead = takes_ahead
        self.tasks: dict[TaskId, float] = {}
        self.lent: set[TaskId] = set()
        self.load = 0.0  # expected seconds of what it has; infinite where one of them is unknown
        self.proven = False  # it has finished a task
        self.suspends = False
        self.doomed = False  # it is about to be lost, by our own doing
        self.is_leaving = False  # it is not to be given anything any more
        self.suits = frozenset[Kind]()
        self.is_near = False  # it is on the list of those that come near their end

    def give(self, tasks: Mapping[TaskId, float]) -> None:
        """Plain tasks whose length is known."""
        self.suspends = False
        self.tasks.update(tasks)
        self.load += sum(tasks.values())

    def give_long(self, task: TaskId, *, suspends: bool) -> None:
        """One of which nobody knows that it is short, or a coroutine."""
        self.suspends = suspends
        self.tasks[task] = 0.0
        self.load = math.inf

    def remove(self, tasks: Sequence[TaskId]) -> None:
        """Tasks that it has finished."""
        self.load -= sum(map(self.tasks.pop, tasks))
        if not self.tasks:
            self.load = 0.0

    @property
    def running(self) -> frozenset[TaskId]:
        """What it is at right now."""
        return frozenset(self.tasks if self.suspends else islice(self.tasks, 1))

    def has_behind(self, tasks: AbstractSet[TaskId]) -> bool:
        """Is one of these behind the task that it is at?"""
        return any(task in tasks for task in islice(self.tasks, 1, None))

    @property
    def is_free(self) -> bool:
        """Is nothing to be heard of it?"""
        return not (self.tasks or self.lent or self.doomed)

    @property
    def has_room(self) -> bool:
        """May short tasks be sent ahead?"""
        is_fit = not (self.lent or self.doomed or self.is_leaving)
        return is_fit and self.load < _FULL_SECONDS


def is_short(seconds: float) -> bool:
    """Whether it is known that the task takes little time."""
    return 0.0 < seconds < SHORT_SECONDS
