"""Whatever happens, in whatever order: what holds of the machine after every step.

The model is the workers themselves: what each was given and has not finished, in its order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import MAX_DEATHS, MAX_LATE, Limits
from pydron_ng.runtime.messages import (
    FRAME_SECONDS,
    Cancel,
    Coming,
    Command,
    Dropped,
    Event,
    Finished,
    GiveUp,
    Issued,
    Kill,
    Kind,
    Late,
    Opened,
    Overdue,
    Pool,
    Redundant,
    Removed,
    Returned,
    Slow,
    Stalled,
    Start,
    StartFailed,
    StartWorkers,
    Suited,
    TakeBack,
    Waits,
    Wanted,
    Watch,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.placement import FRAME_TASKS
from pydron_ng.runtime.places import PLACES
from pydron_ng.runtime.seat import SHORT_SECONDS
from pydron_ng.runtime.state import Machine

a_pool = st.builds(Pool, st.integers(1, 3), st.booleans(), st.booleans(), st.booleans())
pools = st.lists(a_pool, min_size=1, max_size=3)
seconds = st.sampled_from([0.0, FRAME_SECONDS / 4, FRAME_SECONDS, SHORT_SECONDS, 1.0])
choices = st.integers(0, 1000)
_MOST_POOLS = 4
#: So many more workers than were asked for there may be for each of these.
_SPARES = 2


class Workers(RuleBasedStateMachine):
    """Workers that join, finish, die and hang as they like; the machine copes."""

    @initialize(pools=pools, lends=st.booleans())
    def begin(self, pools: list[Pool], lends: bool) -> None:
        self.pools = pools
        self.lends = lends
        self.machine = Machine(pools, lends=lends)
        self.expected: dict[TaskId, float] = {}  # of all tasks ever
        self.coroutines: set[TaskId] = set()  # of all tasks ever
        self.queued: dict[TaskId, None] = {}
        self.running: dict[WorkerId, list[TaskId]] = {}
        self.pool_of: dict[WorkerId, int] = {}
        self.starting: Counter[int] = Counter()
        self.unwanted: set[TaskId] = set()  # dropped while running
        self.deaths: Counter[TaskId] = Counter()
        self.given_up: set[TaskId] = set()
        self.failures = 0  # starts in a row that came to nothing
        self.proven: set[WorkerId] = set()
        self.ghosts: list[WorkerId] = []  # taken from, but they may still speak
        self.limits: dict[TaskId, Limits] = {}  # of all tasks ever
        self.late: Counter[TaskId] = Counter()
        self.hopeless: set[TaskId] = set()  # late as often as they may be
        self.stalled: set[WorkerId] = set()
        self.slow: dict[WorkerId, TaskId] = {}  # those whose first task may be run by others
        self.redundant: set[TaskId] = set()  # of all tasks ever
        self.lent: dict[WorkerId, set[TaskId]] = {}  # what it has that others are to run, too
        self.watched: set[tuple[WorkerId, TaskId]] = set()
        self.only: dict[TaskId, Kind] = {}  # of all tasks ever
        self.suits: dict[WorkerId, set[Kind]] = {}
        self.leaving: set[WorkerId] = set()
        self.ended: set[WorkerId] = set()
        self.once: set[TaskId] = set()  # of all tasks ever
        self.waiting: set[WorkerId] = set()
        self.wished = Counter({n: pool.workers for n, pool in enumerate(pools)})

    # --- what happens ---

    @rule(
        all_seconds=st.lists(seconds, min_size=1, max_size=8),
        every=st.integers(1, 9),
        limit=st.integers(1, 9),
        limits=st.builds(Limits, st.integers(0, 1), st.sampled_from([0.0, 5.0]), st.booleans()),
        place=st.integers(0, 5),
        choosy=st.integers(0, 9),
        once=st.integers(0, 4),
    )
    def issue(
        self,
        all_seconds: list[float],
        every: int,
        limit: int,
        limits: Limits,
        place: int,
        choosy: int,
        once: int,
    ) -> None:
        """So many tasks apart are coroutines, have limits, are best done somewhere, are for some.

        Among these, so many apart are given up if their worker dies.

        0: none is.
        """
        first = len(self.expected)
        tasks = {TaskId(first + n): length for n, length in enumerate(all_seconds)}
        self.expected |= tasks
        self.queued |= dict.fromkeys(tasks)
        coroutines = frozenset(task for task in tasks if task % every == 0)
        self.coroutines |= coroutines
        limited = {task: limits for task in tasks if task % limit == 0}
        self.limits |= limited
        near = {task: (place % 2, str(place % 3)) for task in tasks if place and task % place == 0}
        only = {task: Kind(task % 2) for task in tasks if choosy and task % choosy == 0}
        self.only |= only
        plain = [task for task in only if task not in coroutines and task not in limited]
        lost = frozenset(task for task in plain if once and task % once == 0)
        self.once |= lost
        for task in lost:
            tasks[task] = self.expected[task] = 0.0
        self.happen(Issued(tasks, coroutines, limited, near, only, lost))

    @precondition(lambda self: self.busy())
    @rule(choice=choices, waits=st.booleans())
    def wait(self, choice: int, waits: bool) -> None:
        """A worker's call waits for one that another worker makes, or goes on."""
        worker = self.busy()[choice % len(self.busy())]
        if waits and self.own(worker):
            self.waiting.add(worker)
        elif not waits:
            self.waiting.discard(worker)
        self.happen(Waits(worker, waits))

    @precondition(lambda self: self.running)
    @rule(choice=choices, kind=st.integers(0, 1), fits=st.booleans())
    def suit(self, choice: int, kind: int, fits: bool) -> None:
        worker = list(self.running)[choice % len(self.running)]
        change = self.suits[worker].add if fits else self.suits[worker].discard
        change(Kind(kind))
        self.happen(Suited(worker, Kind(kind), fits))

    @precondition(lambda self: len(self.pools) < _MOST_POOLS)
    @rule(pool=a_pool)
    def open(self, pool: Pool) -> None:
        self.pools = [*self.pools, pool]
        self.wished[len(self.pools) - 1] = pool.workers
        self.failures = 0
        self.happen(Opened(pool))

    @precondition(lambda self: self.running)
    @rule(choice=choices, drains=st.booleans())
    def remove(self, choice: int, drains: bool) -> None:
        workers = sorted(self.running)
        worker = workers[choice % len(workers)]
        self.wished[self.pool_of[worker]] -= worker not in self.leaving
        self.leaving.add(worker)
        if not drains:
            self.do_without(worker)
        self.happen(Removed({worker}, drains))

    @precondition(lambda self: self.wanted())
    @rule(first=choices, second=choices)
    def drop(self, first: int, second: int) -> None:
        wanted = self.wanted()
        tasks = {wanted[first % len(wanted)], wanted[second % len(wanted)]}
        self.unwanted |= tasks - self.queued.keys()
        for task in tasks:
            self.queued.pop(task, None)
        self.happen(Dropped(sorted(tasks)))

    @precondition(lambda self: self.queued)
    @rule(choice=choices)
    def want(self, choice: int) -> None:
        queued = list(self.queued)
        self.happen(Wanted(queued[choice % len(queued)]))

    @precondition(lambda self: +self.starting)
    @rule(choice=choices)
    def join(self, choice: int) -> None:
        pool = sorted(+self.starting)[choice % len(+self.starting)]
        self.starting[pool] -= 1
        worker = WorkerId(len(self.pool_of))
        self.pool_of[worker] = pool
        self.running[worker] = []
        self.lent[worker] = set()
        self.suits[worker] = set()
        self.happen(WorkerJoined(worker, pool, str(worker % 3)))

    @precondition(lambda self: +self.starting)
    @rule(choice=choices, count=st.integers(1, 2))
    def expect_more(self, choice: int, count: int) -> None:
        """A host has more cores than anybody knew."""
        pool = sorted(+self.starting)[choice % len(+self.starting)]
        self.starting[pool] += count
        self.wished[pool] += count
        self.happen(Coming(pool, count))

    @precondition(lambda self: +self.starting)
    @rule(choice=choices, count=st.integers(1, 3))
    def fail_to_start(self, choice: int, count: int) -> None:
        pool = sorted(+self.starting)[choice % len(+self.starting)]
        count = min(count, self.starting[pool])
        self.starting[pool] -= count
        self.happen(StartFailed(pool, count, "no memory"))

    @precondition(lambda self: self.busy())
    @rule(choice=choices, count=st.integers(1, 4), first=choices)
    def finish(self, choice: int, count: int, first: int) -> None:
        """Coroutines end in any order."""
        worker = self.busy()[choice % len(self.busy())]
        tasks = self.running[worker]
        start = first % len(tasks) if tasks[0] in self.coroutines else 0
        done = tasks[start : start + count]
        self.end(worker, done)
        self.happen(Finished(worker, done))

    @precondition(lambda self: self.running)
    @rule(choice=choices)
    def lose(self, choice: int) -> None:
        workers = list(self.running)
        worker = workers[choice % len(workers)]
        self.die(worker)
        self.happen(WorkerLost(worker, "killed"))

    @precondition(lambda self: self.busy())
    @rule(choice=choices)
    def finish_and_die(self, choice: int) -> None:
        """Both are heard of at once."""
        worker = self.busy()[choice % len(self.busy())]
        done = self.running[worker][:1]
        self.end(worker, done)
        self.die(worker)
        self.happen(Finished(worker, done), WorkerLost(worker, "killed"))

    @precondition(lambda self: self.unwanted or self.redundant)
    @rule(every=st.booleans(), choice=choices)
    def lose_patience(self, every: bool, choice: int) -> None:
        all_late = sorted(self.unwanted | self.redundant)
        late = all_late if every else [all_late[choice % len(all_late)]]
        hogs = [w for w in self.busy() if self.at_work(w) & self.unwanted & set(late)]
        lenders = [w for w in self.busy() if self.lent[w] & set(late) and self.is_in_vain(w)]
        for worker in hogs + lenders:
            self.do_without(worker)
        self.happen(Overdue(late))

    @precondition(lambda self: self.watched)
    @rule(choice=choices)
    def take_too_long(self, choice: int) -> None:
        """Whoever watches may be told of what is over."""
        worker, task = sorted(self.watched)[choice % len(self.watched)]
        self.watched.remove((worker, task))
        if task in self.at_work(worker) and task not in self.unwanted:
            self.late[task] += 1
            if self.late[task] == self.most(task, MAX_LATE):
                self.unwanted.add(task)
                self.hopeless.add(task)
            self.do_without(worker)
        self.happen(Late(worker, task))

    @precondition(lambda self: self.running)
    @rule(choice=choices)
    def stall(self, choice: int) -> None:
        """Nothing is heard of a worker for a while."""
        workers = [w for w in self.running if len(self.own(w)) > 1] or list(self.running)
        worker = workers[choice % len(workers)]
        self.stalled.add(worker)
        self.happen(Stalled(worker))

    @precondition(lambda self: any(self.own(worker) for worker in self.running))
    @rule(choice=choices)
    def be_slow(self, choice: int) -> None:
        """A worker takes much longer for its task than expected."""
        workers = [worker for worker in self.running if self.own(worker)]
        worker = workers[choice % len(workers)]
        task = self.own(worker)[0]
        self.stalled.add(worker)
        if self.may_be_copied(worker, task):
            is_seen = (worker, task) in self.machine.at_work()
            assert is_seen or not self.machine.has_time or worker in self.waiting
            self.slow[worker] = task
        self.happen(Slow(worker, task))

    @precondition(lambda self: self.ghosts)
    @rule(choice=choices, task=choices)
    def speak_late(self, choice: int, task: int) -> None:
        """A worker that is not listened to any more: nothing comes of it."""
        worker = self.ghosts[choice % len(self.ghosts)]
        said = TaskId(task % (len(self.expected) or 1))
        self.happen(Finished(worker, [said]), WorkerLost(worker, "late"))

    # --- what is done about it ---

    def happen(self, *events: Event) -> None:
        commands = self.machine.handle(events)
        self.notice_loans()
        for command in commands:
            self.carry_out(command)
        for command in commands:
            if isinstance(command, TakeBack):
                self.give_back(command.worker)
            if (
                isinstance(command, Kill) and command.worker not in self.ended
            ):  # it is heard of when all else has been carried out
                self.die(command.worker, by_us=True)
                self.happen(WorkerLost(command.worker, "killed"))

    def notice_loans(self) -> None:
        """What has been taken back from workers that are stalled."""
        for worker, seat in self.machine._seats.items():
            for task in seat.lent - self.lent[worker]:
                assert worker in self.stalled
                assert task in self.own(worker)[1:] or self.slow[worker] == task
                assert all(task not in lent for lent in self.lent.values()), "a third one"
                assert task not in self.coroutines | self.unwanted
                self.queued[task] = None
                self.expected[task] = 0.0
            self.lent[worker] |= seat.lent

    def carry_out(self, command: Command) -> None:
        match command:
            case Start(worker, tasks):
                self.start(worker, tasks)
            case StartWorkers(pool, count):
                assert count > 0
                self.starting[pool] += count
            case GiveUp(task, _, deadly):
                self.give_up(task, deadly)
            case Kill(worker) if worker in self.ended:
                pass  # it has just ended by itself
            case Kill(worker):
                assert self.pools[self.pool_of[worker]].can_kill
                at_work = self.at_work(worker)
                is_late = any(self.late[task] for task in at_work)
                is_in_vain = worker in self.leaving or self.is_in_vain(worker)
                assert at_work & self.unwanted or is_late or is_in_vain
            case Watch(worker, task, seconds):
                assert task in self.at_work(worker)
                assert seconds == self.limit(task).timeout > 0
                self.watched.add((worker, task))
            case TakeBack(worker):
                assert self.pools[self.pool_of[worker]].can_recall
                assert not self.lends or worker in self.leaving
            case Cancel(worker, task):
                assert task in self.running[worker]
                assert task in self.coroutines & self.unwanted
            case Redundant(tasks):
                for task in tasks:
                    assert task in self.unwanted or any(task in lent for lent in self.lent.values())
                self.redundant |= set(tasks)

    def start(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        assert 0 < len(tasks) <= FRAME_TASKS
        assert worker not in self.leaving
        assert self.running[worker] or not self.is_crowded(), "more work than were asked for"
        for task in tasks:
            assert task in self.queued, "started what is dropped, or runs already"
            assert task not in self.only or self.only[task] in self.suits[worker]
            assert task not in self.once or not self.running[worker], "it waits behind another"
            if task in self.coroutines:
                assert self.coroutines.issuperset(self.running[worker]), "behind a plain call"
                assert len(self.running[worker]) < PLACES
            elif self.length(task) == math.inf or self.is_single(worker):
                assert not self.running[worker], "a task that may be long waits behind another"
                assert not self.is_single(worker) or tasks == [task]
            if self.limit(task).timeout and task not in self.coroutines:
                assert tasks == [task], "its time would not be its own"
            del self.queued[task]
            self.running[worker].append(task)

    def give_up(self, task: TaskId, deadly: bool) -> None:
        assert task not in self.given_up
        self.given_up.add(task)
        if task in self.hopeless:
            assert not deadly
            return
        if task in self.once and task not in self.queued:
            assert not deadly
            return
        assert deadly == (self.deaths[task] >= self.most(task, MAX_DEATHS))
        del self.queued[task]
        self.forget(task)

    # --- the model ---

    def end(self, worker: WorkerId, done: list[TaskId]) -> None:
        """The worker has done these; who else was to run one need not any more."""
        self.stalled.discard(worker)
        self.slow.pop(worker, None)
        self.running[worker] = [task for task in self.running[worker] if task not in done]
        if not self.own(worker):
            self.waiting.discard(worker)
        for task in done:
            if task not in self.lent[worker]:
                self.forget(task)
                continue
            self.lent[worker].remove(task)
            if self.queued.pop(task, self) is None:
                self.forget(task)
            elif any(task in self.own(other) for other in self.running):
                self.unwanted.add(task)

    def give_back(self, worker: WorkerId) -> None:
        """It has begun none of its tasks, or the first one."""
        if worker not in self.running:
            return  # it was lost in the meantime
        back = self.own(worker)[worker % 2 :]
        self.running[worker] = self.own(worker)[: worker % 2]
        for task in back:
            if task in self.unwanted:
                self.forget(task)
            else:
                self.queued[task] = None
                self.expected[task] = 0.0
        self.happen(Returned(worker, back))

    def is_single(self, worker: WorkerId) -> bool:
        """Is it given one plain task at a time?"""
        return not self.lends and not self.pools[self.pool_of[worker]].can_recall

    def do_without(self, worker: WorkerId) -> None:
        """It is to be ended; if it cannot be, it is left to itself."""
        if not self.pools[self.pool_of[worker]].can_kill:
            self.ghosts.append(worker)
            self.die(worker, by_us=True)

    def die(self, worker: WorkerId, *, by_us: bool = False) -> None:
        """What it ran is queued again, unless nobody wants it."""
        at_work = self.at_work(worker)
        own = self.own(worker)
        del self.running[worker], self.lent[worker]
        self.ended.add(worker)
        self.waiting.discard(worker)
        self.stalled.discard(worker)
        self.slow.pop(worker, None)
        self.watched = {(w, task) for w, task in self.watched if w != worker}
        for task in own:
            if task in self.unwanted or task in self.once:
                self.forget(task)
                continue
            self.queued[task] = None
            is_begun = task in self.coroutines or worker in self.leaving
            if not by_us or (not self.lends and is_begun):
                self.deaths[task] += task in at_work
                self.expected[task] = 0.0

    def may_be_copied(self, worker: WorkerId, task: TaskId) -> bool:
        """May another worker run it, too?"""
        if (
            task in self.coroutines
            or not self.lends
            or not self.pools[self.pool_of[worker]].can_kill
        ):
            return False
        if task in self.unwanted or any(task in lent for lent in self.lent.values()):
            return False
        return not self.limit(task).timeout and not self.deaths[task] and task not in self.once

    def is_in_vain(self, worker: WorkerId) -> bool:
        """Has it nothing but what others have done, or nobody wants?"""
        return not self.own(worker) and not any(
            task in self.queued or task in self.on_workers()
            for task in self.lent[worker] - self.unwanted
        )

    def is_crowded(self) -> bool:
        """Are there more workers than were asked for, and as many of them at work?"""
        leaving = self.leaving & self.running.keys()
        count = len(self.running) - sum(self.wished.values()) - len(leaving)
        at_work = [worker for worker in self.busy() if worker not in self.waiting]
        return count > 0 and len(at_work) >= max(1, self.machine.workers)

    def own(self, worker: WorkerId) -> list[TaskId]:
        """What it has that nobody else is to run."""
        lent = self.lent[worker]
        return [task for task in self.running[worker] if task not in lent]

    def at_work(self, worker: WorkerId) -> set[TaskId]:
        """The coroutines of a worker, or its first task."""
        tasks = self.own(worker)
        return set(tasks if set(tasks) & self.coroutines else tasks[:1])

    def forget(self, task: TaskId) -> None:
        self.unwanted.discard(task)
        del self.deaths[task], self.late[task]
        self.watched = {(worker, watched) for worker, watched in self.watched if watched != task}

    def most(self, task: TaskId, usual: int) -> int:
        """How often it may be tried; what is not pure once, unless more was asked for."""
        limit = self.limit(task)
        return (usual if limit.is_pure else 1) + limit.retries

    def limit(self, task: TaskId) -> Limits:
        return self.limits.get(task, Limits(is_pure=self.lends))

    def length(self, task: TaskId) -> float:
        """Infinite where nobody knows that it is short, or is to know exactly."""
        if task in self.coroutines or self.limit(task).timeout:
            return math.inf
        expected = self.expected[task]
        return expected if 0.0 < expected < SHORT_SECONDS else math.inf

    def busy(self) -> list[WorkerId]:
        return [worker for worker, tasks in self.running.items() if tasks]

    def on_workers(self) -> list[TaskId]:
        return [task for worker in self.running for task in self.own(worker)]

    def wanted(self) -> list[TaskId]:
        return [*self.queued, *(t for t in self.on_workers() if t not in self.unwanted)]

    def last_attempts(self) -> list[TaskId]:
        most = {task: self.most(task, MAX_DEATHS) for task in self.deaths}
        last = [task for task, deaths in self.deaths.items() if deaths == most[task] - 1]
        return [task for task in last if self.limit(task).is_pure]

    # --- what always holds ---

    @invariant()
    def no_task_runs_twice(self) -> None:
        assert len(self.on_workers()) == len(set(self.on_workers()))

    @invariant()
    def the_machine_knows_where_every_task_is(self) -> None:
        assert set(self.machine._queues) == self.queued.keys()
        seats = {worker: list(seat.tasks) for worker, seat in self.machine._seats.items()}
        assert seats == {worker: self.own(worker) for worker in self.running}
        assert {w: seat.lent for w, seat in self.machine._seats.items()} == self.lent
        assert self.machine._unwanted == self.unwanted

    @invariant()
    def there_are_never_more_workers_than_wished_for(self) -> None:
        there = self.starting + Counter(self.pool_of[worker] for worker in self.running)
        left = Counter(self.pool_of[worker] for worker in self.running if worker in self.leaving)
        more = _SPARES * (sum(self.wished.values()) + len(self.leaving))
        for number, wished in self.wished.items():
            spare = more if self.pools[number].can_spare else 0
            assert there[number] - left[number] <= wished + spare

    @invariant()
    def coroutines_are_not_mixed_with_other_calls(self) -> None:
        for tasks in self.running.values():
            assert set(tasks) <= self.coroutines or not set(tasks) & self.coroutines

    @invariant()
    def the_last_attempt_is_made_alone(self) -> None:
        running = self.on_workers()
        if any(task in running for task in self.last_attempts()):
            assert len(running) == 1

    @invariant()
    def no_worker_is_idle_while_there_is_something_to_do(self) -> None:
        free = self.running.keys() - self.leaving
        idle = [worker for worker in free if not self.running[worker]]
        kinds = {kind for worker in idle for kind in self.suits[worker]}
        fit = [t for t in self.queued if t not in self.only or self.only[t] in kinds]
        if fit and idle and not self.is_crowded():
            assert self.last_attempts(), "and nobody waits for the machine to be empty"
            assert self.busy()

    @invariant()
    def nobody_waits_where_nothing_can_come(self) -> None:
        if self.queued and not self.running.keys() - self.leaving:
            assert +self.starting

    @invariant()
    def it_says_whether_anything_is_to_be_heard(self) -> None:
        assert self.machine.busy == bool(self.queued or +self.starting or self.busy())
        rest = {worker for worker in self.leaving if self.running.get(worker) == []}
        assert self.machine.resting == rest

    @invariant()
    def the_load_of_a_worker_is_that_of_its_tasks(self) -> None:
        for seat in self.machine._seats.values():
            assert seat.load >= 0.0
            assert bool(seat.tasks) or seat.load == 0.0

    @invariant()
    def nothing_is_kept_of_tasks_that_are_over(self) -> None:
        alive = {*self.queued, *self.on_workers()}
        assert self.machine._trials.known <= alive
        assert self.machine._loans.twice <= alive
        assert self.machine._loans.stalled.keys() <= self.stalled
        assert self.machine._coroutines.keys() <= alive
        assert self.machine._placement.alone is None or self.machine._placement.alone in alive

    def teardown(self) -> None:
        """Once the workers behave, every task ends."""
        if not hasattr(self, "machine"):
            return
        self.suit_all()
        while +self.starting or self.busy():
            while +self.starting:
                self.join(0)
            self.suit_all()
            for worker in self.busy():
                done = self.running[worker]
                self.end(worker, done)
                self.happen(Finished(worker, done))
        assert not self.queued or not self.running.keys() - self.leaving
        assert not self.machine.busy
        assert not self.machine._trials.known
        assert not self.machine._loans.twice
        assert not self.machine._unwanted

    def suit_all(self) -> None:
        for number in range(len(self.running)):
            for kind in (0, 1):
                self.suit(number, kind, fits=True)


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
