"""The last call of each worker, before it ends; the state machine has no part in it."""

from __future__ import annotations

from collections.abc import Iterable

from pydron_ng.backends.base import Blob, TaskId, WorkerId


class Parting:
    """Which of these calls are under way, and what became of the others.

    answers: the outcome for each worker, or why there is none.
    """

    def __init__(self) -> None:
        self._calls: dict[TaskId, WorkerId] = {}
        self.answers: dict[WorkerId, Blob | str] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def begin(self, task: TaskId, worker: WorkerId) -> None:
        self._calls[task] = worker

    def take(self, outcomes: Iterable[tuple[TaskId, Blob]]) -> list[tuple[TaskId, Blob]]:
        """Note the outcomes of these calls, and give the others."""
        others: list[tuple[TaskId, Blob]] = []
        for task, blob in outcomes:
            if (worker := self._calls.pop(task, None)) is None:
                others.append((task, blob))
            else:
                self.answers[worker] = blob
        return others

    def lose(self, worker: WorkerId, why: str) -> None:
        """The worker is no more."""
        for task in [task for task, of in self._calls.items() if of == worker]:
            del self._calls[task]
            self.answers[worker] = why

    def give_up(self, why: str) -> None:
        """Nobody waits for those that are left."""
        for worker in set(self._calls.values()):
            self.lose(worker, why)
