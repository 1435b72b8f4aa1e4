"""Which worker runs which task, and when: events in, commands out, and nothing else.

No clock, no threads, no sockets. Times are those that tasks were expected to take.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydron_ng.backends.base import TaskId, WorkerId

#: A task expected to take less may be sent to a worker that still has less than that to do.
SHORT_SECONDS = 0.002
#: Expected work in one frame.
FRAME_SECONDS = 0.001
FRAME_TASKS = 256
#: A task that was running when so many workers died is not run again.
MAX_DEATHS = 3
#: So many workers failing to start, one after the other: no more are started.
MAX_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Issued:
    """Tasks to run, in this order, and the seconds that each is expected to take (0.0: unknown)."""

    tasks: Mapping[TaskId, float]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody wants these tasks any more; one that was started goes on, unheard."""

    tasks: Sequence[TaskId]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody waits for this task: it goes before all others."""

    task: TaskId


@dataclass(frozen=True, slots=True)
class Finished:
    worker: WorkerId
    tasks: Sequence[TaskId]


@dataclass(frozen=True, slots=True)
class WorkerJoined:
    worker: WorkerId
    pool: int  # which of the pools that the machine was made for


@dataclass(frozen=True, slots=True)
class WorkerLost:
    worker: WorkerId
    why: str


@dataclass(frozen=True, slots=True)
class StartFailed:
    """`count` workers of the pool will not join."""

    pool: int
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """These tasks were dropped a while ago; workers that still run one are to be had back."""

    tasks: Sequence[TaskId]


@dataclass(frozen=True, slots=True)
class Start:
    worker: WorkerId
    tasks: Sequence[TaskId]


@dataclass(frozen=True, slots=True)
class StartWorkers:
    pool: int
    count: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The task will not be run (again)."""

    task: TaskId
    why: str
    deadly: bool = False  # it killed its workers, every time


@dataclass(frozen=True, slots=True)
class Kill:
    worker: WorkerId


Event = Issued | Dropped | Wanted | Finished | WorkerJoined | WorkerLost | StartFailed | Overdue
Command = Start | StartWorkers | GiveUp | Kill


@dataclass(frozen=True, slots=True)
class Pool:
    """The workers of one backend."""

    workers: int
    can_kill: bool  # else a worker that runs for ever is left to itself


@dataclass(slots=True)
class _Seat:
    """A worker and the tasks that were sent to it, in the order in which it runs them."""

    pool: int
    tasks: dict[TaskId, float] = field(default_factory=dict)
    load: float = 0.0  # expected seconds of what it has; infinite where one of them is unknown
    proven: bool = False  # it has finished a task

    def add(self, task: TaskId, seconds: float) -> None:
        self.tasks[task] = seconds
        self.load += seconds if _is_short(seconds) else math.inf

    def remove(self, task: TaskId) -> None:
        seconds = self.tasks.pop(task)
        self.load = self.load - seconds if self.tasks else 0.0


class Machine:
    """The queue and the workers. ``handle`` is its only door."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        """Workers are started for the first task."""
        self._pools = tuple(pools)
        self._capacity = sum(pool.workers for pool in pools)
        self._seats: dict[WorkerId, _Seat] = {}
        self._idle: dict[WorkerId, None] = {}
        self._queued: dict[TaskId, float] = {}
        self._order: deque[TaskId] = deque()  # may name tasks that are queued no more
        self._urgent: deque[TaskId] = deque()  # likewise; runs before the others
        self._unwanted: set[TaskId] = set()  # dropped while running
        self._deaths: dict[TaskId, int] = {}
        self._alone: TaskId | None = None
        self._started = False
        self._starting = 0
        self._failures = 0
        self._broken = ""  # why no worker can be had
        self._commands: list[Command] = []

    @property
    def busy(self) -> bool:
        """Whether anything is to be heard from a worker."""
        return bool(self._queued or self._starting) or len(self._idle) < len(self._seats)

    def handle(self, events: Iterable[Event]) -> list[Command]:
        """What is to be done now that all of this has happened."""
        for event in events:
            self._note(event)
        self._dispatch()
        commands, self._commands = self._commands, []
        return commands

    def _note(self, event: Event) -> None:
        match event:
            case Issued(tasks):
                self._issue(tasks)
            case Finished(worker, finished):
                self._finish(worker, finished)
            case Dropped(dropped):
                self._drop(dropped)
            case Wanted(task):
                self._urgent.appendleft(task)
            case WorkerJoined(worker, pool):
                self._join(worker, pool)
            case WorkerLost(worker, why):
                self._lose(worker, why)
            case StartFailed(pool, count, why):
                self._fail(pool, count, why)
            case Overdue(overdue):
                self._free(overdue)

    def _issue(self, tasks: Mapping[TaskId, float]) -> None:
        self._queued.update(tasks)
        self._order.extend(tasks)
        if self._broken:
            self._give_up_all()
        elif not self._started:
            self._started = True
            for number, pool in enumerate(self._pools):
                self._start_workers(number, pool.workers)

    def _start_workers(self, pool: int, count: int) -> None:
        if count:
            self._starting += count
            self._commands.append(StartWorkers(pool, count))

    def _finish(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        if (seat := self._seats.get(worker)) is None:
            return
        seat.proven = True
        self._failures = 0
        for task in tasks:
            seat.remove(task)
            self._forget(task)
        if not seat.tasks:
            self._idle[worker] = None

    def _forget(self, task: TaskId) -> None:
        """Nothing more will happen to the task."""
        self._unwanted.discard(task)
        if self._deaths:
            self._deaths.pop(task, None)
        if task == self._alone:
            self._alone = None

    def _drop(self, tasks: Sequence[TaskId]) -> None:
        for task in tasks:
            if self._queued.pop(task, None) is None:
                self._unwanted.add(task)
            else:
                self._forget(task)

    def _join(self, worker: WorkerId, pool: int) -> None:
        self._starting -= 1
        self._seats[worker] = _Seat(pool)
        self._idle[worker] = None

    def _lose(self, worker: WorkerId, why: str) -> None:
        """Its tasks run again, before all others, each by itself: one of them may be the cause."""
        if (seat := self._seats.pop(worker, None)) is None:
            return
        self._idle.pop(worker, None)
        running = next(iter(seat.tasks), None)
        again = [task for task in seat.tasks if self._may_run_again(task, task == running, why)]
        self._queued.update(dict.fromkeys(again, 0.0))
        self._urgent.extendleft(reversed(again))
        if running is None and not seat.proven:
            self._failures += 1
        self._replace(seat.pool, 1, why)

    def _free(self, overdue: Sequence[TaskId]) -> None:
        """Take workers away from tasks that nobody wants; what was sent after those runs again."""
        late = self._unwanted.intersection(overdue)
        hogs = [w for w, seat in self._seats.items() if next(iter(seat.tasks), None) in late]
        for worker in hogs:
            if self._pools[self._seats[worker].pool].can_kill:
                self._commands.append(Kill(worker))
            else:
                self._lose(worker, "it runs a call that nobody wants any more")

    def _may_run_again(self, task: TaskId, was_running: bool, why: str) -> bool:
        if task == self._alone:
            self._alone = None
        if task in self._unwanted:
            self._forget(task)
            return False
        if was_running:
            deaths = self._deaths[task] = self._deaths.get(task, 0) + 1
            if deaths == MAX_DEATHS:
                self._give_up(
                    task,
                    f"{deaths} workers died of it, the last one alone on the machine: {why}",
                    deadly=True,
                )
                return False
        return True

    def _give_up(self, task: TaskId, why: str, *, deadly: bool = False) -> None:
        self._forget(task)
        self._commands.append(GiveUp(task, why, deadly))

    def _give_up_all(self) -> None:
        for task in self._queued:
            self._give_up(task, self._broken)
        self._queued.clear()
        self._order.clear()
        self._urgent.clear()

    def _fail(self, pool: int, count: int, why: str) -> None:
        self._starting -= count
        self._failures += 1
        self._replace(pool, count, why)

    def _replace(self, pool: int, count: int, why: str) -> None:
        if self._failures < MAX_FAILURES:
            self._start_workers(pool, count)
        elif not self._seats and not self._starting:
            self._broken = f"no worker can be started: {why}"
            self._give_up_all()

    def _dispatch(self) -> None:
        """Give out what is queued: to idle workers first, then ahead of time to busy ones."""
        if not self._queued or not self._seats or self._alone is not None:
            return
        for worker in reversed(list(self._idle)):  # the last one's caches are still warm
            if not self._queued:
                return
            self._feed(worker)
        if self._queued and _is_short(self._queued[self._first()]):
            for worker, seat in self._seats.items():
                if seat.load < SHORT_SECONDS:
                    self._feed(worker)

    def _feed(self, worker: WorkerId) -> None:
        seat = self._seats[worker]
        if not (tasks := self._take(seat)):
            return
        self._idle.pop(worker, None)
        self._commands.append(Start(worker, tasks))

    def _take(self, seat: _Seat) -> list[TaskId]:
        """Move the tasks of one frame from the queue to the seat: one, or several short ones."""
        most = min(FRAME_TASKS, max(1, len(self._queued) // (2 * self._capacity)))
        tasks: list[TaskId] = []
        room = FRAME_SECONDS
        while self._queued and len(tasks) < most:
            task = self._first()
            seconds = self._queued[task]
            if self._has_to_wait(task, seconds, seat, room, tasks):
                break
            del self._queued[task]
            seat.add(task, seconds)
            tasks.append(task)
            room -= seconds
        return tasks

    def _has_to_wait(
        self, task: TaskId, seconds: float, seat: _Seat, room: float, frame: list[TaskId]
    ) -> bool:
        if self._deaths.get(task, 0) == MAX_DEATHS - 1:
            return not self._isolate(task)
        if self._alone is not None:
            return True
        if not _is_short(seconds):
            return bool(seat.tasks)
        return seat.load == math.inf or (bool(frame) and seconds > room)

    def _isolate(self, task: TaskId) -> bool:
        """Whether the task has the machine to itself; it keeps it until it ends."""
        if any(seat.tasks for seat in self._seats.values()):
            return False
        self._alone = task
        return True

    def _first(self) -> TaskId:
        """The queued task that comes first; there must be one."""
        for order in (self._urgent, self._order):
            while order:
                if order[0] in self._queued:
                    return order[0]
                order.popleft()
        raise LookupError("a queued task that is in no order")


def _is_short(seconds: float) -> bool:
    """Whether it is known that the task takes little time."""
    return 0.0 < seconds < SHORT_SECONDS
