"""Time limits and retries of functional functions, with real workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.limits import MAX_LATE, Limits
from pydron_ng.runtime.scheduled import entry_of
from tests.backends.rig import wait_until
from tests.runtime.desk import Desk, backend
from tests.runtime.hanging import all_squares, deadly, squares, survivor


@pytest.fixture
def workers() -> Iterator[None]:
    with configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        yield


@pytest.mark.usefixtures("workers")
def test_a_call_that_hangs_in_every_worker_is_made_in_the_program() -> None:
    assert all_squares(4) == [0, 1, 4, 9]
    entry = entry_of(all_squares)
    assert entry is not None
    [reason] = [reason for reason in entry.program.reasons if reason.code == "given-up"]
    assert "it took longer than 1 s on a worker" in reason.chain[0]


@pytest.mark.usefixtures("workers")
def test_a_call_that_hangs_once_is_tried_again_by_another_worker(tmp_path: Path) -> None:
    assert squares(4, str(tmp_path)) == [0, 1, 4, 9]
    assert len(list(tmp_path.iterdir())) == MAX_LATE


@pytest.mark.usefixtures("workers")
def test_a_call_with_retries_may_kill_more_workers_than_others(tmp_path: Path) -> None:
    assert survivor(str(tmp_path)) == 7


@pytest.mark.usefixtures("workers")
def test_without_retries_it_may_not() -> None:
    with pytest.raises(WorkerLost):
        deadly(3)


def test_a_function_bears_its_limits_and_so_does_its_scheduled_form() -> None:
    @functional(retries=1, timeout=2)
    def f(x: int) -> int:
        return x

    for function in (f, schedule(f)):
        mark = mark_of(function)
        assert mark is not None
        assert mark.limits == Limits(1, 2.0)


@pytest.mark.parametrize("wrong", [{"retries": -1}, {"retries": 1.5}, {"timeout": 0}])
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        functional(**wrong)  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["threads", "multicore"])
def test_a_late_worker_is_replaced_and_the_task_lost_in_the_end(kind: str, tmp_path: Path) -> None:
    never = str(tmp_path / "never").encode()
    desk = Desk(backend(kind))
    task = desk.issue(b"wait_for", never, limits=Limits(0, 0.1))
    desk.wait(task)
    assert task.outcome is None
    assert task.lost == f"f(x): it took longer than 0.1 s on a worker, {MAX_LATE} times"
    assert not task.deadly
    assert [desk.call(b"echo", b"x") for _ in range(4)] == [(b"x",)] * 4
    Path(os.fsdecode(never)).touch()
    desk.close()


@pytest.mark.parametrize("kind", ["threads", "multicore"])
def test_short_tasks_behind_one_that_turns_out_long_are_run_elsewhere(
    kind: str, tmp_path: Path
) -> None:
    desk = Desk(backend(kind, workers=1), backend("threads", workers=1))
    desk.call(b"echo")  # one of them is there
    gate = tmp_path / "gate"
    tasks = [desk.task(b"wait_for", str(gate).encode(), seconds=1e-5)]
    tasks += [desk.task(b"echo", str(n).encode(), seconds=1e-5) for n in range(9)]
    with desk.driver.lock:
        desk.driver.issue(tasks)
    desk.wait(*tasks[1:])
    gate.touch()
    desk.wait(tasks[0])
    assert [task.outcome for task in tasks[1:]] == [(str(n).encode(),) for n in range(9)]
    wait_until(lambda: not desk.driver._machine.busy)
    desk.close()
