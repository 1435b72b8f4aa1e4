"""A machine that does nothing twice: what pools of users are made of."""

from __future__ import annotations

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.messages import (
    Command,
    Dropped,
    Finished,
    GiveUp,
    Issued,
    Kill,
    Overdue,
    Pool,
    WorkerJoined,
    WorkerLost,
)
from pydron_ng.runtime.state import Machine
from tests.runtime.test_state import SHORT, started

_ONCE = Limits(is_pure=False)
_FIRST, _OTHER = WorkerId(0), WorkerId(1)


def _machine(workers: int) -> Machine:
    made = Machine([Pool(workers, can_kill=True)], lends=False)
    made.handle([WorkerJoined(WorkerId(n), 0) for n in range(workers)])
    return made


def _issued(*tasks: int, seconds: float = SHORT, are_coroutines: bool = False) -> Issued:
    ids = [TaskId(task) for task in tasks]
    coroutines = frozenset(ids) if are_coroutines else frozenset()
    return Issued(dict.fromkeys(ids, seconds), coroutines, dict.fromkeys(ids, _ONCE))


def _given_up(commands: list[Command]) -> list[Command]:
    return [command for command in commands if isinstance(command, GiveUp)]


def test_nothing_waits_behind_a_task_however_short() -> None:
    made = _machine(2)
    given = started(made.handle([_issued(*range(10))]))
    assert sorted(map(len, given.values())) == [1, 1]
    (task,) = given[_FIRST]
    assert started(made.handle([Finished(_FIRST, [TaskId(task)])])) == {_FIRST: [2]}


def test_a_task_that_is_ended_takes_no_other_one_with_it() -> None:
    made = _machine(1)
    assert started(made.handle([_issued(0, 1)])) == {_FIRST: [0]}
    made.handle([Dropped([TaskId(0)])])
    assert Kill(_FIRST) in made.handle([Overdue([TaskId(0)])])
    commands = made.handle([WorkerLost(_FIRST, "killed"), WorkerJoined(_OTHER, 0)])
    assert _given_up(commands) == []
    assert started(commands) == {_OTHER: [1]}


def test_coroutines_of_a_worker_that_is_ended_are_not_made_again() -> None:
    """All of them had begun."""
    made = _machine(1)
    made.handle([_issued(0, 1, 2, are_coroutines=True)])
    made.handle([Dropped([TaskId(0)])])
    assert Kill(_FIRST) in made.handle([Overdue([TaskId(0)])])
    commands = made.handle([WorkerLost(_FIRST, "killed"), WorkerJoined(_OTHER, 0)])
    why = "its worker died: killed"
    assert _given_up(commands) == [GiveUp(TaskId(n), why, deadly=True) for n in (1, 2)]
    assert started(commands) == {}
