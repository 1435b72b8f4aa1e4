"""Tasks that one worker is slow to come to, or to do, and that others run in the meantime.

A worker in the middle of a call cannot be told: it goes on with all that it was sent. The calls are
pure: whoever is first has the outcome. No task is lent again while two have it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.seat import Seat


class Loans:
    """Who is stuck or slow, and which tasks two workers may come to run.

    stalled: workers of whom nothing was heard for long, and how many tasks each keeps to itself:
        the first one, if only those behind it have to wait too long; none, if it is slow itself.
    twice: tasks that their worker has lent and that are queued, or at another one.
    lenders: workers that have yet to answer what they have lent.
    """

    def __init__(self) -> None:
        self.stalled: dict[WorkerId, int] = {}
        self.twice: set[TaskId] = set()
        self.lenders: set[WorkerId] = set()

    def stall(self, worker: WorkerId, seat: Seat, keeps: int) -> None:
        """Nothing was heard of the worker for long."""
        if len(seat.tasks) > keeps and not seat.suspends:
            self.stalled[worker] = min(keeps, self.stalled.get(worker, keeps))

    def hear(self, worker: WorkerId) -> None:
        """It goes on, or is lost."""
        self.stalled.pop(worker, None)

    def lend(self, worker: WorkerId, seat: Seat, unwanted: AbstractSet[TaskId]) -> list[TaskId]:
        """Those of its tasks that it does not keep and anybody wants are to be run elsewhere."""
        keeps = self.stalled.pop(worker)
        spare = islice(seat.tasks, keeps, None)
        lent = [task for task in spare if task not in unwanted and task not in self.twice]
        seat.remove(lent)
        seat.lent.update(lent)
        self.twice.update(lent)
        if lent:
            self.lenders.add(worker)
        return lent

    def answer(
        self, worker: WorkerId, seat: Seat, tasks: Sequence[TaskId]
    ) -> tuple[list[TaskId], set[TaskId]]:
        """The seat's own ones among those that it has finished; and those now done at last."""
        lent = seat.lent.intersection(tasks)
        seat.lent -= lent
        if not seat.lent:
            self.lenders.discard(worker)
        first = lent & self.twice
        self.twice -= first
        return [task for task in tasks if task not in lent], first

    def leave(self, worker: WorkerId, seat: Seat) -> None:
        """It is lost, and with it what it would have answered."""
        self.hear(worker)
        self.lenders.discard(worker)
        self.forget(seat.lent)

    def forget(self, tasks: Collection[TaskId]) -> None:
        """Nobody else is to run them any more."""
        self.twice.difference_update(tasks)

    def is_in_vain(self, seat: Seat, unwanted: AbstractSet[TaskId]) -> bool:
        """Is there nothing that anybody would like to hear from it?"""
        return not seat.tasks and not (seat.lent & self.twice) - unwanted
