"""The machine's decisions, told as events and commands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import MAX_DEATHS
from pydron_ng.runtime.messages import (
    FRAME_SECONDS,
    Cancel,
    Command,
    Dropped,
    Event,
    Finished,
    GiveUp,
    Issued,
    Kill,
    Overdue,
    Pool,
    Redundant,
    Start,
    StartFailed,
    StartWorkers,
    TakeBack,
    Wanted,
    Watch,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.places import PLACES
from pydron_ng.runtime.seat import SHORT_SECONDS
from pydron_ng.runtime.state import Machine

UNKNOWN = 0.0
SHORT = FRAME_SECONDS / 4
LONG = 1.0


def ids(*numbers: int) -> list[TaskId]:
    return [TaskId(number) for number in numbers]


def issued(*numbers: int, seconds: float = UNKNOWN) -> Issued:
    return Issued(dict.fromkeys(ids(*numbers), seconds))


def joined(*workers: int) -> list[Event]:
    return [WorkerJoined(WorkerId(worker), 0) for worker in workers]


def finished(worker: int, *tasks: int) -> Finished:
    return Finished(WorkerId(worker), ids(*tasks))


def lost(worker: int) -> WorkerLost:
    return WorkerLost(WorkerId(worker), "segfault")


def started(commands: list[Command]) -> dict[int, list[int]]:
    """Which worker gets which tasks, whatever the frames."""
    given: dict[int, list[int]] = {}
    for command in commands:
        if isinstance(command, Start):
            given.setdefault(command.worker, []).extend(command.tasks)
    return given


def machine(workers: int = 2, *, can_kill: bool = True) -> Machine:
    """One whose workers 0, 1 ... are all there and idle."""
    made = Machine([Pool(workers, can_kill)])
    made.handle([issued(-1), Dropped(ids(-1)), *joined(*range(workers))])
    return made


def test_workers_are_started_for_the_first_task_and_only_once() -> None:
    made = Machine([Pool(2, can_kill=True), Pool(3, can_kill=False)])
    assert made.handle([]) == []
    assert made.handle([issued(1)]) == [StartWorkers(0, 2), StartWorkers(1, 3)]
    assert made.handle([issued(2)]) == []


def test_tasks_of_unknown_length_go_one_to_each_worker_in_the_order_of_issue() -> None:
    made = machine()
    assert sorted(started(made.handle([issued(1, 2, 3)])).values()) == [[1], [2]]
    [(worker, tasks)] = started(made.handle([finished(0, *made._seats[WorkerId(0)].tasks)])).items()
    assert (worker, tasks) == (0, [3])


def test_no_task_waits_behind_a_long_one() -> None:
    made = machine(1)
    assert started(made.handle([issued(1, seconds=LONG)])) == {0: [1]}
    assert made.handle([issued(2, seconds=SHORT), issued(3, seconds=LONG)]) == []


def test_short_tasks_travel_together_up_to_the_expected_time_of_a_frame() -> None:
    made = machine(1)
    commands = made.handle([issued(*range(100), seconds=SHORT)])
    frames = [list(c.tasks) for c in commands if isinstance(c, Start)]
    assert frames == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_worker_has_no_more_than_some_tasks_however_short_they_are() -> None:
    made = machine(1)
    with_it = set(started(made.handle([issued(*range(20_000), seconds=1e-9)]))[0])
    most, done = len(with_it), 0
    while with_it:
        task = with_it.pop()
        given = started(made.handle([finished(0, task)]))
        with_it |= set(given.get(0, []))
        most, done = max(most, len(with_it)), done + 1
    assert done == 20_000
    assert most < 2000


def test_a_busy_worker_gets_another_frame_as_it_comes_near_its_end() -> None:
    made = machine(1)
    assert started(made.handle([issued(*range(9), seconds=0.6 * SHORT_SECONDS)])) == {0: [0, 1]}
    assert started(made.handle([issued(9, seconds=SHORT)])) == {}
    assert started(made.handle([finished(0, 0)])) == {0: [2]}


def test_a_worker_is_one_frame_ahead() -> None:
    made = machine(1)
    assert started(made.handle([issued(*range(100), seconds=SHORT)])) == {0: [*range(8)]}
    assert started(made.handle([finished(0, 0)])) == {0: [8, 9, 10, 11]}


def test_a_task_that_is_just_short_is_sent_ahead() -> None:
    made = machine(1)
    assert started(made.handle([issued(1, 2, 3, seconds=FRAME_SECONDS)])) == {0: [1, 2]}


def test_few_short_tasks_are_spread_over_the_workers() -> None:
    made = machine(2)
    assert sorted(started(made.handle([issued(1, 2, seconds=SHORT)])).values()) == [[1], [2]]


def test_a_wanted_task_goes_before_all_others() -> None:
    made = machine(1)
    made.handle([issued(1, 2, 3, 4)])
    made.handle([Wanted(TaskId(4))])
    assert started(made.handle([finished(0, 1)])) == {0: [4]}
    assert started(made.handle([finished(0, 4)])) == {0: [2]}


def test_a_dropped_task_is_not_started() -> None:
    made = machine(1)
    made.handle([issued(1, 2, 3)])
    made.handle([Dropped(ids(2))])
    assert started(made.handle([finished(0, 1)])) == {0: [3]}


def test_a_worker_is_free_again_when_a_dropped_task_ends() -> None:
    made = machine(1)
    made.handle([issued(1)])
    made.handle([Dropped(ids(1)), issued(2)])
    assert started(made.handle([finished(0, 1)])) == {0: [2]}
    made.handle([finished(0, 2)])
    assert not made.busy


def test_a_lost_workers_task_starts_again_elsewhere_before_all_others() -> None:
    made = machine(2)
    victim = started(made.handle([issued(1, 2, 3, 4)]))[0]
    commands = made.handle([lost(0)])
    assert StartWorkers(0, 1) in commands
    other = {1: 2, 2: 1}[victim[0]]
    assert started(made.handle([finished(1, other)])) == {1: victim}


def test_a_dropped_task_of_a_lost_worker_does_not_run_again() -> None:
    made = machine(1)
    made.handle([issued(1)])
    made.handle([Dropped(ids(1))])
    made.handle([lost(0)])
    assert started(made.handle(joined(5))) == {}


def test_tasks_of_a_lost_worker_run_one_by_one_so_that_the_culprit_is_found() -> None:
    made = machine(1)
    assert started(made.handle([issued(*range(4), seconds=SHORT)])) == {0: [0, 1, 2]}
    made.handle([lost(0)])
    assert started(made.handle(joined(1))) == {1: [0]}
    assert started(made.handle([finished(1, 0)])) == {1: [1]}


def deadly(made: Machine, task: int, deaths: int) -> list[Command]:
    """Let the task kill so many workers; what the machine answers to the last death."""
    commands: list[Command] = []
    for _ in range(deaths):
        worker = next(w for w, seat in made._seats.items() if TaskId(task) in seat.tasks)
        commands = made.handle([WorkerLost(worker, "segfault")])
        commands += made.handle([WorkerJoined(WorkerId(worker + 10), 0)])
    return commands


def test_the_last_attempt_is_made_alone_on_the_machine() -> None:
    made = machine(2)
    made.handle([issued(1, 2, 3, 4)])
    assert started(deadly(made, 1, MAX_DEATHS - 1)) == {}
    worker = next(w for w, seat in made._seats.items() if seat.tasks)
    commands = made.handle([Finished(worker, ids(2))])
    assert list(started(commands).values()) == [[1]]
    assert made.handle([issued(5)]) == []


def test_a_task_that_survives_its_last_attempt_lets_the_others_go_on() -> None:
    made = machine(1)
    made.handle([issued(1, 2)])
    [(worker, tasks)] = started(deadly(made, 1, MAX_DEATHS - 1)).items()
    assert tasks == [1]
    assert started(made.handle([finished(worker, 1)])) == {worker: [2]}


def test_a_task_is_given_up_when_it_has_killed_its_last_worker_too() -> None:
    made = machine(1)
    made.handle([issued(1, 2)])
    deadly(made, 1, MAX_DEATHS - 1)
    [worker] = made._seats
    commands = made.handle([WorkerLost(worker, "segfault")])
    [given_up] = [c for c in commands if isinstance(c, GiveUp)]
    assert given_up.task == 1
    assert "segfault" in given_up.why
    assert started(made.handle(joined(99))) == {99: [2]}


def test_only_the_task_that_was_running_counts_a_death() -> None:
    made = machine(1)
    made.handle([issued(*range(4), seconds=SHORT)])
    made.handle([lost(0)])
    assert made._trials.deaths == {0: 1}


def test_a_worker_that_cannot_be_started_is_tried_again() -> None:
    made = Machine([Pool(2, can_kill=True)])
    made.handle([issued(1)])
    assert made.handle([StartFailed(0, 2, "why")]) == [StartWorkers(0, 2)]


def test_all_tasks_are_given_up_when_no_worker_can_be_started() -> None:
    made = Machine([Pool(2, can_kill=True)])
    made.handle([issued(1, 2)])
    made.handle([StartFailed(0, 2, "no such file")])
    made.handle([StartFailed(0, 2, "no such file")])
    why = "no worker can be started: no such file"
    assert made.handle([StartFailed(0, 2, "no such file")]) == [
        GiveUp(TaskId(1), why),
        GiveUp(TaskId(2), why),
    ]
    assert made.handle([issued(3)]) == [GiveUp(TaskId(3), why)]


def test_workers_that_die_before_they_did_anything_are_not_replaced_for_ever() -> None:
    made = machine(1)
    assert made.handle([lost(0)]) == [StartWorkers(0, 1)]
    made.handle(joined(1))
    assert made.handle([lost(1)]) == [StartWorkers(0, 1)]
    made.handle(joined(2))
    assert made.handle([lost(2)]) == []
    assert [type(c) for c in made.handle([issued(7)])] == [GiveUp]


def test_fewer_workers_than_wished_for_do_all_the_work() -> None:
    made = Machine([Pool(2, can_kill=True)])
    made.handle([issued(1, 2), *joined(0)])
    for _ in range(5):
        made.handle([StartFailed(0, 1, "no memory")])
    assert started(made.handle([finished(0, 1)])) == {0: [2]}


def test_a_worker_is_killed_that_runs_on_what_nobody_wants() -> None:
    made = machine(1)
    made.handle([issued(1)])
    made.handle([Dropped(ids(1))])
    assert made.handle([Overdue(ids(1))]) == [Kill(WorkerId(0))]


def test_a_worker_that_has_finished_what_nobody_wants_is_left_in_peace() -> None:
    made = machine(1)
    made.handle([issued(1)])
    made.handle([Dropped(ids(1))])
    made.handle([finished(0, 1)])
    assert made.handle([Overdue(ids(1))]) == []


def test_a_worker_that_cannot_be_killed_is_replaced_and_not_listened_to_any_more() -> None:
    made = machine(1, can_kill=False)
    made.handle([issued(1)])
    made.handle([Dropped(ids(1)), issued(2)])
    assert made.handle([Overdue(ids(1))]) == [StartWorkers(0, 1)]
    assert started(made.handle(joined(1))) == {1: [2]}
    assert made.handle([finished(0, 1)]) == []


def coroutines(*numbers: int) -> Issued:
    return Issued(dict.fromkeys(ids(*numbers), UNKNOWN), frozenset(ids(*numbers)))


def staffed(workers: int) -> Machine:
    """A machine whose workers wait for something to do."""
    machine = Machine([Pool(workers, can_kill=True)])
    machine.handle([issued(-1)])
    given = started(machine.handle(joined(*range(workers))))
    machine.handle([finished(worker, -1) for worker in given])
    return machine


def test_coroutines_are_spread_evenly_and_all_run_at_once() -> None:
    given = started(staffed(2).handle([coroutines(*range(100))]))
    assert sorted(map(len, given.values())) == [50, 50]
    assert sorted(task for tasks in given.values() for task in tasks) == list(range(100))


def test_a_worker_has_only_so_many_places_for_coroutines() -> None:
    machine = staffed(1)
    given = started(machine.handle([coroutines(*range(PLACES + 5))]))
    assert len(given[0]) == PLACES
    assert started(machine.handle([finished(0, 7, 3)])) == {0: [PLACES, PLACES + 1]}


def test_a_plain_call_waits_until_the_coroutines_of_a_worker_have_ended() -> None:
    machine = staffed(1)
    machine.handle([coroutines(0, 1)])
    assert machine.handle([issued(2)]) == []
    assert machine.handle([finished(0, 1)]) == []
    assert started(machine.handle([finished(0, 0)])) == {0: [2]}


def test_a_coroutine_waits_until_a_plain_call_has_ended() -> None:
    machine = staffed(1)
    machine.handle([issued(0)])
    assert machine.handle([coroutines(1)]) == []
    assert started(machine.handle([finished(0, 0)])) == {0: [1]}


def test_a_coroutine_that_nobody_wants_is_cancelled_where_it_runs() -> None:
    machine = staffed(1)
    machine.handle([coroutines(0, 1)])
    assert machine.handle([Dropped(ids(1))]) == [Cancel(WorkerId(0), TaskId(1))]
    assert machine.handle([Overdue(ids(1))]) == [Kill(WorkerId(0))]


def test_each_of_the_coroutines_of_a_worker_that_died_may_be_the_cause() -> None:
    machine = staffed(1)
    machine.handle([coroutines(0, 1)])
    for worker in range(MAX_DEATHS - 2):
        machine.handle([lost(worker)])
        machine.handle(joined(worker + 1))
    machine.handle([lost(MAX_DEATHS - 2)])
    assert started(machine.handle(joined(MAX_DEATHS - 1))) == {MAX_DEATHS - 1: [0]}
    assert started(machine.handle([finished(MAX_DEATHS - 1, 0)])) == {MAX_DEATHS - 1: [1]}


class World:
    """Workers that obey, die and finish as a list of numbers says; checks what must always hold."""

    def __init__(self, workers: int) -> None:
        self.machine = Machine([Pool(workers, can_kill=True)])
        self.running: dict[WorkerId, list[TaskId]] = {}
        self.to_start = 0
        self.workers = 0
        self.open: set[TaskId] = set()
        self.dropped: set[TaskId] = set()
        self.next = 0

    def happen(self, *events: Event) -> None:
        for command in self.machine.handle(events):
            match command:
                case Start(worker, tasks):
                    assert tasks
                    assert not self.dropped.intersection(tasks)
                    self.running[worker] += tasks
                case StartWorkers(_, count):
                    self.to_start += count
                case GiveUp(task, _):
                    self.open.remove(task)
                case Kill(worker):
                    self.die(worker)
                case Cancel() | Watch() | Redundant() | TakeBack():
                    raise AssertionError("no coroutine, no time limit, and nobody is slow")
        spread = [task for tasks in self.running.values() for task in tasks]
        assert len(spread) == len(set(spread)), "a task runs twice at the same time"

    def issue(self, seconds: float) -> None:
        task = TaskId(self.next)
        self.next += 1
        self.open.add(task)
        self.happen(Issued({task: seconds}))

    def drop(self, choice: int) -> None:
        if self.open:
            task = sorted(self.open)[choice % len(self.open)]
            self.open.remove(task)
            self.dropped.add(task)
            self.happen(Dropped([task]))

    def join(self) -> None:
        if self.to_start:
            self.to_start -= 1
            worker = WorkerId(self.workers)
            self.workers += 1
            self.running[worker] = []
            self.happen(WorkerJoined(worker, 0))

    def busy(self) -> list[WorkerId]:
        return [worker for worker, tasks in self.running.items() if tasks]

    def finish(self, choice: int) -> None:
        if busy := self.busy():
            worker = busy[choice % len(busy)]
            task = self.running[worker].pop(0)
            self.open.discard(task)
            self.happen(Finished(worker, [task]))

    def die(self, worker: WorkerId) -> None:
        del self.running[worker]
        self.happen(WorkerLost(worker, "killed"))

    def run(self, deed: str, number: int) -> None:
        match deed:
            case "issue":
                self.issue((UNKNOWN, SHORT, LONG)[number % 3])
            case "drop":
                self.drop(number)
            case "join":
                self.join()
            case "finish":
                self.finish(number)
            case "die" if self.busy():
                self.die(self.busy()[number % len(self.busy())])


deeds = st.sampled_from(["issue", "issue", "issue", "drop", "join", "finish", "finish", "die"])


@given(st.integers(1, 3), st.lists(st.tuples(deeds, st.integers(0, 5)), max_size=60))
def test_whatever_happens_every_task_ends_once_the_workers_behave(
    workers: int, story: list[tuple[str, int]]
) -> None:
    world = World(workers)
    for deed, number in story:
        world.run(deed, number)
    while world.to_start or world.busy():
        world.join()
        world.finish(0)
    assert not world.open
    assert not world.machine.busy
    assert not world.machine._unwanted
    assert not world.machine._trials.deaths
