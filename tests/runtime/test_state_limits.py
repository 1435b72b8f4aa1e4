"""What the machine does about tasks that take too long, and about those that wait behind one."""

from __future__ import annotations

import pytest

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import MAX_DEATHS, MAX_LATE, Limits
from pydron_ng.runtime.messages import (
    Cancel,
    Command,
    Dropped,
    GiveUp,
    Issued,
    Kill,
    Late,
    Overdue,
    Redundant,
    Stalled,
    StartWorkers,
    Wanted,
    Watch,
    WorkerLost,
)
from pydron_ng.runtime.state import Machine
from tests.runtime.test_state import (
    SHORT,
    deadly,
    finished,
    ids,
    issued,
    joined,
    lost,
    machine,
    started,
)


def limited(task: int, seconds: float = 0.0, **limits: float) -> Issued:
    return Issued({TaskId(task): seconds}, limits={TaskId(task): Limits(**limits)})  # type: ignore[arg-type]


def late(worker: int, task: int) -> Late:
    return Late(WorkerId(worker), TaskId(task))


def stalled(worker: int) -> Stalled:
    return Stalled(WorkerId(worker))


def given_up(commands: list[Command]) -> list[GiveUp]:
    return [command for command in commands if isinstance(command, GiveUp)]


# --- a time limit ---


def test_a_task_with_a_time_limit_is_watched_from_its_start() -> None:
    made = machine(1)
    made.handle([issued(1)])
    assert made.handle([limited(2, timeout=5.0)]) == []
    commands = made.handle([finished(0, 1)])
    assert started(commands) == {0: [2]}
    assert Watch(WorkerId(0), TaskId(2), 5.0) in commands


def test_short_tasks_with_a_time_limit_travel_one_by_one() -> None:
    made = machine(1)
    both = Issued(dict.fromkeys(ids(1, 2), SHORT), limits=dict.fromkeys(ids(1, 2), Limits(0, 5.0)))
    assert started(made.handle([both])) == {0: [1]}


def test_a_worker_whose_task_is_late_is_killed_and_the_task_is_tried_again() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0), issued(2)])
    assert made.handle([late(0, 1)]) == [Kill(WorkerId(0))]
    assert made.handle([lost(0)]) == [StartWorkers(0, 1)]
    commands = made.handle(joined(1))
    assert started(commands) == {1: [1]}
    assert Watch(WorkerId(1), TaskId(1), 5.0) in commands


def test_a_task_that_is_late_every_time_is_given_up_and_has_killed_nobody() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0), issued(2)])
    for worker in range(MAX_LATE - 1):
        made.handle([late(worker, 1)])
        made.handle([lost(worker), *joined(worker + 1)])
    commands = made.handle([late(MAX_LATE - 1, 1)])
    [gone] = given_up(commands)
    assert Kill(WorkerId(MAX_LATE - 1)) in commands
    assert gone == GiveUp(
        TaskId(1), f"it took longer than 5 s on a worker, {MAX_LATE} times", late=True
    )
    commands = made.handle([lost(MAX_LATE - 1), *joined(9)])
    assert started(commands) == {9: [2]}


def test_retries_are_beyond_the_usual_ones() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0, retries=2)])
    for worker in range(MAX_LATE + 1):
        assert not given_up(made.handle([late(worker, 1)]))
        made.handle([lost(worker), *joined(worker + 1)])
    assert given_up(made.handle([late(MAX_LATE + 1, 1)]))


def test_a_task_with_retries_may_kill_more_workers() -> None:
    made = machine(1)
    made.handle([limited(1, retries=2)])
    assert not given_up(deadly(made, 1, MAX_DEATHS + 1))
    [gone] = given_up(deadly(made, 1, 1))
    assert gone.deadly


def test_being_late_is_no_death() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0, retries=9)])
    for worker in range(MAX_DEATHS):
        made.handle([late(worker, 1)])
        made.handle([lost(worker), *joined(worker + 1)])
    assert made._trials.deaths == {}


def test_a_worker_that_is_being_killed_gets_nothing_any_more() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0), issued(2)])
    made.handle([late(0, 1)])
    assert made.handle([finished(0, 1)]) == []
    assert started(made.handle([lost(0), *joined(1)])) == {1: [2]}


def test_who_is_told_too_late_that_a_task_is_late_does_nothing() -> None:
    made = machine(2)
    made.handle([limited(1, timeout=5.0)])
    [worker] = [w for w, seat in made._seats.items() if seat.tasks]
    made.handle([finished(worker, 1)])
    made.handle([limited(2, timeout=5.0)])
    assert made.handle([late(worker, 1), late(77, 2)]) == []


def test_a_late_task_that_nobody_wants_is_left_to_the_grace() -> None:
    made = machine(1)
    made.handle([limited(1, timeout=5.0)])
    made.handle([Dropped(ids(1))])
    assert made.handle([late(0, 1)]) == []
    assert made.handle([Overdue(ids(1))]) == [Kill(WorkerId(0))]


def test_where_workers_cannot_be_killed_a_late_one_is_done_without() -> None:
    made = machine(1, can_kill=False)
    made.handle([limited(1, timeout=5.0)])
    assert made.handle([late(0, 1)]) == [StartWorkers(0, 1)]
    assert started(made.handle(joined(1))) == {1: [1]}
    assert given_up(made.handle([late(1, 1)]))
    assert made.handle([finished(0, 1), finished(1, 1)]) == []


def test_coroutines_beside_a_late_one_run_again_and_are_not_suspected() -> None:
    made = machine(1)
    tasks = ids(1, 2)
    limits = {TaskId(1): Limits(0, 5.0)}
    commands = made.handle([Issued(dict.fromkeys(tasks, 0.0), frozenset(tasks), limits)])
    assert [c for c in commands if isinstance(c, Watch)] == [Watch(WorkerId(0), TaskId(1), 5.0)]
    made.handle([late(0, 1)])
    commands = made.handle([lost(0), *joined(1)])
    assert started(commands) == {1: [1, 2]}
    assert made._trials.deaths == {}


def test_a_coroutine_that_runs_again_can_be_cancelled_where_it_is() -> None:
    made = machine(1)
    made.handle([Issued(dict.fromkeys(ids(1), 0.0), frozenset(ids(1)))])
    made.handle([lost(0), *joined(1)])
    assert made.handle([Dropped(ids(1))]) == [Cancel(WorkerId(1), TaskId(1))]


# --- uneven durations ---


def stuck(others: int = 1) -> Machine:
    """Worker 0 has the short tasks 0 to 3 and is stuck in the first; the others are idle."""
    made = machine(1)
    assert started(made.handle([issued(*range(8), seconds=SHORT)])) == {0: [0, 1, 2, 3, 4, 5]}
    made.handle([Dropped(ids(6, 7))])
    made._pools = machine(1 + others)._pools
    made._hiring.starting += others
    made.handle(joined(*range(1, 1 + others)))
    return made


def test_what_waits_behind_a_long_task_goes_to_an_idle_worker_the_last_one_first() -> None:
    made = stuck()
    assert started(made.handle([stalled(0)])) == {1: [5]}
    assert started(made.handle([finished(1, 5)])) == {1: [4]}


def test_each_of_them_goes_by_itself() -> None:
    made = stuck(others=3)
    assert sorted(started(made.handle([stalled(0)])).values()) == [[3], [4], [5]]


def test_a_stalled_worker_keeps_its_tasks_while_there_is_something_else_to_do() -> None:
    made = stuck()
    made.handle([issued(20), issued(21)])
    assert made.handle([stalled(0)]) == []
    assert started(made.handle([finished(1, 20)])) == {1: [21]}
    assert started(made.handle([finished(1, 21)])) == {1: [5]}


def test_a_worker_that_was_heard_of_again_keeps_its_tasks() -> None:
    made = stuck()
    made.handle([issued(20)])
    made.handle([stalled(0)])
    made.handle([finished(0, 0)])
    assert made.handle([finished(1, 20)]) == []


def test_who_is_faster_has_the_outcome_and_nobody_else_is_asked_for_it() -> None:
    made = stuck()
    made.handle([stalled(0)])  # 5 runs on worker 1, the others are queued
    assert made.handle([finished(0, 0, 1, 2, 3, 4, 5)]) == [Redundant(ids(5))]
    assert not made._queues
    assert made._unwanted == {5}
    made.handle([finished(1, 5)])
    assert not made.busy
    assert not made._unwanted


def test_a_worker_is_not_idle_before_it_is_through_with_what_others_do_as_well() -> None:
    made = stuck()
    made.handle([stalled(0)])
    for task in (5, 4, 3, 2, 1):
        made.handle([finished(1, task)])
    made.handle([finished(0, 0)])
    assert started(made.handle([issued(20, 21)])) == {1: [20]}
    assert started(made.handle([finished(0, 1, 2, 3, 4, 5)])) == {0: [21]}


def test_what_a_dead_worker_had_lent_is_not_run_again_for_it() -> None:
    made = stuck()
    made.handle([stalled(0)])
    made.handle([finished(1, 5)])
    made.handle([WorkerLost(WorkerId(0), "segfault")])
    assert started(made.handle([finished(1, 4)])) == {1: [0]}  # it comes before all others
    assert started(made.handle([finished(1, 0)])) == {1: [3]}
    assert made._trials.deaths == {}


def test_what_was_lent_to_a_worker_that_dies_is_run_again() -> None:
    made = stuck()
    made.handle([stalled(0)])
    made.handle([lost(1), *joined(2)])
    assert made._seats[WorkerId(2)].tasks.keys() == {5}


def test_a_lent_task_that_nobody_wants_is_not_started() -> None:
    made = stuck()
    made.handle([stalled(0)])
    made.handle([Dropped(ids(4)), Wanted(TaskId(2))])
    assert started(made.handle([finished(1, 5)])) == {1: [2]}
    assert started(made.handle([finished(1, 2)])) == {1: [3]}


def test_what_nobody_wants_stays_where_it_was_sent() -> None:
    made = stuck()
    made.handle([Dropped(ids(5))])
    assert started(made.handle([stalled(0)])) == {1: [4]}


@pytest.mark.parametrize("worker", [1, 77])
def test_a_worker_that_has_one_task_or_none_lends_nothing(worker: int) -> None:
    made = stuck(others=2)
    made.handle([issued(20)])
    assert made.handle([stalled(worker)]) == []


def test_a_task_that_goes_down_with_its_hosts_again_and_again_is_made_in_the_program() -> None:
    made = machine(1)
    made.handle([issued(1)])
    commands: list[Command] = []
    for worker in range(MAX_DEATHS):
        commands += made.handle([WorkerLost(WorkerId(worker), "the cable", with_host=True)])
        commands += made.handle(joined(worker + 1))
    assert [(one.task, one.deadly) for one in given_up(commands)] == [(1, False)]
