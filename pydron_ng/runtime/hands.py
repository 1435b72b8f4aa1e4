"""What the state machine has decided is carried out, and what a lender of calls says."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from pydron_ng.backends.base import Cancel, Frame, Loop, TaskId, WorkerId
from pydron_ng.runtime import messages
from pydron_ng.runtime.alarms import Alarms
from pydron_ng.runtime.clocks import Clocks
from pydron_ng.runtime.heard import Heard
from pydron_ng.runtime.ledger import Entry, Ledger
from pydron_ng.runtime.messages import (
    Command,
    Event,
    GiveUp,
    Kill,
    Late,
    Mute,
    Overdue,
    Redundant,
    Start,
    StartWorkers,
    TakeBack,
    Watch,
)
from pydron_ng.runtime.patience import LOOK_SECONDS
from pydron_ng.runtime.register import Register
from pydron_ng.runtime.staff import Staff
from pydron_ng.runtime.state import Machine

if TYPE_CHECKING:
    from pydron_ng.runtime.nested.lender import Lender

#: After that a worker that runs a call which nobody wants is ended, and another one started.
GRACE_SECONDS = 1.0
#: So long a worker has to say which call another one is to make for it.
_ASKED_SECONDS = 0.1

K = TypeVar("K", bound=Hashable)


class Hands:
    """Tell workers, and set clocks. All is done under the driver's lock.

    lender: of calls that workers hand on; None: they hand on nothing.
    """

    lender: Lender | None = None

    def __init__(
        self,
        staff: Staff,
        machine: Machine,
        register: Register,
        ledger: Ledger,
        clocks: Clocks,
        heard: Heard,
        loop: Loop,
        hurry: Callable[[float], None],
    ) -> None:
        """hurry: sees to it that in so many seconds somebody looks which clocks are due."""
        self._staff = staff
        self._machine = machine
        self._register = register
        self._ledger = ledger
        self._clocks = clocks
        self._heard = heard
        self._loop = loop
        self._hurry = hurry
        self._ids = map(TaskId, count())

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be; hosts may have more cores than was known."""
        return self._machine.workers

    def next_id(self) -> TaskId:
        return next(self._ids)

    def carry_out(self, command: Command) -> None:
        match command:
            case Start(worker, tasks):
                self._start(worker, tasks)
            case Watch(worker, task, seconds):
                self.set(self._clocks.watched, task, seconds, Late(worker, task))
            case StartWorkers(pool, workers):
                self._staff.start(pool, workers, self._loop)
            case GiveUp(task, why, deadly, late):
                self._register.lose(task, why, deadly=deadly, late=late)
            case Kill(worker):
                self._staff.kill(worker)
            case TakeBack(worker):
                self._staff.take_back(worker)
            case Redundant(done):
                self.give_grace(done)
            case messages.Cancel(worker, task):
                self._staff.submit(worker, [Cancel(task)])

    def _start(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        if self.lender is not None and (place := self.lender.places.get(tasks[0])) is not None:
            self.lender.ask(place, worker)
        else:
            self.send(worker, map(self._register.entry, tasks))

    def send(self, worker: WorkerId, entries: Iterable[Entry]) -> None:
        """Have the worker make these, which the state machine has given to it."""
        had_time = not self._ledger.tasks(worker)
        frames = self._ledger.frames(worker, entries)
        if had_time and self._clocks.patience.begins(worker):
            self._hurry(LOOK_SECONDS)
        if self._ledger.tasks(worker) > 1:
            self._hurry(self._clocks.expect(worker))
        self._staff.submit(worker, frames)

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        """Tell the worker something besides."""
        self._staff.submit(worker, frames)

    def note(self, event: Event) -> None:
        """The state machine is to hear of it when what goes on here is done."""
        self._heard.events.append(event)

    # --- clocks ---

    def set(self, alarms: Alarms[K], key: K, seconds: float, event: Event) -> None:
        """Have that happen then."""
        alarms.set(key, seconds, event)
        self._hurry(seconds)

    def give_grace(self, running: Sequence[TaskId], seconds: float = GRACE_SECONDS) -> None:
        """Nobody wants these; whose worker runs on loses it after so long."""
        self.set(self._clocks.grace, running[0], seconds, Overdue(running))

    def expect_answer(self, place: TaskId) -> None:
        """Somebody was asked for a call, for which another worker waits."""
        self.set(self._clocks.waits, place, _ASKED_SECONDS, Mute(place))
