"""Who gets what: the tasks that wait, the workers that are there, and how they come together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import Trials
from pydron_ng.runtime.messages import Place, Start, Watch
from pydron_ng.runtime.places import PLACES, Places
from pydron_ng.runtime.queues import Queues
from pydron_ng.runtime.seat import Seat, is_short
from pydron_ng.runtime.spares import Spares

FRAME_TASKS = 256
#: A busy worker is not sent a frame ahead that is so many times smaller than what it still has.
_MATES = 4
#: So many busy workers share what waits at a time; so many in vain are asked.
_TAKERS = 16
_PATIENCE = 4


class Placement:
    """The part of the machine that gives tasks to workers; the machine's own parts look in.

    seats: the workers. idle: those that have nothing to do.
    leaving: those that get nothing any more. resting: those of them that have nothing to do.
    coroutines: those that are not done, and who runs them.
    alone: the task that has the machine to itself.
    """

    def __init__(self, queues: Queues, trials: Trials, spares: Spares) -> None:
        self._queues = queues
        self._spares = spares
        self._general = queues.general
        self._trials = trials
        self.seats: dict[WorkerId, Seat] = {}
        self.idle: dict[WorkerId, None] = {}
        self.leaving: set[WorkerId] = set()
        self.resting: set[WorkerId] = set()
        self._near: deque[WorkerId] = deque()  # may name workers that are no longer there
        self._places = Places()
        self.coroutines: dict[TaskId, WorkerId | None] = {}
        self.alone: TaskId | None = None
        self._share = 1  # of the tasks that wait, for each of those who take some now
        self._commands: list[Start | Watch] = []

    def join(self, worker: WorkerId, seat: Seat) -> None:
        self.seats[worker] = seat
        self.idle[worker] = None

    def prefer(self, is_fit: Callable[[Place], bool]) -> None:
        """The next idle worker that is fed is at such a place, if there is one."""
        for worker in reversed(self.idle):
            if is_fit(self.seats[worker].place):
                del self.idle[worker]
                self.idle[worker] = None
                return

    def leave(self, worker: WorkerId) -> Seat | None:
        """What it had; None: nobody knows it."""
        self.idle.pop(worker, None)
        self.leaving.discard(worker)
        self.resting.discard(worker)
        self._spares.waiting.discard(worker)
        self._places.note(worker, 0)
        return self.seats.pop(worker, None)

    def release(self, worker: WorkerId) -> bool:
        """It is given nothing any more. False: nobody knows it, or it was released before."""
        seat = self.seats.get(worker)
        if seat is None or seat.is_leaving:
            return False
        seat.is_leaving = True
        self.leaving.add(worker)
        self.idle.pop(worker, None)
        self._places.note(worker, 0)
        self.has_less(worker, seat)
        return True

    def has_less(self, worker: WorkerId, seat: Seat) -> None:
        """The worker may have time for more."""
        if seat.is_leaving:
            if seat.is_free:
                self.resting.add(worker)
            return
        if seat.suspends:
            self._places.note(worker, len(seat.tasks))
        if seat.is_free:
            self.idle[worker] = None
        elif seat.has_room and not seat.is_near:
            self._comes_near(worker, seat)

    def _comes_near(self, worker: WorkerId, seat: Seat) -> None:
        seat.is_near = True
        self._near.append(worker)

    @property
    def is_full(self) -> bool:
        """Are as many workers at work as were asked for, though others have nothing to do?"""
        spares = self._spares
        if not spares.count:
            return False
        resting = len(self.idle) + len(self.resting) + len(spares.waiting)
        return len(self.seats) - resting >= spares.asked

    def give_out(self) -> list[Start | Watch]:
        """Start what is queued: on idle workers first, then ahead of time on busy ones."""
        if self.alone is None and self.seats:
            self._feed_choosy()
            if self._general.seconds:
                self._feed_idle()
                self._feed_busy()
                self._feed_choosy()
        commands, self._commands = self._commands, []
        return commands

    def _feed_choosy(self) -> None:
        """Start what only some workers may do, where nothing else has waited for longer."""
        if not self._queues.choosy:
            return
        some = [w for w, seat in self.seats.items() if seat.suspends and seat.tasks]
        for worker in [*reversed(self.idle), *some]:
            while self._start_choosy(worker, self.seats[worker]):
                pass

    def _start_choosy(self, worker: WorkerId, seat: Seat) -> bool:
        kind = self._queues.eldest_for(seat)
        if kind is None or self.alone is not None or self.is_full:
            return False
        backlog = self._queues.choosy[kind]
        task = backlog.first()
        if not self._may_begin(task, seat):
            return False
        suspends = task in self.coroutines
        seat.give_long(backlog.take(), suspends=suspends)
        self._queues.taken(kind)
        self.idle.pop(worker, None)
        if suspends:
            self.coroutines[task] = worker
            self._places.note(worker, len(seat.tasks))
        self._start(worker, [task])
        return True

    def _may_begin(self, task: TaskId, seat: Seat) -> bool:
        """Has the worker a place for it, and has nothing else waited for longer?"""
        if seat.tasks:
            is_fit = task in self.coroutines and seat.suspends and len(seat.tasks) < PLACES
            is_fit = is_fit and not (seat.doomed or seat.is_leaving)
            return is_fit and not self._is_last(task)
        if self._general.seconds and self._general.first() < task:
            return False
        return not self._is_last(task) or self._isolate(task, seat)

    def _is_last(self, task: TaskId) -> bool:
        return bool(self._trials.deaths) and self._trials.is_last(task)

    def _feed_idle(self) -> None:
        self._divide(len(self.idle))
        while self.idle and self._general.seconds and self.alone is None:
            if self._spares.count and self.is_full:
                return
            if self._general.near and (place := self._general.near.get(self._general.first())):
                self.prefer(place.__eq__)
            worker, _ = self.idle.popitem()  # the last one's caches are still warm
            if not self._feed(worker):
                self.idle[worker] = None
                return

    def _feed_busy(self) -> None:
        if not self._general.seconds or self.alone is not None:
            return
        first = self._general.first()
        if first in self.coroutines:
            self._fill_places()
        elif is_short(self._general.seconds[first]):
            self._send_ahead()

    def _send_ahead(self) -> None:
        """One more frame to each worker that comes near its end, if it is not too small a one.

        What waits is free to go to whoever is idle first, and fewer and larger frames cost less.
        """
        self._divide(min(len(self._near), _TAKERS))
        patience = _PATIENCE
        for _ in range(len(self._near)):
            if not self._general.seconds or not patience:
                return
            worker = self._near.popleft()
            seat = self.seats.get(worker)
            if seat is None:
                continue
            seat.is_near = False
            if not seat.tasks or not seat.has_room:
                continue
            if _MATES * self._share < len(seat.tasks) or not self._feed(worker):
                self.has_less(worker, seat)
                patience -= 1

    def _fill_places(self) -> None:
        """Give the coroutines that come first to workers that run coroutines already."""
        self._divide(self._places.workers, left=1)
        while self._general.seconds and self._general.first() in self.coroutines:
            worker = self._places.emptiest()
            if worker is None or not self._feed(worker):
                return

    def _divide(self, workers: int, left: int = 2) -> None:
        """Half of what waits is left for later, when one may see better who needs it.

        left: a larger part for 3, 4 ...; nothing for 1.
        """
        share = len(self._general.seconds) // (left * workers) if workers else 0
        self._share = min(FRAME_TASKS, max(1, share))

    def _feed(self, worker: WorkerId) -> bool:
        """False: there is nothing for it."""
        if self._general.near:
            self._general.prefer(self.seats[worker].place)
        tasks = self._take(worker, self.seats[worker])
        if not tasks:
            return False
        self._start(worker, tasks)
        return True

    def _start(self, worker: WorkerId, tasks: list[TaskId]) -> None:
        self._commands.append(Start(worker, tasks))
        if self._trials.known:
            self._watch(worker, tasks)

    def _watch(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        for task in tasks:
            if seconds := self._trials.timeout(task):
                self._commands.append(Watch(worker, task, seconds))

    def _take(self, worker: WorkerId, seat: Seat) -> list[TaskId]:
        """Move the tasks of one frame from the queue to the seat: one, or several short ones."""
        first = self._general.first()
        seconds = self._general.seconds[first]
        if seat.takes_ahead and is_short(seconds) and seat.has_room:
            return self._take_short(worker, seat)
        alone = self._is_last(first)
        if alone and not self._isolate(first, seat):
            return []
        if first in self.coroutines:
            return self._take_coroutines(worker, seat, 1 if alone else self._share)
        if seat.tasks:
            return []
        seat.give_long(first, suspends=False)
        del self._general.seconds[first]
        return [first]

    def _take_short(self, worker: WorkerId, seat: Seat) -> list[TaskId]:
        frame = self._general.take_short(self._share, seat.frame_seconds)
        seat.give(frame)
        if seat.has_room and not seat.is_near:
            self._comes_near(worker, seat)
        return list(frame)

    def _take_coroutines(self, worker: WorkerId, seat: Seat, most: int) -> list[TaskId]:
        tasks: list[TaskId] = []
        if seat.tasks and not seat.suspends:
            return tasks
        most = min(most, PLACES - len(seat.tasks))
        while self._general.seconds and len(tasks) < most:
            task = self._general.first()
            if task not in self.coroutines or (tasks and self._trials.is_last(task)):
                break
            seat.give_long(self._general.take(), suspends=True)
            self.coroutines[task] = worker
            tasks.append(task)
        self._places.note(worker, len(seat.tasks))
        return tasks

    def _isolate(self, task: TaskId, seat: Seat) -> bool:
        """Whether the task has the machine to itself; it keeps it until it ends."""
        if seat.tasks or len(self.idle) + len(self.resting) + 1 < len(self.seats):
            return False
        self.alone = task
        return True
