"""What each worker has been sent: the tasks that it has to answer, and what these refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from pydron_ng.backends.base import Blob, Call, Define, Frame, Settings, Token, WorkerId
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.values.recent import Recent


class Entry(NamedTuple):
    """A task that is queued or running, and the settings that were in force when it was issued."""

    task: Task
    settings: Settings | None


class _Sent:
    """To one worker. tasks: how many it has not answered."""

    __slots__ = ("settings", "tasks", "tokens")

    def __init__(self, most_bytes: float) -> None:
        self.tasks = 0
        self.tokens = Recent(most_bytes)
        self.settings: Settings | None = None


class Ledger:
    """The workers that are there."""

    def __init__(self, definitions: Callable[[Token], Blob], most_bytes: float) -> None:
        """definitions: the blob of a token that a task names.

        most_bytes: of definitions that a worker keeps; then each task names one of them at most.
        """
        self._definitions = definitions
        self._most_bytes = most_bytes
        self._sent: dict[WorkerId, _Sent] = {}

    @property
    def workers(self) -> AbstractSet[WorkerId]:
        return self._sent.keys()

    @property
    def busy(self) -> int:
        """How many have any task; needs no lock."""
        return sum(sent.tasks > 0 for sent in list(self._sent.values()))

    def join(self, worker: WorkerId) -> None:
        self._sent[worker] = _Sent(self._most_bytes)

    def leave(self, worker: WorkerId) -> None:
        self._sent.pop(worker, None)

    def tasks(self, worker: WorkerId) -> int:
        """How many it has not answered; 0, too, if it is not there."""
        sent = self._sent.get(worker)
        return 0 if sent is None else sent.tasks

    def rests(self, worker: WorkerId) -> bool:
        """Has it been told the settings, and has it answered all that it was sent?"""
        sent = self._sent.get(worker)
        return sent is not None and sent.settings is not None and not sent.tasks

    def frames(self, worker: WorkerId, entries: Iterable[Entry]) -> list[Frame]:
        """What is to be sent so that it makes these; they are with it from now on."""
        sent = self._sent[worker]
        frames: list[Frame] = []
        for task, settings in entries:
            if settings is not sent.settings and settings is not None:
                sent.settings = settings
                frames.append(settings)
            for token in task.tokens:
                if token not in sent.tokens:
                    definition = Define(token, self._definitions(token))
                    sent.tokens.add(token, sum(map(len, definition.blob)))
                    frames.append(definition)
            frames.append(Call(task.id, task.blob))
            task.state = TaskState.RUNNING
            task.worker = worker
            sent.tasks += 1
        return frames

    def answered(self, worker: WorkerId, tasks: int) -> int:
        """So many are not with it any more; how many it still has to answer."""
        if (sent := self._sent.get(worker)) is None:
            return 0
        sent.tasks -= tasks
        return sent.tasks
