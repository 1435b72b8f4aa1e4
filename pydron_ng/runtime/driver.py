"""Carries out what the state machine decides, and tells it what happened."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import NamedTuple

from pydron_ng.backends.base import (
    Backend,
    Blob,
    Call,
    Define,
    Frame,
    Settings,
    TaskId,
    Token,
    WorkerId,
)
from pydron_ng.errors import BackendError
from pydron_ng.runtime.loop import SelectorLoop
from pydron_ng.runtime.pump import Pump
from pydron_ng.runtime.state import (
    Command,
    Dropped,
    Event,
    Finished,
    GiveUp,
    Issued,
    Kill,
    Machine,
    Overdue,
    Pool,
    Start,
    StartFailed,
    StartWorkers,
    Wanted,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.task import Task, TaskState

#: After that a worker that runs a call which nobody wants is ended, and another one started.
_GRACE_SECONDS = 1.0


class _Entry(NamedTuple):
    """A task that is queued or running, and the settings that were in force when it was issued."""

    task: Task
    settings: Settings | None


class _Known:
    """What a worker has been sent."""

    __slots__ = ("settings", "tokens")

    def __init__(self) -> None:
        self.tokens: set[Token] = set()
        self.settings: Settings | None = None


class Driver:
    """Tasks in, outcomes out. Every method is called with ``lock`` held, once."""

    def __init__(
        self, backends: Sequence[tuple[Backend, int]], definitions: Callable[[Token], Blob]
    ) -> None:
        """backends: each with the number of its workers; they are started for the first task.

        definitions: the blob of a token that a task names.
        Raises: BackendError when there is no descriptor left for the loop.
        """
        self.lock = threading.RLock()
        self.capacity = sum(workers for _, workers in backends)
        self._backends = [backend for backend, _ in backends]
        self._definitions = definitions
        self._machine = Machine(
            [Pool(workers, backend.capabilities.kill) for backend, workers in backends]
        )
        self._ids = map(TaskId, count())
        self._tasks: dict[TaskId, _Entry] = {}
        self._known: dict[WorkerId, _Known] = {}
        self._settings: Settings | None = None
        self._events: list[Event] = []
        self._settled: list[Task] = []
        self._turning = False
        self._dropped: deque[tuple[float, list[TaskId]]] = deque()  # while running; and when
        self.closed = False
        self._why_closed = "the workers were shut down"
        try:
            self._loop = SelectorLoop()
        except OSError as error:
            raise BackendError(f"no I/O loop can be had: {error}") from error
        self._pump = Pump(self.lock, self._loop, self._is_busy, self._round, self._fail)

    @property
    def entered(self) -> bool:
        """Whether the calling thread is inside of the driver already."""
        return self.lock._is_owned() or self._pump.entered  # type: ignore[attr-defined]  # noqa: SLF001

    def next_id(self) -> TaskId:
        return next(self._ids)

    def settings(self, blob: Blob) -> None:
        """The surroundings of all calls issued from now on."""
        self._settings = Settings(blob)

    def issue(self, tasks: Sequence[Task]) -> None:
        """Queue the tasks, and send what finds a worker; never blocks.

        They get lost at once where no worker can be had.
        """
        for task in tasks:
            self._tasks[task.id] = _Entry(task, self._settings)
        self._happened(Issued({task.id: task.seconds for task in tasks}))
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

    def drop(self, tasks: Iterable[Task]) -> None:
        """Nobody wants these tasks: queued ones are forgotten, running ones end unobserved.

        One that runs on nevertheless loses its worker after a grace.
        """
        dropped = [task for task in tasks if self._tasks.pop(task.id, None) is not None]
        running = [task.id for task in dropped if task.state is TaskState.RUNNING]
        for task in dropped:
            task.state = TaskState.DROPPED
        if running:
            self._dropped.append((time.monotonic(), running))
            self._pump.hurry(_GRACE_SECONDS)
        if dropped:
            self._happened(Dropped([task.id for task in dropped]))

    def want(self, task: Task) -> None:
        """The task runs before everything else, if it is still queued."""
        if task.state is TaskState.READY:
            self._happened(Wanted(task.id))

    def wait(self, done: Callable[[], bool]) -> None:
        """Return when `done`, or when nothing is left that could bring it about.

        The lock is released while there is nothing to do; `done` is called with it held.
        """
        self._pump.until(done)

    def close(self) -> None:
        """End all workers and threads; tasks that are left get lost."""
        if self.closed:
            return
        self.closed = True
        self._lose_all(self._why_closed)
        self._pump.close()
        for backend in self._backends:
            backend.close()
        self._loop.close()

    def rest(self) -> None:
        """A fork is about to happen: no thread of the driver's own runs meanwhile."""
        self._pump.rest()

    def resume(self) -> None:
        """The fork has happened."""
        if self._machine.busy and not self.closed:
            self._pump.attend()

    def forget(self) -> None:
        """In a forked child: close the descriptors and say nothing."""
        self.closed = True
        for backend in self._backends:
            backend.forget()
        self._loop.close()

    def _fail(self, error: BaseException) -> None:
        """The background thread cannot go on: end it all, so that nobody waits for it."""
        self._why_closed = f"the driver failed: {error!r}"
        self.close()

    def _is_busy(self) -> bool:
        return self._machine.busy

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
        finally:
            self._turning = False

    def _round(self) -> float | None:
        """After each round of I/O; the seconds until there is something to do without any."""
        while self._dropped and time.monotonic() - self._dropped[0][0] >= _GRACE_SECONDS:
            self._events.append(Overdue(self._dropped.popleft()[1]))
        self._turn()
        return _GRACE_SECONDS if self._dropped else None

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
            case StartWorkers(pool, workers):
                self._backends[pool].start(workers, self._reporter(pool), self._loop)
            case GiveUp(task, why, deadly):
                self._lose(task, why, deadly=deadly)
            case Kill(worker):
                pool, number = self._place(worker)
                self._backends[pool].kill(number)

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
                    known.tokens.add(token)
                    frames.append(Define(token, self._definitions(token)))
            frames.append(Call(number, task.blob))
            task.state = TaskState.RUNNING
        pool, number_there = self._place(worker)
        self._backends[pool].submit(number_there, frames)

    def _lose(self, number: TaskId, why: str, *, deadly: bool = False) -> None:
        if (entry := self._tasks.pop(number, None)) is not None:
            task = entry.task
            task.deadly = deadly
            task.lost = f"{task.label()}: {why}"
            task.state = TaskState.SETTLED
            self._settled.append(task)

    def _lose_all(self, why: str) -> None:
        for number in list(self._tasks):
            self._lose(number, why)
        self._settle()

    def _reporter(self, pool: int) -> _Reporter:
        return _Reporter(self, pool)

    def worker(self, pool: int, number: WorkerId) -> WorkerId:
        """The worker's number among those of all backends."""
        return WorkerId(number * len(self._backends) + pool)

    def _place(self, worker: WorkerId) -> tuple[int, WorkerId]:
        number, pool = divmod(worker, len(self._backends))
        return pool, WorkerId(number)

    def joined(self, worker: WorkerId, pool: int) -> None:
        self._known[worker] = _Known()
        self._events.append(WorkerJoined(worker, pool))

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        for number, blob in outcomes:
            if (entry := self._tasks.pop(number, None)) is not None:
                entry.task.outcome = blob
                entry.task.state = TaskState.SETTLED
                self._settled.append(entry.task)
        self._events.append(Finished(worker, [number for number, _ in outcomes]))

    def lost(self, worker: WorkerId, why: str) -> None:
        self._known.pop(worker, None)
        self._events.append(WorkerLost(worker, why))

    def unstarted(self, pool: int, workers: int, why: str) -> None:
        self._events.append(StartFailed(pool, workers, why))


class _Reporter:
    """The driver as one of its backends sees it."""

    __slots__ = ("_driver", "_pool")

    def __init__(self, driver: Driver, pool: int) -> None:
        self._driver = driver
        self._pool = pool

    def joined(self, worker: WorkerId) -> None:
        self._driver.joined(self._driver.worker(self._pool, worker), self._pool)

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        self._driver.finished(self._driver.worker(self._pool, worker), outcomes)

    def lost(self, worker: WorkerId, reason: str) -> None:
        self._driver.lost(self._driver.worker(self._pool, worker), reason)

    def unstarted(self, count: int, reason: str) -> None:
        self._driver.unstarted(self._pool, count, reason)
