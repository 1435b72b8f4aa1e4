"""Tasks in, outcomes out: what the state machine decides, and those who carry it out."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from time import perf_counter

from pydron_ng import errors
from pydron_ng.backends.base import (
    Backend,
    Blob,
    Settings,
    TaskId,
    Token,
    WorkerId,
)
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.memory.arena import Arena, is_possible
from pydron_ng.memory.segment import Stretch
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.clocks import Clocks
from pydron_ng.runtime.hands import GRACE_SECONDS, Hands
from pydron_ng.runtime.heard import Heard
from pydron_ng.runtime.ledger import Ledger
from pydron_ng.runtime.lookout import Lookout
from pydron_ng.runtime.messages import (
    Dropped,
    Event,
    Foreseen,
    Issued,
    Kill,
    Mute,
    Waited,
    Wanted,
)
from pydron_ng.runtime.nested.lender import Lender, MakeWelcome
from pydron_ng.runtime.parting import Parting
from pydron_ng.runtime.patience import Patience
from pydron_ng.runtime.pump import Pump
from pydron_ng.runtime.register import Register
from pydron_ng.runtime.staff import Staff
from pydron_ng.runtime.state import Machine
from pydron_ng.runtime.tally import Tally
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.runtime.whole import FRAMES_TO_CLOSE, Whole
from pydron_ng.values.keep import Keep, KeepOnce, keep_here

#: A call that takes so long while others of its kind wait is worth sending, and so are these.
_LONG_SECONDS = 0.005
#: So long a fork waits for its turn before it asks whether there will be one.
_TURN_SECONDS = 0.1
#: So long another host has time to say how it is, and so old may be what it has said.
_ANSWER_SECONDS = 1.0


class Driver:
    """Tasks in, outcomes out. Every method is called with ``lock`` held, once.

    lookout: tells how workers are, and tasks. tally: what was done so far.
    expects: so many others are about to issue something, or to be told; it is busy until then.
    """

    def __init__(
        self,
        backends: Sequence[tuple[Backend, int]],
        definitions: Callable[[Token], Blob],
        audience: Audience | None = None,
        *,
        lends: bool = True,
        most_bytes: float = math.inf,
        welcome: MakeWelcome | None = None,
        staffed: Callable[[], None] = lambda: None,
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        """backends: each with the number of its workers; they are started for the first task.

        definitions: the blob of a token that a task names.
        audience: hears of workers that come and go. lends: as of the machine.
        most_bytes: of definitions that a worker keeps; then each task names one of them at most.
        welcome: what workers are told whose calls may hand calls on; None: they may not.
        staffed: called when workers have come or gone, or will not come.
        ended: told why nothing is done any more, once.
        Raises: BackendError when there is no descriptor left for the loop.
        """
        self.lock = threading.RLock()
        self.tally = Tally()
        self._register = Register(self.tally)
        self._ledger = Ledger(self._defined, most_bytes)
        self._definitions = definitions
        patience = Patience(self._at_work, self._register.expected)
        self._clocks = Clocks(patience, self._frame_seconds)
        self._parting = Parting()
        told = audience or Audience()
        self._loop = _loop()
        self._pump = Pump(self.lock, self._loop, self._is_busy, self._round, self._fail)
        self._heard = Heard(
            self._register, self._ledger, self._clocks, self._parting, told, self.tell
        )
        self._staff = Staff(backends, self._heard, recalls=not lends)
        self._arena = Arena() if self._staff.shares and is_possible() else None
        self.keep: Keep = keep_here if self._arena is None else KeepOnce(self._arena)
        self._staffed = staffed
        self._ended = ended
        self._machine = Machine(self._staff.pools, lends=lends)
        self._hands = Hands(
            self._staff,
            self._machine,
            self._register,
            self._ledger,
            self._clocks,
            self._heard,
            self._loop,
            self._pump.hurry,
        )
        self._lender: Lender | None = None
        if welcome is not None:
            self._lender = Lender(self._register, told, self._hands, welcome)
            self._hands.lender = self._heard.lender = self._lender
        self.lookout = Lookout(
            self._staff, self._machine, self._register, self._ledger, patience, self.tally
        )
        self.hosts = self._heard.hosts
        self._settings: Settings | None = None
        self._turning = False
        self._due: Callable[[], None] | None = None
        self.expects = 0
        self.closed = self.is_forgotten = False
        self._why_closed = ""

    def _defined(self, token: Token) -> Blob:
        """The blob of a token that a task names, or a call of a call."""
        known = None if self._lender is None else self._lender.definition(token)
        return self._definitions(token) if known is None else known

    @property
    def entered(self) -> bool:
        """Whether the calling thread is inside of the driver already."""
        return self.lock._is_owned() or self._pump.entered  # type: ignore[attr-defined]  # noqa: SLF001

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be; hosts may have more cores than was known."""
        return self._hands.capacity

    def ask(self) -> None:
        """Hear what nobody has listened to; other hosts say how they are, if it takes not long."""
        if not self._turning:
            self._pump.glance()
        since = time.time() - _ANSWER_SECONDS
        self.expects += 1
        try:
            done = lambda: all(one.info.host.at >= since for one in self.lookout.workers())  # noqa: E731
            self.wait(done, _ANSWER_SECONDS)
        finally:
            self.expects -= 1

    def next_id(self) -> TaskId:
        return self._hands.next_id()

    def settings(self, blob: Blob) -> None:
        """The surroundings of all calls issued from now on."""
        self._settings = Settings(blob)

    def hire(self) -> None:
        """Start the workers: tasks are going to come."""
        self._happened(Foreseen())
        self._pump.attend()

    def muster(self) -> None:
        """Wait for the hosts that nothing is to be done without; usually there are none.

        Raises: WorkerLost, if one is not to be had.
        """
        self._pump.until(lambda: not self._staff.is_awaited)
        if self._heard.refusal:
            self._close_refused()
            raise errors.WorkerLost(self._why_closed)

    def foresee(self, due: Callable[[], None]) -> None:
        """Start the workers if it is not called off at once: what goes on here takes long.

        due: done then, too.
        """
        if not self.closed:
            self._due = due
            self._hands.set(self._clocks.foreseen, None, _LONG_SECONDS, Foreseen())
            self._pump.attend()

    def call_off(self) -> None:
        """What was foreseen did not come."""
        if self._clocks.foreseen.are_set:
            self._clocks.foreseen.call_off((None,))
            self._due = None

    def store(self, memory: memoryview) -> Stretch | None:
        """The bytes in memory that the workers see, if there is such and room in it."""
        return None if self._arena is None else self._arena.store([memory])

    def issue(self, tasks: Sequence[Task]) -> None:
        """Queue the tasks, and send what finds a worker; never blocks.

        They get lost at once where no worker can be had.
        """
        for task in tasks:
            self._register.add(task, self._settings)
        coroutines = frozenset(task.id for task in tasks if task.is_coroutine)
        limits = {task.id: task.limits for task in tasks if task.limits is not None}
        near = self._staff.near(tasks)
        only = {task.id: task.kind for task in tasks if task.kind is not None}
        seconds = {task.id: task.seconds for task in tasks}
        self._happened(Issued(seconds, coroutines, limits, near, only))
        if self.closed:
            self._lose_all(self._why_closed)
        else:
            self._pump.attend()

    def reclaim(self, task: Task) -> bool:
        """True: the task had not been started and is dropped; the caller makes the call."""
        if task.state is not TaskState.READY:
            return False
        self.drop((task,))
        return True

    def drop(self, tasks: Iterable[Task], grace_seconds: float = GRACE_SECONDS) -> None:
        """Nobody wants these tasks: queued ones are forgotten, running ones end unobserved.

        One that runs on nevertheless loses its worker after a grace.
        """
        dropped = [task for task in tasks if self._register.drop(task)]
        running = [task.id for task in dropped if task.state is TaskState.RUNNING]
        for task in dropped:
            task.state = TaskState.DROPPED
        if running:
            self._hands.give_grace(running, grace_seconds)
        if dropped:
            if self._lender is not None:
                self._lender.ended([task.id for task in dropped])
            self._happened(Dropped([task.id for task in dropped]))

    def lose(self, number: TaskId, why: str, grace_seconds: float = GRACE_SECONDS) -> bool:
        """Give up a task in its owner's stead, who hears that it got lost. False: there is none.

        One that runs on nevertheless loses its worker after a grace.
        """
        if (task := self._register.task(number)) is None:
            return False
        was_running = task.state is TaskState.RUNNING
        self._register.lose(number, why)
        if was_running:
            self._hands.give_grace([number], grace_seconds)
        if self._lender is not None:
            self._lender.ended([number])
        self._happened(Dropped([number]))
        return True

    def kill(self, worker: WorkerId) -> bool:
        """End a worker, as if it had died. False: there is none.

        Raises: NotImplementedError, if it is a thread.
        """
        if worker not in self._ledger.workers:
            return False
        self._hands.carry_out(Kill(worker))
        self._pump.attend()
        return True

    def want(self, task: Task) -> None:
        """The task runs before everything else, if it is still queued."""
        if task.state is TaskState.READY:
            self._happened(Wanted(task.id))

    def wait(self, done: Callable[[], bool], seconds: float | None = None) -> None:
        """Return when `done`, or when nothing is left that could bring it about.

        Or after so many seconds. The lock is released while there is nothing to do; `done` is
        called with it held.
        """
        if seconds is None:
            self._pump.until(done)
            return
        end = perf_counter() + seconds
        me = object()
        self._hands.set(self._clocks.waits, me, seconds, Waited())
        try:
            self._pump.until(lambda: done() or perf_counter() >= end)
        finally:
            self._clocks.waits.call_off((me,))

    def tell(self) -> None:
        """Let those who wait look whether that is there by now, though nothing was settled."""
        self._pump.tell()

    def close(self, why: str = "the workers were shut down") -> None:
        """End all workers and threads; tasks that are left get lost, for that reason."""
        if self.closed:
            return
        self._why_closed = self._why_closed or why
        self.closed = True
        if self._lender is not None:
            self._lender.close()
        with ExitStack() as ends:  # each comes to its end, whatever becomes of the others
            if self._arena is not None:
                ends.callback(self._arena.close)
            ends.callback(self._loop.close)
            for end in reversed(self._staff.closings()):
                ends.callback(end)
            ends.callback(self._pump.close)
            self._lose_all(self._why_closed)
            self._ended(self._why_closed)

    def rest(self) -> None:
        """A fork is about to happen: no thread of the driver's own runs meanwhile.

        Takes the lock itself.
        """
        if self._enter():
            with ExitStack() as left:
                left.callback(self.lock.release)
                self._pump.rest()

    def resume(self) -> None:
        """The fork has happened. Takes the lock itself."""
        if self._enter():
            with ExitStack() as left:
                left.callback(self.lock.release)
                if self._machine.busy:
                    self._pump.attend()

    def _enter(self) -> bool:
        """Take the lock; False if that is not to be waited for.

        Who closes has it, and may wait for an engine that is just starting processes.
        """
        while not self.entered and not self.closed:
            if self.lock.acquire(timeout=_TURN_SECONDS):
                return True
        return False

    def forget(self) -> None:
        """In a forked child: close the descriptors and say nothing."""
        self.closed = self.is_forgotten = True
        self._staff.forget()
        self._loop.close()
        if self._arena is not None:
            self._arena.close()

    def whole(self) -> Whole:
        """What is begun within it is done, or nothing is any more: a signal may cut it short."""
        return Whole(self._fail)

    def _fail(self, error: BaseException) -> None:
        """Nobody knows what was done and what was not: end it all, so that nobody waits for it.

        What has brought it about, too deep a recursion, is not to keep it from coming to its end.
        """
        if self.closed:
            return
        most_frames = sys.getrecursionlimit()
        sys.setrecursionlimit(most_frames + FRAMES_TO_CLOSE)
        try:
            self._why_closed = f"the driver failed: {error!r}"
            self.close()
        finally:
            sys.setrecursionlimit(most_frames)

    def _is_busy(self) -> bool:
        has_time = not (self._clocks.foreseen.are_set or self.expects or self._parting)
        return self._machine.busy or not has_time

    def _happened(self, event: Event) -> None:
        self._heard.events.append(event)
        if not self._turning:
            self._turn()

    def _turn(self) -> None:
        """Let the machine decide, carry it out, settle tasks, until nothing is left to be done."""
        if self._turning or self.closed:
            return
        with self.whole():
            self._turning = True
            try:
                while self._heard.events or self._register.settled:
                    events, self._heard.events = self._heard.events, []
                    for command in self._machine.handle(events):
                        self._hands.carry_out(command)
                    self._settle()
                    if self._heard.has_changed:
                        self._tell_staffed()
            finally:
                self._turning = False

    def _tell_staffed(self) -> None:
        self._heard.has_changed = False
        self._staffed()
        self._pump.tell()

    def _round(self) -> float | None:
        """After each round of I/O; the seconds until there is something to do without any."""
        if self._heard.refusal:
            self._close_refused()
            return None
        due = self._clocks.due()
        self._heard.events += due
        for event in due:
            if type(event) is Waited:
                self._pump.tell()
            elif type(event) is Mute and self._lender is not None:
                self._lender.lose_patience(event.place)
        self._turn()
        if self._due is not None and not self._clocks.foreseen.are_set:
            long, self._due = self._due, None
            long()
        return self._clocks.seconds

    def _close_refused(self) -> None:
        """A host is not to be had without which nothing is to be done."""
        self._why_closed = self._heard.refusal
        self.close()

    def _settle(self) -> None:
        """Tell the owners of the tasks; what they issue in answer is sent together."""
        if not self._register.settled:
            return
        settled, self._register.settled = self._register.settled, []
        for task in settled:
            task.settle(task)
        self._pump.tell()

    def _frame_seconds(self, worker: WorkerId) -> float:
        return self._staff.frame_seconds(worker)

    def _at_work(self) -> Iterable[tuple[WorkerId, TaskId]]:
        """Asked now and then while there is anybody at work."""
        self.tally.look()
        return self._machine.at_work()

    def _lose_all(self, why: str) -> None:
        for number in self._register:
            self._register.lose(number, why, deadly=bool(self._heard.refusal))
        self._settle()


def _loop() -> SelectorLoop:
    """Raises: BackendError."""
    try:
        return SelectorLoop()
    except OSError as error:
        raise errors.BackendError(f"no I/O loop can be had: {error}") from error
