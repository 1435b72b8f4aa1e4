"""Which worker runs which task, and when: events in, commands out, and nothing else.

No clock, no threads, no sockets. Times are those that tasks were expected to take. No event
costs more than its tasks and workers: nothing goes through all tasks, and through all workers
only what takes one away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.backlog import unknown
from pydron_ng.runtime.hiring import Hiring
from pydron_ng.runtime.limits import Limits, Trials
from pydron_ng.runtime.loans import Loans
from pydron_ng.runtime.messages import (
    Cancel,
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
    Mute,
    Opened,
    Overdue,
    Pool,
    Redundant,
    Removed,
    Returned,
    Slow,
    Stalled,
    StartFailed,
    Suited,
    TakeBack,
    Waited,
    Waits,
    Wanted,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.placement import Placement
from pydron_ng.runtime.queues import Queues
from pydron_ng.runtime.seat import Seat
from pydron_ng.runtime.spares import Spares

_REMOVED = "all were removed"


class Machine:
    """The queue and the workers. ``handle`` is its only door."""

    def __init__(self, pools: Sequence[Pool], *, lends: bool = True) -> None:
        """Workers are started for the first task.

        lends: may tasks be done twice, so that none waits behind a long one or on a slow worker?
            Else a worker has one at a time, unless what it has not begun can be taken back.
        """
        self._lends = lends
        self._pools = list(pools)
        self._queues = Queues()
        self._trials = Trials(are_pure=lends)
        self._spares = Spares()
        self._placement = Placement(self._queues, self._trials, self._spares)
        self._seats = self._placement.seats
        self._idle = self._placement.idle
        self._coroutines = self._placement.coroutines
        self._unwanted: set[TaskId] = set()  # dropped while running
        self._once: set[TaskId] = set()  # given up if their worker dies
        self._loans = Loans()
        self._hiring = Hiring(self._pools)
        self._broken = ""  # why no worker can be had
        self._commands: list[Command] = []

    @property
    def busy(self) -> bool:
        """Whether anything is to be heard from a worker."""
        coming = self._queues or self._hiring.starting
        return bool(coming) or len(self._idle) + len(self.resting) < len(self._seats)

    @property
    def resting(self) -> AbstractSet[WorkerId]:
        """Those that are to be removed and have nothing to do any more."""
        return self._placement.resting

    @property
    def workers(self) -> int:
        """How many there are that have something to do, or are to have.

        Hosts may have more cores than was known.
        """
        leaving = len(self._placement.leaving) - len(self.resting)
        there = len(self._seats) - len(self.resting) - self._spares.count
        return max(self._hiring.wished + leaving, there)

    @property
    def running(self) -> Mapping[WorkerId, Collection[TaskId]]:
        """What each worker is at right now, as far as anybody knows."""
        return {worker: seat.running for worker, seat in self._seats.items()}

    @property
    def is_hiring(self) -> bool:
        """Are workers on their way?"""
        return self._hiring.starting > 0

    @property
    def has_hired(self) -> bool:
        """Have workers been asked for?"""
        return self._hiring.has_begun

    def handle(self, events: Iterable[Event]) -> list[Command]:
        """What is to be done now that all of this has happened."""
        for event in events:
            self._note(event)
        if self._spares.count or self._spares.waiting:
            self._spares.asked = max(1, self.workers)
        self._commands += self._placement.give_out()
        if self._loans.stalled:
            self._relieve()
        if self._spares.waiting:
            self._have_spare()
        commands, self._commands = self._commands, []
        return commands

    def _note(self, event: Event) -> None:
        match event:
            case Finished(worker, finished):
                self._finish(worker, finished)
            case Issued(tasks, coroutines, limits, near, only, once):
                self._queues.append(tasks, near, only)
                self._once |= once
                self._issue(coroutines, limits)
            case Foreseen():
                self._commands += self._hiring.begin()
            case Dropped(dropped):
                self._drop(dropped)
            case Wanted(task):
                self._queues.hurry(task)
            case WorkerJoined(worker, pool, host):
                self._broken = ""  # one can be had, after all
                self._hiring.joined()
                own = self._pools[pool]
                ahead = self._lends or own.can_recall
                new = Seat(pool, host, own.frame_seconds, takes_ahead=ahead)
                self._placement.join(worker, new)
            case WorkerLost(worker, why, with_host):
                self._lose(worker, why, with_host=with_host)
            case Coming(_, count):
                self._hiring.starting += count
            case StartFailed(pool, count, why):
                self._fail(pool, count, why)
            case Suited(worker, kind, fits):
                if (seat := self._seats.get(worker)) is not None:
                    seat.suits = seat.suits | {kind} if fits else seat.suits - {kind}
            case Opened(opened):
                self._open(opened)
            case Removed(leaving, drains):
                self._remove(leaving, drains=drains)
            case Overdue(overdue):
                self._free(overdue)
            case Late(worker, task):
                self._interrupt(worker, task)
            case Stalled(worker):
                self._stall(worker)
            case Returned(worker, returned):
                self._take_back(worker, returned)
            case Waits(worker, waits):
                self._note_waiting(worker, waits=waits)
            case Waited() | Mute():
                pass
            case Slow(worker, task):
                seat = self._seats.get(worker)
                if seat is not None and self._lends and self._first_of(seat) == task:
                    self._loans.stall(worker, seat, keeps=0)

    # --- tasks ---

    def _issue(self, coroutines: Iterable[TaskId], limits: Mapping[TaskId, Limits]) -> None:
        if coroutines or limits:
            self._single_out(coroutines, limits)
        if self._broken:
            self._give_up_all()
        else:
            self._commands += self._hiring.begin()

    def _single_out(self, coroutines: Iterable[TaskId], limits: Mapping[TaskId, Limits]) -> None:
        """These never travel in one frame with others: the time of each is its own."""
        self._coroutines.update(dict.fromkeys(coroutines))
        self._trials.allow(limits)
        timed = [task for task, limit in limits.items() if limit.timeout]
        self._queues.expect(unknown([*coroutines, *timed]))

    def _finish(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        if (seat := self._seats.get(worker)) is None:
            return
        seat.proven = True
        if self._hiring.failures:
            self._hiring.is_fine()
        if seat.lent:
            tasks = self._without_lent(worker, seat, tasks)
        if self._loans.twice:
            self._are_redundant(self._loans.twice.intersection(tasks))
        if self._loans.stalled:
            self._loans.hear(worker)
        seat.remove(tasks)
        self._forget(tasks)
        if self._spares.waiting and not seat.tasks:
            self._spares.waiting.discard(worker)
        self._placement.has_less(worker, seat)

    def _without_lent(self, worker: WorkerId, seat: Seat, tasks: Sequence[TaskId]) -> list[TaskId]:
        """Those of the seat's own; what others were to run in its stead need not be run now."""
        own, done = self._loans.answer(worker, seat, tasks)
        queued = {task for task in done if self._queues.remove(task)}
        self._forget(queued)
        self._unwanted |= done - queued
        self._are_redundant(done - queued)
        return own

    def _are_redundant(self, tasks: Collection[TaskId]) -> None:
        """They are done, and somebody else may be at them still."""
        if tasks:
            self._commands.append(Redundant(sorted(tasks)))

    def _forget(self, tasks: Collection[TaskId]) -> None:
        """Nothing more will happen to the tasks."""
        if self._unwanted:
            self._unwanted.difference_update(tasks)
        if self._loans.twice:
            self._loans.forget(tasks)
        if self._trials.known:
            self._trials.forget(tasks)
        if self._once:
            self._once.difference_update(tasks)
        if self._coroutines:
            for task in tasks:
                self._coroutines.pop(task, None)
        self._queues.forget(tasks)
        if self._placement.alone is not None and self._placement.alone in tasks:
            self._placement.alone = None

    def _drop(self, tasks: Sequence[TaskId]) -> None:
        for task in tasks:
            if self._queues.remove(task):
                self._forget((task,))
                continue
            self._unwanted.add(task)
            worker = self._coroutines.get(task)
            if worker is not None:
                self._commands.append(Cancel(worker, task))
        if not self._lends and self._unwanted:
            self._take_back_dropped()

    def _take_back_dropped(self) -> None:
        """What nobody wants is not to be begun."""
        for worker, seat in self._seats.items():
            if len(seat.tasks) > 1 and not seat.suspends and seat.has_behind(self._unwanted):
                self._commands.append(TakeBack(worker))

    def _give_up(self, task: TaskId, why: str, *, deadly: bool = False, late: bool = False) -> None:
        self._forget((task,))
        self._commands.append(GiveUp(task, why, deadly, late))

    def _give_up_all(self) -> None:
        left = list(self._queues)
        self._queues.clear()
        for task in left:
            self._give_up(task, self._broken)

    # --- workers ---

    def _lose(self, worker: WorkerId, why: str, *, with_host: bool = False) -> None:
        """Its tasks run again, before all others."""
        if (seat := self._placement.leave(worker)) is None:
            return
        self._loans.leave(worker, seat)
        self._queues.put_first(self._to_run_again(seat, why, with_host))
        useless = not (seat.tasks or seat.lent or seat.proven)
        if not seat.is_leaving:
            self._commands += self._hiring.left(seat.pool, useless=useless)
        self._look_for_hope(_REMOVED if seat.is_leaving else why)

    def _to_run_again(self, seat: Seat, why: str, with_host: bool) -> dict[TaskId, float]:
        """Each by itself: one of them may be the cause; unless we know that we were it.

        Behind a task that was to end with its worker, none has begun; coroutines have.
        """
        is_behind = seat.doomed and (self._lends or not (seat.suspends or seat.is_leaving))
        running = frozenset[TaskId]() if is_behind else seat.running
        again = {
            task: seconds
            for task, seconds in seat.tasks.items()
            if self._may_run_again(task, task in running, why, with_host)
        }
        for task in again if seat.suspends else ():
            self._coroutines[task] = None
        return again if is_behind else unknown(again)

    def _may_run_again(self, task: TaskId, was_running: bool, why: str, with_host: bool) -> bool:
        if task in self._unwanted:
            self._forget((task,))
            return False
        if task in self._once:
            self._give_up(task, _of_death(1, why, alone=False))
            return False
        if was_running and not self._trials.has_died(task):
            deaths = self._trials.deaths[task]
            self._give_up(task, _of_death(deaths, why, alone=self._lends), deadly=not with_host)
            return False
        if task == self._placement.alone:
            self._placement.alone = None
        return True

    def _fail(self, pool: int, count: int, why: str) -> None:
        self._commands += self._hiring.failed(pool, count)
        self._look_for_hope(why)

    def _look_for_hope(self, why: str) -> None:
        if len(self._placement.leaving) < len(self._seats) or self._hiring.starting:
            return
        if self._hiring.has_failed:
            self._broken = f"no worker can be started: {why}"
            self._give_up_all()
        elif self._hiring.has_begun:
            self._broken = f"no worker is left: {why}"
            self._give_up_all()

    def _open(self, pool: Pool) -> None:
        self._broken = ""
        self._pools.append(pool)
        self._commands += self._hiring.open(len(self._pools) - 1, pool)

    def _remove(self, workers: Collection[WorkerId], *, drains: bool) -> None:
        """What has begun is done before, or not at all; what has not is done by others."""
        for worker in workers:
            self._hiring.wished -= self._placement.release(worker)
            if (seat := self._seats.get(worker)) is None or seat.doomed:
                continue
            if not drains:
                self._end(worker, "it was removed")
            elif len(seat.tasks) > 1 and self._pools[seat.pool].can_recall:
                self._commands.append(TakeBack(worker))
        self._look_for_hope(_REMOVED)

    # --- workers that wait for others ---

    def _note_waiting(self, worker: WorkerId, *, waits: bool) -> None:
        if not waits:
            self._spares.waiting.discard(worker)
        elif (seat := self._seats.get(worker)) is not None and seat.tasks:
            self._spares.waiting.add(worker)

    def _have_spare(self) -> None:
        """One more worker, if there is something to be done that nobody has time for."""
        if not self._queues or self._idle or self._placement.is_full:
            return
        if self._hiring.starting or self._hiring.has_failed:
            return
        pools = (self._seats[worker].pool for worker in self._spares.waiting)
        pool = next((pool for pool in pools if self._pools[pool].can_spare), None)
        if pool is not None and self._spares.take_one():
            self._commands += self._hiring.spare(pool)

    # --- workers that take too long ---

    def _stall(self, worker: WorkerId) -> None:
        """Nothing was heard of it for long; what is behind its task need not wait."""
        if (seat := self._seats.get(worker)) is None:
            return
        if self._lends:
            self._loans.stall(worker, seat, keeps=1)
        elif len(seat.tasks) > 1 and not seat.suspends:
            self._commands.append(TakeBack(worker))

    def _take_back(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        """It will not begin these: others do, each by itself, as nobody knows how long they are."""
        if (seat := self._seats.get(worker)) is None:
            return
        back = [task for task in tasks if task in seat.tasks]
        seat.remove(back)
        unwanted = self._unwanted.intersection(back)
        self._forget(unwanted)
        again = [task for task in back if task not in unwanted]
        for task in self._coroutines.keys() & set(again):
            self._coroutines[task] = None
        self._queues.put_first(unknown(again))
        self._placement.has_less(worker, seat)
        if self._broken:
            self._give_up_all()

    def _free(self, overdue: Sequence[TaskId]) -> None:
        """Take workers away from tasks that nobody wants; what was sent after those runs again."""
        late = self._unwanted.intersection(overdue)
        lenders = [w for w in self._loans.lenders if self._lends_in_vain(self._seats[w], overdue)]
        at_work = [w for w, seat in self._seats.items() if late & seat.running] if late else []
        for worker in at_work + lenders:
            self._end(worker, "it runs a call that nobody wants any more")

    def _lends_in_vain(self, seat: Seat, overdue: Sequence[TaskId]) -> bool:
        """Others have done what it was sent, and it does not come to an end."""
        is_at_it = not seat.lent.isdisjoint(overdue)
        return is_at_it and self._loans.is_in_vain(seat, self._unwanted)

    def _interrupt(self, worker: WorkerId, task: TaskId) -> None:
        """The task has had its time; it is tried once more, but not for ever."""
        seat = self._seats.get(worker)
        if seat is None or task not in seat.tasks or seat.doomed or task in self._unwanted:
            return
        seconds = self._trials.timeout(task)
        if not self._trials.was_late(task):
            late = self._trials.late[task]
            times = f", {late} times" if late > 1 else ""
            self._give_up(task, f"it took longer than {seconds:g} s on a worker{times}", late=True)
            self._unwanted.add(task)
        self._end(worker, f"a call took longer than {seconds:g} s")

    def _end(self, worker: WorkerId, why: str) -> None:
        """Have the worker killed, or, where that cannot be, do without it from now on."""
        seat = self._seats[worker]
        if self._pools[seat.pool].can_kill:
            if not seat.doomed:
                self._commands.append(Kill(worker))
            seat.doomed = True
            self._placement.resting.discard(worker)
        else:
            seat.doomed = True
            self._lose(worker, why)

    @property
    def has_time(self) -> bool:
        """Does a worker have nothing to do, and nothing will come of waiting?"""
        return (
            bool(self._idle) and self._placement.alone is None and not self._queues.general.seconds
        )

    def at_work(self) -> list[tuple[WorkerId, TaskId]]:
        """Who is at which task, as far as somebody who has nothing to do could do it as well."""
        seats = self._seats.items() if self.has_time else ()
        waiting = self._spares.waiting
        firsts = [(worker, self._first_of(seat)) for worker, seat in seats if worker not in waiting]
        return [(worker, task) for worker, task in firsts if task is not None]

    def _first_of(self, seat: Seat) -> TaskId | None:
        """What the worker is at, if another one may do that, too.

        Not what has a time limit or may have killed a worker; nor where nobody could be ended
        who then does it in vain.
        """
        if not seat.tasks or seat.suspends or seat.doomed or not self._pools[seat.pool].can_kill:
            return None
        task = next(iter(seat.tasks))
        if task in self._unwanted or task in self._loans.twice or self._trials.is_special(task):
            return None
        return None if task in self._once else task

    def _relieve(self) -> None:
        """What a worker is slow to come to, or to do, goes to those who have nothing to do.

        Each by itself, and the last one first: one of them may be the one that is long. Best to
        another host: a whole one may be slow, or be no more.
        """
        while self._loans.stalled and self.has_time:
            worker = next(reversed(self._loans.stalled))
            seat = self._seats[worker]
            lent = self._loans.lend(worker, seat, self._unwanted)
            self._queues.append(unknown(lent[::-1]))
            self._placement.prefer(seat.place.__ne__)
            self._commands += self._placement.give_out()


def _of_death(deaths: int, why: str, *, alone: bool) -> str:
    if deaths == 1:
        return f"its worker died: {why}"
    return f"{deaths} workers died of it, the last one{' alone on the machine' * alone}: {why}"
