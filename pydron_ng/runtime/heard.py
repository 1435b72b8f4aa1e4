"""What backends have told, and what it means for tasks; the state machine is yet to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from pydron_ng.backends.base import Blob, TaskId, WorkerId
from pydron_ng.events import Joined, Lost
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.clocks import Clocks
from pydron_ng.runtime.ledger import Ledger
from pydron_ng.runtime.messages import (
    Coming,
    Event,
    Finished,
    Returned,
    StartFailed,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.nested.words import UP
from pydron_ng.runtime.parting import Parting
from pydron_ng.runtime.register import Register

if TYPE_CHECKING:
    from pydron_ng.runtime.nested.lender import Lender


class Heard:
    """Told by the staff, in the driver's loop.

    events: for the state machine. hosts: where workers are, or were; empty on this machine.
    has_changed: have workers come or gone? refusal: why no call is made any more.
    lender: of calls that workers hand on; None: they hand on nothing.
    """

    lender: Lender | None = None

    def __init__(
        self,
        register: Register,
        ledger: Ledger,
        clocks: Clocks,
        parting: Parting,
        audience: Audience,
        tell: Callable[[], None],
    ) -> None:
        """tell: lets those who wait look whether that is there by now."""
        self._register = register
        self._ledger = ledger
        self._clocks = clocks
        self._parting = parting
        self._audience = audience
        self._tell = tell
        self.events: list[Event] = []
        self.hosts: dict[WorkerId, str] = {}
        self.has_changed = False
        self.refusal = ""

    def joined(self, worker: WorkerId, pool: int, host: str, *, hands_on: bool) -> None:
        """hands_on: may its calls hand calls on?"""
        self._ledger.join(worker)
        self.hosts[worker] = host
        self._note_change(WorkerJoined(worker, pool, host))
        if hands_on and self.lender is not None:
            self.lender.joined(worker, pool, host)
        if (tell := self._audience.tell) is not None:
            tell(Joined(worker, host, perf_counter()))

    def coming(self, pool: int, workers: int) -> None:
        self.events.append(Coming(pool, workers))

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        if self._parting:
            outcomes = self._parting.take(outcomes)
            self._tell()
        ended = [number for number, _ in outcomes]
        patience = self._clocks.patience
        elapsed = patience.elapsed(worker)
        goes_on = self._ledger.answered(worker, len(ended))
        if goes_on:
            patience.begins(worker)
        else:
            patience.rests(worker)
        if self.lender is not None:
            self.lender.ended(ended)
        for number, blob in outcomes:
            self._register.answer(number, blob, elapsed, worker)
        self._clocks.hear(worker, ended)
        self.events.append(Finished(worker, ended))

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        """Tell the owners of the tasks; and a worker that speaks is alive."""
        others = remarks
        if self.lender is not None:
            others = [one for one in remarks if one[1][0] not in UP]
            for number, remark in remarks:
                if remark[0] in UP:
                    self.lender.hear(worker, number, remark)
        for number, remark in others:
            if (task := self._register.task(number)) is not None:
                task.remark(remark)
        if others:
            self.finished(worker, ())
            self._tell()

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        self._ledger.answered(worker, len(tasks))
        for number in tasks:
            self._register.give_back(number)
        self.events.append(Returned(worker, tasks))

    def lost(self, worker: WorkerId, why: str, *, with_host: bool) -> None:
        self._ledger.leave(worker)
        if self.lender is not None:
            self.lender.lost(worker)
        self._clocks.forget(worker)
        if self._parting:
            self._parting.lose(worker, why)
            self._tell()
        self._note_change(WorkerLost(worker, why, with_host))
        if (tell := self._audience.tell) is not None:
            tell(Lost(worker, why, perf_counter()))

    def unstarted(self, pool: int, workers: int, why: str) -> None:
        self._note_change(StartFailed(pool, workers, why))

    def refused(self, why: str) -> None:
        """A worker that the user cannot do without is not to be had: no call is made any more."""
        self.refusal = why

    def _note_change(self, event: Event) -> None:
        self.has_changed = True
        self.events.append(event)
