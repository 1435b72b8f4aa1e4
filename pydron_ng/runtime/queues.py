"""The tasks that wait: those that any worker may do, and those that only some workers may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pydron_ng.backends.base import TaskId
from pydron_ng.runtime.backlog import Backlog
from pydron_ng.runtime.messages import Kind, Place
from pydron_ng.runtime.seat import Seat

_NOWHERE: Final[Mapping[TaskId, Place]] = MappingProxyType({})
_ANYWHERE: Final[Mapping[TaskId, Kind]] = MappingProxyType({})


class Queues:
    """general: for all workers; usually there is no other one.

    choosy: of each kind those that wait; no empty ones.
    """

    def __init__(self) -> None:
        self.general = Backlog()
        self.choosy: dict[Kind, Backlog] = {}
        self._kinds: dict[TaskId, Kind] = {}  # of tasks that wait or run

    def __bool__(self) -> bool:
        return bool(self.general.seconds or self.choosy)

    def __iter__(self) -> Iterator[TaskId]:
        """All that wait."""
        yield from self.general.seconds
        for backlog in self.choosy.values():
            yield from backlog.seconds

    def append(
        self,
        tasks: Mapping[TaskId, float],
        near: Mapping[TaskId, Place] = _NOWHERE,
        only: Mapping[TaskId, Kind] = _ANYWHERE,
    ) -> None:
        """Queue them, with the seconds that each is expected to take, and where it may be done."""
        self._kinds.update(only)
        choosy = self._choosy(tasks)
        for task in choosy:
            self._of(task).append({task: tasks[task]})
        general = {t: s for t, s in tasks.items() if t not in choosy} if choosy else tasks
        self.general.append(general, near)

    def put_first(self, tasks: Mapping[TaskId, float]) -> None:
        """Queue them before all others."""
        choosy = self._choosy(tasks)
        for task in reversed(choosy):
            self._of(task).put_first({task: tasks[task]})
        self.general.put_first({t: s for t, s in tasks.items() if t not in choosy})

    def expect(self, seconds: Mapping[TaskId, float]) -> None:
        """Take these to last so long, all of them queued."""
        for task, length in seconds.items():
            self._of(task).expect({task: length})

    def hurry(self, task: TaskId) -> None:
        """It goes before all others that the same workers may do, if it is queued."""
        self._of(task).hurry(task)
        self._tidy(task)

    def remove(self, task: TaskId) -> bool:
        """False: it is not queued."""
        was_there = self._of(task).remove(task)
        self._tidy(task)
        return was_there

    def taken(self, kind: Kind) -> None:
        """Something was taken out of what waits of that kind."""
        if not self.choosy[kind].seconds:
            del self.choosy[kind]

    def forget(self, tasks: Iterable[TaskId]) -> None:
        """Nothing more will happen to them."""
        for task in tasks if self._kinds else ():
            self._kinds.pop(task, None)

    def clear(self) -> None:
        self.general.clear()
        self.choosy.clear()
        self._kinds.clear()

    def eldest_for(self, seat: Seat) -> Kind | None:
        """Of what the worker may do besides the general ones: where the first task was first."""
        kinds = [kind for kind in self.choosy if kind in seat.suits]
        return min(kinds, key=lambda kind: self.choosy[kind].first(), default=None)

    def _choosy(self, tasks: Iterable[TaskId]) -> list[TaskId]:
        return [task for task in tasks if task in self._kinds] if self._kinds else []

    def _of(self, task: TaskId) -> Backlog:
        kind = self._kinds.get(task)
        return self.general if kind is None else self.choosy.setdefault(kind, Backlog())

    def _tidy(self, task: TaskId) -> None:
        if (kind := self._kinds.get(task)) is not None:
            self.taken(kind)
