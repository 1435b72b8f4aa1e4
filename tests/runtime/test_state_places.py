"""Tasks that have something large to take along go where that is, if it costs nobody anything."""

from __future__ import annotations

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.messages import Issued, Pool, Wanted, WorkerJoined
from pydron_ng.runtime.state import Machine
from tests.runtime.test_state import LONG, finished, ids, issued, started


def on_hosts(*hosts: str) -> Machine:
    """Each of its workers is on one of the hosts, and at a task of its own: -1, -2 ..."""
    made = Machine([Pool(len(hosts), can_kill=True)])
    made.handle([issued(*range(-len(hosts), 0), seconds=LONG)])
    for number, host in enumerate(hosts):
        made.handle([WorkerJoined(WorkerId(number), 0, host)])
    return made


def at(made: Machine, worker: int) -> int:
    """What the worker is at."""
    [task] = made._seats[WorkerId(worker)].tasks
    return task


def near(host: str, *tasks: int) -> Issued:
    places = dict.fromkeys(ids(*tasks), (0, host))
    return Issued(dict.fromkeys(ids(*tasks), LONG), near=places)


def test_a_worker_that_becomes_free_takes_what_is_near() -> None:
    made = on_hosts("a", "b")
    made.handle([issued(1, seconds=LONG), near("b", 2), near("a", 3)])
    assert started(made.handle([finished(1, at(made, 1))])) == {1: [2]}
    assert started(made.handle([finished(1, 2)])) == {1: [1]}
    assert started(made.handle([finished(1, 1)])) == {1: [3]}  # rather than nothing


def test_an_idle_worker_nearby_is_preferred() -> None:
    made = on_hosts("a", "b", "b")
    for worker in (0, 1, 2):
        made.handle([finished(worker, at(made, worker))])
    assert started(made.handle([near("a", 1)])) == {0: [1]}
    assert started(made.handle([near("a", 2)])) == {2: [2]}
    assert started(made.handle([near("nowhere", 3)])) == {1: [3]}


def test_what_somebody_waits_for_goes_before_what_is_near() -> None:
    made = on_hosts("a", "b")
    made.handle([near("b", 1, 2), issued(3, seconds=LONG), Wanted(TaskId(3))])
    assert started(made.handle([finished(1, at(made, 1))])) == {1: [3]}
    assert started(made.handle([finished(1, 3)])) == {1: [1]}


def test_nothing_is_remembered_of_places_when_nothing_is_queued() -> None:
    made = on_hosts("a")
    made.handle([near("a", 1), near("b", 2)])
    made.handle([finished(0, at(made, 0))])
    made.handle([finished(0, 1)])
    made.handle([issued(3)])
    assert not made._queues.general.near
