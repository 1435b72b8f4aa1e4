"""The tasks that wait for a worker, in the order in which they are to be started."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from pydron_ng.backends.base import TaskId
from pydron_ng.runtime.messages import Place
from pydron_ng.runtime.seat import SHORT_SECONDS

_NOWHERE: Final[Mapping[TaskId, Place]] = MappingProxyType({})


class Backlog:
    """A queue that tasks may be taken out of anywhere; nothing in it looks at all of them.

    seconds: the tasks that are queued, and how long each is expected to take; to be read only.
    near: where those are best done that have something large to take along, likewise.
    """

    def __init__(self) -> None:
        self.seconds: dict[TaskId, float] = {}
        self._order: deque[TaskId] = deque()  # may name tasks that are gone
        self._urgent: deque[TaskId] = deque()  # likewise; goes before the others
        self.near: dict[TaskId, Place] = {}  # likewise
        self._there: dict[Place, deque[TaskId]] = {}  # the same, the other way round

    def append(
        self, tasks: Mapping[TaskId, float], near: Mapping[TaskId, Place] = _NOWHERE
    ) -> None:
        """Queue them, with the seconds that each is expected to take, and where it is best done."""
        if self.near and not self.seconds:
            self.clear()
        self.near.update(near)
        for task, place in near.items():
            self._there.setdefault(place, deque()).append(task)
        self.seconds.update(tasks)
        self._order.extend(tasks)

    def put_first(self, tasks: Mapping[TaskId, float]) -> None:
        """Queue them before all others."""
        self.seconds.update(tasks)
        self._urgent.extendleft(reversed(tasks.keys()))  # type: ignore[call-overload]

    def prefer(self, place: Place) -> None:
        """One that is best done there comes first, unless somebody waits for another one."""
        while self._urgent and self._urgent[0] not in self.seconds:
            self._urgent.popleft()
        there = self._there.get(place)
        while there and not self._urgent:
            self.hurry(there.popleft())

    def expect(self, seconds: Mapping[TaskId, float]) -> None:
        """Take these to last so long, all of them queued."""
        self.seconds.update(seconds)

    def hurry(self, task: TaskId) -> None:
        """It goes before all others, if it is queued."""
        if task in self.seconds:
            self._urgent.appendleft(task)

    def remove(self, task: TaskId) -> bool:
        """False: it is not queued."""
        if self.seconds.pop(task, None) is None:
            return False
        if not self.seconds:
            self.clear()  # what names tasks that are gone would stay until others come
        return True

    def first(self) -> TaskId:
        """The one that comes first; there must be one."""
        for order in (self._urgent, self._order):
            while order:
                if order[0] in self.seconds:
                    return order[0]
                order.popleft()
        raise LookupError("a queued task that is in no order")

    def take(self) -> TaskId:
        """The one that comes first, out of the queue."""
        task = self.first()
        del self.seconds[task]
        return task

    def take_short(self, most: int, room: float) -> dict[TaskId, float]:
        """Up to `most` of those that come first, while they are short and there is room.

        The first one always has room.
        """
        frame: dict[TaskId, float] = {}
        for order in (self._urgent, self._order):
            room = self._move_short(order, frame, most, room)
            if order:
                break
        return frame

    def _move_short(
        self, order: deque[TaskId], frame: dict[TaskId, float], most: int, room: float
    ) -> float:
        """Move them to the frame, until one is met that has to stay; the room that is left."""
        pop, popleft = self.seconds.pop, order.popleft
        while order and len(frame) < most:
            task = order[0]
            seconds = pop(task, None)
            if seconds is not None:
                if not 0.0 < seconds < SHORT_SECONDS or (seconds > room and frame):
                    self.seconds[task] = seconds
                    break
                room -= seconds
                frame[task] = seconds
            popleft()
        return room

    def clear(self) -> None:
        self.seconds.clear()
        self._order.clear()
        self._urgent.clear()
        self.near.clear()
        self._there.clear()


def unknown(tasks: Collection[TaskId]) -> dict[TaskId, float]:
    """The tasks, as ones of which nobody knows how long they take: each goes by itself."""
    return dict.fromkeys(tasks, 0.0)
