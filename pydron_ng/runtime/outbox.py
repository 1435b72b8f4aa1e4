"""The tasks of one call of the program that are being filled, and those that are under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydron_ng.runtime.batch import Batch, row_length
from pydron_ng.runtime.process import audience
from pydron_ng.runtime.rows.row import Row
from pydron_ng.runtime.task import NONE, Task, TaskState

if TYPE_CHECKING:
    from pydron_ng.runtime.session import Session
    from pydron_ng.runtime.surroundings import Surroundings

#: Less work than that, in seconds, is done here before any of it would be back.
_WORTH_ISSUING = 5e-4


class Outbox:
    """What is in here is issued with the next flush. Everything is touched under the driver's lock.

    waiting: rows that take results of others; they go as soon as these have come.
    surroundings: those that were taken down last.
    cause: the task whose outcome is being dealt with, if there is one.
    has_issued: has anything been issued? has_held: was there anything that was not worth it?
    is_closed: nothing is issued any more.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver
        self._all = session.sends_all
        self._batches: list[Batch] = []
        self.waiting: list[Row] = []
        self._underway: set[Task] = set()
        self.surroundings: Surroundings | None = None
        self.cause = NONE
        self.has_issued = self.has_held = False
        self.is_closed = False

    def __bool__(self) -> bool:
        """Is there anything to flush?"""
        return bool(self._batches or self.waiting)

    @property
    def last(self) -> Batch | None:
        """The one that may take further calls."""
        return self._batches[-1] if self._batches else None

    @property
    def is_idle(self) -> bool:
        """Is there nothing, neither here nor under way?"""
        return not self._underway and not self._batches

    @property
    def is_alone(self) -> bool:
        """Is there one task at most, and whether it is sent depends on what that wins?"""
        return not self._all and not self._underway and len(self._batches) <= 1

    def append(self, batch: Batch) -> None:
        self._batches.append(batch)

    def settled(self, task: Task) -> None:
        """It is not under way any more."""
        self._underway.discard(task)

    def remove(self, batch: Batch) -> bool:
        """Whether it was still in here; now it is not."""
        if isinstance(batch, Row) and batch in self.waiting:
            self.waiting.remove(batch)
        elif batch in self._batches:
            self._batches.remove(batch)
        else:
            return False
        return True

    def drop(self, batch: Batch) -> None:
        """Nobody wants it any more, wherever it is."""
        self._underway.discard(batch)
        if not self.remove(batch) and batch.state in {TaskState.READY, TaskState.RUNNING}:
            self._driver.drop((batch,))

    def start(self) -> None:
        """Issue what there is, but for the last one, while more is made, if workers idle."""
        if not self._underway and len(self._batches) > 1 and not self.is_closed:
            last = self._batches.pop()
            self._issue()
            self._batches.insert(0, last)

    def flush(self) -> None:
        """Issue all together, as far as it waits for nothing.

        If nothing is under way, little work is left for the commit program, which is about to come
        to it; and so is a call that is alone, if that is about to make it anyway.
        """
        if self.waiting:
            self._await()
        if not self._batches or self.is_closed:
            return
        if self._is_for_the_program():
            self.has_held = True
        else:
            self._issue()

    def _is_for_the_program(self) -> bool:
        if self._all or self._underway:
            return False
        if len(self._batches) == 1 and self._batches[0].is_near():
            return True
        return sum(batch.work for batch in self._batches) < _WORTH_ISSUING

    def close(self) -> None:
        """The call of the program is over."""
        self.is_closed = True
        self._batches.clear()
        self.waiting.clear()
        self._underway.clear()

    def _await(self) -> None:
        waiting, self.waiting = list(self._cut(self.waiting)), []
        for row in waiting:
            assert isinstance(row, Row)
            row.seal()
            if not row.wait():
                row.running.filling.complete(row)

    def _issue(self) -> None:
        issued, self._batches = list(self._cut(self._batches)), []
        for batch in issued:
            batch.seal()
        issued[0].went_alone = len(issued) == issued[0].size == 1 and not self._underway
        self.has_issued = True
        self._underway.update(issued)
        assert self.surroundings is not None
        self._session.surround(self.surroundings)
        if (tell := audience.tell) is not None:
            for event in (event for batch in issued for event in batch.issued(self.cause)):
                tell(event)
        self._driver.issue(issued)

    def _cut(self, batches: Sequence[Batch]) -> Iterator[Batch]:
        """Rows so short that every worker gets several, or at least one if these were too short."""
        calls = sum(batch.size for batch in batches if isinstance(batch, Row) and batch.is_whole)
        for batch in batches:
            yield batch
            if isinstance(batch, Row) and batch.is_whole and not batch.links:
                length = row_length(calls, self._driver.capacity, batch.mark.seconds)
                yield from batch.running.filling.cut(batch, length, self._driver.next_id)
