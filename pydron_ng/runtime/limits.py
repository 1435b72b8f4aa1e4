"""How long a task may take on a worker, and how often it is tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydron_ng.backends.base import TaskId

#: A task that was running when so many workers died is not run again.
MAX_DEATHS = 3
#: Nor is one that took longer than it may so many times.
MAX_LATE = 2


class Limits(NamedTuple):
    """What ``@functional`` says of a function's calls.

    retries: how much more often than others they are tried. timeout: seconds that one may take on
    a worker; 0.0: as long as it likes.
    is_pure: may they be tried again without anybody having asked for it?
    """

    retries: int = 0
    timeout: float = 0.0
    is_pure: bool = True


class Trials:
    """Of tasks that are not done: what they may, and what has gone wrong with them.

    known: those of which there is anything to say; usually none.
    """

    def __init__(self, *, are_pure: bool = True) -> None:
        """are_pure: those that have no limits of their own; as of Limits."""
        self._usual = Limits(is_pure=are_pure)
        self._limits: dict[TaskId, Limits] = {}
        self.deaths: dict[TaskId, int] = {}
        self.late: dict[TaskId, int] = {}
        self.known: set[TaskId] = set()

    def allow(self, limits: Mapping[TaskId, Limits]) -> None:
        self._limits.update(limits)
        self.known.update(limits)

    def timeout(self, task: TaskId) -> float:
        """Seconds that one attempt may take; 0.0: as long as it likes."""
        return self._limits.get(task, self._usual).timeout

    def has_died(self, task: TaskId) -> bool:
        """A worker died of it, perhaps. May it be tried again?"""
        self.known.add(task)
        deaths = self.deaths[task] = self.deaths.get(task, 0) + 1
        return deaths < self._most(task, MAX_DEATHS)

    def was_late(self, task: TaskId) -> bool:
        """It took too long. May it be tried again?"""
        self.known.add(task)
        late = self.late[task] = self.late.get(task, 0) + 1
        return late < self._most(task, MAX_LATE)

    def is_special(self, task: TaskId) -> bool:
        """Has it a time of its own, or did a worker die of it?"""
        return task in self.known and (task in self.deaths or bool(self.timeout(task)))

    def is_last(self, task: TaskId) -> bool:
        """Is it to be given up if one more worker dies, though nobody has said how often?"""
        if task not in self.deaths or not self._limits.get(task, self._usual).is_pure:
            return False
        return self.deaths[task] == self._most(task, MAX_DEATHS) - 1

    def forget(self, tasks: Iterable[TaskId]) -> None:
        for task in self.known.intersection(tasks):
            self._limits.pop(task, None)
            self.deaths.pop(task, None)
            self.late.pop(task, None)
            self.known.remove(task)

    def _most(self, task: TaskId, usual: int) -> int:
        limits = self._limits.get(task, self._usual)
        return (usual if limits.is_pure else 1) + limits.retries
