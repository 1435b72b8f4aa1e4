"""Tasks that were sent to a worker which is stuck, and are run by others in the meantime.

The worker cannot be told: it comes to them when it is through with what it is stuck in. They are
short, as far as anybody knows, and pure: whoever is first has the outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.seat import Seat


class Loans:
    """Who is stuck, and which tasks two workers may come to run.

    stalled: workers of whom nothing was heard for long, with tasks behind the first one.
    twice: tasks that their worker has lent and that are queued, or at another one.
    """

    def __init__(self) -> None:
        self.stalled: dict[WorkerId, None] = {}
        self.twice: set[TaskId] = set()

    def stall(self, worker: WorkerId, seat: Seat) -> None:
        """Nothing was heard of the worker for long."""
        if len(seat.tasks) > 1 and not seat.suspends:
            self.stalled[worker] = None

    def hear(self, worker: WorkerId) -> None:
        """It goes on, or is lost."""
        self.stalled.pop(worker, None)

    def lend(self, seat: Seat, unwanted: AbstractSet[TaskId]) -> list[TaskId]:
        """All but the first of its tasks that anybody wants are to be run elsewhere."""
        lent = [task for task in islice(seat.tasks, 1, None) if task not in unwanted]
        seat.remove(lent)
        seat.lent.update(lent)
        self.twice.update(lent)
        return lent

    def answer(self, seat: Seat, tasks: Sequence[TaskId]) -> tuple[list[TaskId], set[TaskId]]:
        """The seat's own ones among those that it has finished; and those now done at last."""
        lent = seat.lent.intersection(tasks)
        seat.lent -= lent
        first = lent & self.twice
        self.twice -= first
        return [task for task in tasks if task not in lent], first

    def forget(self, tasks: Collection[TaskId]) -> None:
        self.twice.difference_update(tasks)
