"""What the machine does about a worker that takes much longer than others would."""

from __future__ import annotations

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.messages import (
    Dropped,
    Issued,
    Kill,
    Overdue,
    Pool,
    Redundant,
    Slow,
    StartWorkers,
    WorkerJoined,
)
from pydron_ng.runtime.state import Machine
from tests.runtime.test_state import LONG, finished, ids, issued, joined, lost, machine, started


def slow(worker: int, task: int) -> Slow:
    return Slow(WorkerId(worker), TaskId(task))


def at_work(workers: int = 2, *, can_kill: bool = True) -> Machine:
    """One whose worker 0 is at task 1, while the others are idle."""
    made = machine(1, can_kill=can_kill)
    made.handle([issued(1, seconds=LONG)])
    made._hiring.starting += workers - 1
    made._pools = machine(workers, can_kill=can_kill)._pools
    made.handle(joined(*range(1, workers)))
    return made


def test_what_a_slow_worker_is_at_is_run_by_an_idle_one_as_well() -> None:
    made = at_work()
    assert made.at_work() == [(0, 1)]
    assert started(made.handle([slow(0, 1)])) == {1: [1]}


def test_nobody_is_asked_about_while_all_have_something_to_do() -> None:
    made = at_work()
    made.handle([issued(2)])
    assert made.at_work() == []
    assert made.handle([slow(0, 1)]) == []
    assert started(made.handle([finished(1, 2)])) == {1: [1]}


def test_who_ends_before_anybody_has_time_needs_no_help() -> None:
    made = at_work()
    made.handle([issued(2)])
    made.handle([slow(0, 1)])
    made.handle([finished(0, 1)])
    assert made.handle([finished(1, 2)]) == []


def test_no_task_is_run_by_three() -> None:
    made = at_work(3)
    made.handle([slow(0, 1)])
    assert made.at_work() == []
    [copy] = [worker for worker, seat in made._seats.items() if seat.tasks]
    assert made.handle([slow(0, 1), slow(copy, 1)]) == []


def test_a_slow_worker_that_is_late_loses_its_place_after_a_grace() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    assert made.handle([finished(1, 1)]) == [Redundant(ids(1))]
    assert made.handle([Overdue(ids(1))]) == [Kill(WorkerId(0))]
    assert made.handle([lost(0)]) == [StartWorkers(0, 1)]
    made.handle(joined(2))
    assert not made.busy
    assert made._trials.deaths == {}


def test_a_slow_worker_that_ends_within_the_grace_goes_on() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    made.handle([finished(1, 1)])
    made.handle([finished(0, 1)])
    assert made.handle([Overdue(ids(1))]) == []
    assert not made.busy


def test_a_copy_that_is_not_needed_any_more_loses_its_worker_after_a_grace() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    assert made.handle([finished(0, 1)]) == [Redundant(ids(1))]
    assert started(made.handle([issued(2)])) == {0: [2]}
    assert made.handle([Overdue(ids(1))]) == [Kill(WorkerId(1))]


def test_a_call_that_nobody_wants_is_ended_wherever_it_runs() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    made.handle([Dropped(ids(1))])
    kills = made.handle([Overdue(ids(1))])
    assert sorted(k.worker for k in kills if isinstance(k, Kill)) == [0, 1]


def test_the_copy_goes_to_another_host_if_it_can() -> None:
    made = Machine([Pool(4, can_kill=True)])
    made.handle([issued(1, seconds=LONG), WorkerJoined(WorkerId(0), 0, "slow")])
    made.handle([WorkerJoined(WorkerId(1), 0, "fast")])
    made.handle([WorkerJoined(WorkerId(n), 0, "slow") for n in (2, 3)])
    assert started(made.handle([slow(0, 1)])) == {1: [1]}


def test_a_task_whose_slow_worker_dies_runs_on_elsewhere() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    assert started(made.handle([lost(0), *joined(2)])) == {}
    assert made.at_work() == [(1, 1)]
    made.handle([finished(1, 1)])
    assert not made.busy


def test_what_killed_a_worker_is_run_by_one_alone() -> None:
    made = at_work()
    made.handle([lost(0), *joined(2)])
    assert made.at_work() == []


def test_what_has_a_time_limit_is_run_by_one_alone() -> None:
    made = machine(2)
    made.handle([Issued({TaskId(1): LONG}, limits={TaskId(1): Limits(timeout=5.0)})])
    assert made.at_work() == []


def test_what_cannot_be_ended_is_run_by_one_alone() -> None:
    assert at_work(can_kill=False).at_work() == []


def test_a_worker_that_was_ended_for_nothing_is_no_failure_to_start() -> None:
    made = at_work()
    made.handle([slow(0, 1)])
    made.handle([finished(1, 1), lost(0)])
    assert made._hiring.failures == 0
