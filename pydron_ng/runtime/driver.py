"""Carries out what the state machine decides, and tells it what happened."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from time import perf_counter
from typing import NamedTuple

from pydron_ng import errors
from pydron_ng.backends.base import (
    Backend,
    Blob,
    Call,
    Cancel,
    Define,
    Frame,
    Settings,
    TaskId,
    Token,
    WorkerId,
)
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.events import Joined, Lost
from pydron_ng.memory.arena import Arena, is_possible
from pydron_ng.memory.segment import Stretch
from pydron_ng.runtime import messages
from pydron_ng.runtime.alarms import Alarms
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.messages import (
    Coming,
    Command,
    Dropped,
    Event,
    Finished,
    Foreseen,
    GiveUp,
    Issued,
    Kill,
    Late,
    Overdue,
    Redundant,
    Returned,
    Stalled,
    Start,
    StartFailed,
    StartWorkers,
    TakeBack,
    Waited,
    Wanted,
    Watch,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.parting import Parting
from pydron_ng.runtime.patience import LOOK_SECONDS, Patience
from pydron_ng.runtime.pump import Pump
from pydron_ng.runtime.staff import Staff
from pydron_ng.runtime.state import Machine
from pydron_ng.runtime.status import AtWork, Status, at_work, status_of
from pydron_ng.runtime.tally import Tally
from pydron_ng.runtime.task import NOBODY, Task, TaskState
from pydron_ng.values.keep import Keep, KeepOnce, keep_here
from pydron_ng.values.recent import Recent

#: After that a worker that runs a call which nobody wants is ended, and another one started.
_GRACE_SECONDS = 1.0
#: A call that takes so long while others of its kind wait is worth sending, and so are these.
_LONG_SECONDS = 0.005
#: So long a fork waits for its turn before it asks whether there will be one.
_TURN_SECONDS = 0.1
#: Short tasks that were sent together take a fraction of that, as far as anybody knows; in frames.
_QUIET_FRAMES = 50
#: So long another host has time to say how it is, and so old may be what it has said.
_ANSWER_SECONDS = 1.0


class _Entry(NamedTuple):
    """A task that is queued or running, and the settings that were in force when it was issued."""

    task: Task
    settings: Settings | None


class _Known:
    """What a worker has been sent. tasks: how many it has not answered."""

    __slots__ = ("settings", "tasks", "tokens")

    def __init__(self, most_bytes: float) -> None:
        self.tasks = 0
        self.tokens = Recent(most_bytes)
        self.settings: Settings | None = None


class Driver:
    """Tasks in, outcomes out. Every method is called with ``lock`` held, once.

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
        staffed: Callable[[], None] = lambda: None,
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        """backends: each with the number of its workers; they are started for the first task.

        definitions: the blob of a token that a task names.
        audience: hears of workers that come and go. lends: as of the machine.
        most_bytes: of definitions that a worker keeps; then each task names one of them at most.
        staffed: called when workers have come or gone, or will not come.
        ended: told why nothing is done any more, once.
        Raises: BackendError when there is no descriptor left for the loop.
        """
        self.lock = threading.RLock()
        self._staff = Staff(backends, self)
        self._arena = Arena() if self._staff.shares and is_possible() else None
        self.keep: Keep = keep_here if self._arena is None else KeepOnce(self._arena)
        self._definitions = definitions
        self._most_bytes = most_bytes
        self._audience = audience or Audience()
        self._staffed = staffed
        self._ended = ended
        self._machine = Machine(self._staff.pools, lends=lends)
        self.hosts: dict[WorkerId, str] = {}
        self._ids = map(TaskId, count())
        self._tasks: dict[TaskId, _Entry] = {}
        self._known: dict[WorkerId, _Known] = {}
        self._settings: Settings | None = None
        self._events: list[Event] = []
        self._settled: list[Task] = []
        self._turning = self._has_changed = False
        self.expects = 0
        self.tally = Tally()
        self._parting = Parting()
        self._grace = Alarms[int]()  # for running tasks that nobody wants
        self._watched = Alarms[TaskId]()
        self._quiet = Alarms[WorkerId]()  # since they were last heard of
        self._foreseen = Alarms[None]()
        self._waits = Alarms[object]()  # of those who do not wait for ever
        self._patience = Patience(self._at_work, self._expected)
        self._alarms = (
            self._grace,
            self._watched,
            self._quiet,
            self._foreseen,
            self._patience,
            self._waits,
        )
        self.closed = self.is_forgotten = False
        self._why_closed = ""
        self._is_refused = False
        try:
            self._loop = SelectorLoop()
        except OSError as error:
            raise errors.BackendError(f"no I/O loop can be had: {error}") from error
        self._pump = Pump(self.lock, self._loop, self._is_busy, self._round, self._fail)

    @property
    def entered(self) -> bool:
        """Whether the calling thread is inside of the driver already."""
        return self.lock._is_owned() or self._pump.entered  # type: ignore[attr-defined]  # noqa: SLF001

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be; hosts may have more cores than was known."""
        return self._machine.workers

    def seen(self) -> tuple[list[Task], int]:
        """The tasks that are queued or running, and how many workers have any; needs no lock."""
        busy = sum(known.tasks > 0 for known in list(self._known.values()))
        return [entry.task for entry in list(self._tasks.values())], busy

    def ask(self) -> None:
        """Hear what nobody has listened to; other hosts say how they are, if it takes not long."""
        if not self._turning:
            self._pump.glance()
        since = time.time() - _ANSWER_SECONDS
        self.expects += 1
        try:
            done = lambda: all(one.info.host.at >= since for one in self.workers())  # noqa: E731
            self.wait(done, _ANSWER_SECONDS)
        finally:
            self.expects -= 1

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        """How a worker is, as far as is known by now; None: it is no more."""
        return self._staff.info(worker)

    def workers(self) -> list[AtWork]:
        """How each worker is, as far as is known, and what it is at."""
        running = self._machine.running
        infos = {worker: self.info(worker) for worker in self._known}
        return [
            at_work(info, self._wanted(running.get(worker, ())), self._patience.elapsed(worker))
            for worker, info in infos.items()
            if info is not None
        ]

    def _wanted(self, numbers: Iterable[TaskId]) -> list[Task]:
        """Those of the tasks that somebody wants."""
        return [self._tasks[number].task for number in numbers if number in self._tasks]

    def status(self) -> Status:
        """All that there is to be told of workers and calls."""
        return status_of(self.workers(), self._wanted(self._tasks), self.tally)

    def next_id(self) -> TaskId:
        return next(self._ids)

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
        if self._is_refused:
            self.close()
            raise errors.WorkerLost(self._why_closed)

    def foresee(self) -> None:
        """Start the workers if it is not called off at once: what goes on here takes long."""
        if not self._machine.has_hired and not self.closed:
            self._foreseen.set(None, _LONG_SECONDS, Foreseen())
            self._pump.hurry(_LONG_SECONDS)
            self._pump.attend()

    def call_off(self) -> None:
        """What was foreseen did not come."""
        self._foreseen.call_off((None,))

    def store(self, memory: memoryview) -> Stretch | None:
        """The bytes in memory that the workers see, if there is such and room in it."""
        return None if self._arena is None else self._arena.store([memory])

    def issue(self, tasks: Sequence[Task]) -> None:
        """Queue the tasks, and send what finds a worker; never blocks.

        They get lost at once where no worker can be had.
        """
        for task in tasks:
            self._tasks[task.id] = _Entry(task, self._settings)
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

    def drop(self, tasks: Iterable[Task], grace_seconds: float = _GRACE_SECONDS) -> None:
        """Nobody wants these tasks: queued ones are forgotten, running ones end unobserved.

        One that runs on nevertheless loses its worker after a grace.
        """
        dropped = [task for task in tasks if self._tasks.pop(task.id, None) is not None]
        running = [task.id for task in dropped if task.state is TaskState.RUNNING]
        for task in dropped:
            task.state = TaskState.DROPPED
        if running:
            self._give_grace(running, grace_seconds)
        if dropped:
            self._happened(Dropped([task.id for task in dropped]))

    def _give_grace(self, running: Sequence[TaskId], seconds: float = _GRACE_SECONDS) -> None:
        self._grace.set(running[0], seconds, Overdue(running))
        self._pump.hurry(seconds)

    def lose(self, number: TaskId, why: str, grace_seconds: float = _GRACE_SECONDS) -> bool:
        """Give up a task in its owner's stead, who hears that it got lost. False: there is none.

        One that runs on nevertheless loses its worker after a grace.
        """
        if (entry := self._tasks.get(number)) is None:
            return False
        was_running = entry.task.state is TaskState.RUNNING
        self._lose(number, why)
        if was_running:
            self._give_grace([number], grace_seconds)
        self._happened(Dropped([number]))
        return True

    def kill(self, worker: WorkerId) -> bool:
        """End a worker, as if it had died. False: there is none.

        Raises: NotImplementedError, if it is a thread.
        """
        if worker not in self._known:
            return False
        self._carry_out(Kill(worker))
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
        self._waits.set(me, seconds, Waited())
        self._pump.hurry(seconds)
        try:
            self._pump.until(lambda: done() or perf_counter() >= end)
        finally:
            self._waits.call_off((me,))

    def tell(self) -> None:
        """Let those who wait look whether that is there by now, though nothing was settled."""
        self._pump.tell()

    def close(self, why: str = "the workers were shut down") -> None:
        """End all workers and threads; tasks that are left get lost, for that reason."""
        if self.closed:
            return
        self._why_closed = self._why_closed or why
        self.closed = True
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

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What is begun here is done, or nothing is any more: a signal may have cut it short."""
        try:
            yield
        except GeneratorExit:  # cut short before anything was begun
            raise
        except BaseException as error:
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
        """Nobody knows what was done and what was not: end it all, so that nobody waits for it."""
        if not self.closed:
            self._why_closed = f"the driver failed: {error!r}"
            self.close()

    def _is_busy(self) -> bool:
        has_time = not (self._foreseen.are_set or self.expects or self._parting)
        return self._machine.busy or not has_time

    def _happened(self, event: Event) -> None:
        self._events.append(event)
        if not self._turning:
            self._turn()

    def _turn(self) -> None:
        """Let the machine decide, carry it out, settle tasks, until nothing is left to be done."""
        if self._turning or self.closed:
            return
        self._turning = True
        try:
            while self._events or self._settled:
                events, self._events = self._events, []
                for command in self._machine.handle(events):
                    self._carry_out(command)
                self._settle()
                self._tell_staffed()
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            self._turning = False

    def _tell_staffed(self) -> None:
        if self._has_changed:
            self._has_changed = False
            self._staffed()
            self._pump.tell()

    def _round(self) -> float | None:
        """After each round of I/O; the seconds until there is something to do without any."""
        if self._is_refused:
            self.close()
            return None
        for alarms in self._alarms:
            if alarms.are_set:
                self._events += alarms.due()
        if any(type(event) is Waited for event in self._events):
            self._pump.tell()
        self._turn()
        return min((a.seconds for a in self._alarms if a.seconds is not None), default=None)

    def _settle(self) -> None:
        """Tell the owners of the tasks; what they issue in answer is sent together."""
        if not self._settled:
            return
        settled, self._settled = self._settled, []
        for task in settled:
            task.settle(task)
        self._pump.tell()

    def _carry_out(self, command: Command) -> None:
        match command:
            case Start(worker, tasks):
                self._start(worker, tasks)
            case Watch(worker, task, seconds):
                self._watched.set(task, seconds, Late(worker, task))
                self._pump.hurry(seconds)
            case StartWorkers(pool, workers):
                self._staff.start(pool, workers, self._loop)
            case GiveUp(task, why, deadly, late):
                self._lose(task, why, deadly=deadly, late=late)
            case Kill(worker):
                self._staff.kill(worker)
            case TakeBack(worker):
                self._staff.take_back(worker)
            case Redundant(done):
                self._give_grace(done)
            case messages.Cancel(worker, task):
                self._staff.submit(worker, [Cancel(task)])

    def _start(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        known = self._known[worker]
        frames: list[Frame] = []
        for number in tasks:
            task, settings = self._tasks[number]
            if settings is not known.settings and settings is not None:
                known.settings = settings
                frames.append(settings)
            for token in task.tokens:
                if token not in known.tokens:
                    definition = Define(token, self._definitions(token))
                    known.tokens.add(token, sum(map(len, definition.blob)))
                    frames.append(definition)
            frames.append(Call(number, task.blob))
            task.state = TaskState.RUNNING
            task.worker = worker
        if not known.tasks and self._patience.begins(worker):
            self._pump.hurry(LOOK_SECONDS)
        known.tasks += len(tasks)
        if known.tasks > 1:
            self._pump.hurry(self._expect_to_hear(worker))
        self._staff.submit(worker, frames)

    def _expect_to_hear(self, worker: WorkerId) -> float:
        """Of the short tasks that it has; so many seconds from now they are taken to be long."""
        seconds = _QUIET_FRAMES * self._staff.frame_seconds(worker)
        self._quiet.set(worker, seconds, Stalled(worker))
        return seconds

    def _lose(self, number: TaskId, why: str, *, deadly: bool = False, late: bool = False) -> None:
        if (entry := self._tasks.pop(number, None)) is not None:
            task = entry.task
            task.deadly, task.was_late = deadly, late
            task.lost = f"{task.label()}: {why}"
            self.tally.done += task.size
            self.tally.fail(task.label(), why, task.size)
            task.state = TaskState.SETTLED
            self._settled.append(task)

    def _lose_all(self, why: str) -> None:
        for number in list(self._tasks):
            self._lose(number, why, deadly=self._is_refused)
        self._settle()

    def joined(self, worker: WorkerId, pool: int, host: str) -> None:
        self._known[worker] = _Known(self._most_bytes)
        self.hosts[worker] = host
        self._has_changed = True
        self._events.append(WorkerJoined(worker, pool, host))
        if (tell := self._audience.tell) is not None:
            tell(Joined(worker, host, perf_counter()))

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        if self._parting:
            outcomes = self._parting.take(outcomes)
            self._pump.tell()
        ended = [number for number, _ in outcomes]
        elapsed = self._patience.elapsed(worker)
        if (known := self._known.get(worker)) is not None:
            known.tasks -= len(ended)
            self._patience.begins(worker) if known.tasks else self._patience.rests(worker)
        for number, blob in outcomes:
            if (entry := self._tasks.pop(number, None)) is not None:
                entry.task.outcome = blob
                entry.task.elapsed = elapsed
                entry.task.worker = worker
                self.tally.done += entry.task.size
                entry.task.state = TaskState.SETTLED
                self._settled.append(entry.task)
        if self._quiet.are_set and worker in self._quiet:
            self._expect_to_hear(worker)
        if self._watched.are_set:
            self._watched.call_off(ended)
        self._events.append(Finished(worker, ended))

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        if (known := self._known.get(worker)) is not None:
            known.tasks -= len(tasks)
        for number in tasks:
            if (entry := self._tasks.get(number)) is not None:
                entry.task.state = TaskState.READY
                entry.task.worker = NOBODY
        self._events.append(Returned(worker, tasks))

    def _at_work(self) -> Iterable[tuple[WorkerId, TaskId]]:
        """Asked now and then while there is anybody at work."""
        self.tally.look()
        return self._machine.at_work()

    def _expected(self, number: TaskId) -> float:
        """Seconds; 0.0: nobody knows, or it has just ended."""
        entry = self._tasks.get(number)
        return 0.0 if entry is None else entry.task.expected

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        """Tell the owners of the tasks; and a worker that speaks is alive."""
        for number, remark in remarks:
            if (entry := self._tasks.get(number)) is not None:
                entry.task.remark(remark)
        self.finished(worker, ())
        self._pump.tell()

    def lost(self, worker: WorkerId, why: str, *, with_host: bool) -> None:
        self._known.pop(worker, None)
        self._quiet.call_off((worker,))
        self._patience.rests(worker)
        if self._parting:
            self._parting.lose(worker, why)
            self._pump.tell()
        self._has_changed = True
        self._events.append(WorkerLost(worker, why, with_host))
        if (tell := self._audience.tell) is not None:
            tell(Lost(worker, why, perf_counter()))

    def coming(self, pool: int, workers: int) -> None:
        self._events.append(Coming(pool, workers))

    def unstarted(self, pool: int, workers: int, why: str) -> None:
        self._has_changed = True
        self._events.append(StartFailed(pool, workers, why))

    def refused(self, why: str) -> None:
        """A worker that the user cannot do without is not to be had: no call is made any more."""
        self._why_closed, self._is_refused = why, True
