"""How workers are, what they are at, and how far all tasks have come: for whoever looks."""

from __future__ import annotations

from collections.abc import Iterable

from pydron_ng.backends.base import TaskId
from pydron_ng.runtime.ledger import Ledger
from pydron_ng.runtime.patience import Patience
from pydron_ng.runtime.register import Register
from pydron_ng.runtime.staff import Staff
from pydron_ng.runtime.state import Machine
from pydron_ng.runtime.status import AtWork, Status, Work
from pydron_ng.runtime.tally import Tally
from pydron_ng.runtime.task import Task, TaskState


class Lookout:
    """Changes nothing; its methods are called with the lock held, but for `seen`."""

    def __init__(
        self,
        staff: Staff,
        machine: Machine,
        register: Register,
        ledger: Ledger,
        patience: Patience,
        tally: Tally,
    ) -> None:
        self._staff = staff
        self._machine = machine
        self._register = register
        self._ledger = ledger
        self._patience = patience
        self._tally = tally

    def seen(self) -> tuple[list[Task], int]:
        """The tasks that are queued or running, and how many workers have any; needs no lock."""
        return self._register.all(), self._ledger.busy

    def workers(self) -> list[AtWork]:
        """How each worker is, as far as is known, and what it is at."""
        running = self._machine.running
        infos = {worker: self._staff.info(worker) for worker in self._ledger.workers}
        return [
            AtWork(info, works, self._patience.elapsed(worker) if works else 0.0)
            for worker, info in infos.items()
            if info is not None
            for works in [self._works(running.get(worker, ()))]
        ]

    def _works(self, numbers: Iterable[TaskId]) -> tuple[Work, ...]:
        """Those of the tasks that somebody wants."""
        tasks = [task for number in numbers if (task := self._register.task(number)) is not None]
        return tuple(Work(task.id, task.label(), task.size) for task in tasks)

    def status(self) -> Status:
        """All that there is to be told of workers and calls."""
        tasks = self._register.all()
        running = sum(task.size for task in tasks if task.state is TaskState.RUNNING)
        waiting = sum(task.size for task in tasks) - running
        done = self._tally.done, self._tally.failed, self._tally.per_second
        return Status(tuple(self.workers()), waiting, running, *done, tuple(self._tally.failures))
