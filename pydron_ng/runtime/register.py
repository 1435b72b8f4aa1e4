"""The tasks that are queued or running, and those whose owners are to hear what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from pydron_ng.backends.base import Blob, Settings, TaskId, WorkerId
from pydron_ng.runtime.ledger import Entry
from pydron_ng.runtime.tally import Tally
from pydron_ng.runtime.task import NOBODY, Task, TaskState


class Register:
    """settled: tasks that are over, whose owners have not heard of it."""

    def __init__(self, tally: Tally) -> None:
        self._entries: dict[TaskId, Entry] = {}
        self._tally = tally
        self.settled: list[Task] = []

    def __iter__(self) -> Iterator[TaskId]:
        return iter(list(self._entries))

    def add(self, task: Task, settings: Settings | None) -> None:
        self._entries[task.id] = Entry(task, settings)

    def entry(self, number: TaskId) -> Entry:
        """There has to be one."""
        return self._entries[number]

    def task(self, number: TaskId) -> Task | None:
        """None: it is over, or nobody wants it."""
        entry = self._entries.get(number)
        return None if entry is None else entry.task

    def all(self) -> list[Task]:
        """Needs no lock."""
        return [entry.task for entry in list(self._entries.values())]

    def expected(self, number: TaskId) -> float:
        """Seconds that it takes; 0.0: nobody knows, or it has just ended."""
        task = self.task(number)
        return 0.0 if task is None else task.expected

    def drop(self, task: Task) -> bool:
        """Nobody wants it. False: it was not there."""
        return self._entries.pop(task.id, None) is not None

    def answer(self, number: TaskId, outcome: Blob, elapsed: float, worker: WorkerId) -> None:
        """It has an outcome; nothing comes of it if nobody wants that."""
        if (entry := self._entries.pop(number, None)) is not None:
            task = entry.task
            task.outcome, task.elapsed, task.worker = outcome, elapsed, worker
            self._tally.done += task.size
            self._settle(task)

    def lose(self, number: TaskId, why: str, *, deadly: bool = False, late: bool = False) -> None:
        """Nobody makes it any more, if anybody wants it at all."""
        if (entry := self._entries.pop(number, None)) is not None:
            task = entry.task
            task.deadly, task.was_late = deadly, late
            task.lost = f"{task.label()}: {why}"
            self._tally.done += task.size
            self._tally.fail(task.label(), why, task.size)
            self._settle(task)

    def _settle(self, task: Task) -> None:
        task.state = TaskState.SETTLED
        self.settled.append(task)

    def give_back(self, number: TaskId) -> None:
        """Its worker has not begun it, nor will."""
        if (task := self.task(number)) is not None:
            task.state, task.worker = TaskState.READY, NOBODY
