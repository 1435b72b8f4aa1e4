"""Workers start before the first task where it is plain that tasks are going to come."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.runtime.messages import Foreseen, Issued, Pool, StartWorkers
from pydron_ng.runtime.session import session
from pydron_ng.runtime.state import Machine
from tests.backends.rig import wait_until
from tests.runtime.desk import KINDS, Desk, backend

WORKERS = [{"type": "threads", "cores": 2}]


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(backend(request.param))
    yield desk
    desk.close()


def test_workers_are_started_for_tasks_that_are_foreseen_and_only_once() -> None:
    made = Machine([Pool(2, can_kill=True)])
    assert made.handle([Foreseen()]) == [StartWorkers(0, 2)]
    assert made.handle([Foreseen(), Issued({})]) == []


def test_hired_workers_join_without_a_task(desk: Desk) -> None:
    with desk.driver.lock:
        desk.driver.hire()
    wait_until(lambda: len(desk.driver._ledger.workers) == 2)


def test_what_was_foreseen_and_not_called_off_comes(desk: Desk) -> None:
    due = threading.Event()
    with desk.driver.lock:
        desk.driver.foresee(due.set)
    wait_until(lambda: len(desk.driver._ledger.workers) == 2)
    wait_until(due.is_set)


def test_what_was_foreseen_and_called_off_starts_nobody(desk: Desk) -> None:
    due = threading.Event()
    with desk.driver.lock:
        desk.driver.foresee(due.set)
        desk.driver.call_off()
    wait_until(lambda: not desk.driver._clocks.foreseen.are_set)
    assert not desk.driver._machine.has_hired
    assert not due.is_set()


@functional
def waits_for_workers(_number: int) -> str:
    if threading.current_thread() is threading.main_thread():
        wait_until(lambda: len(session().driver._ledger.workers) == 2)
    return threading.current_thread().name


@schedule
def all_wait(count: int) -> list[str]:
    found = []
    for number in range(count):
        found.append(waits_for_workers(number))
    return found


def test_workers_start_while_the_first_call_goes_on() -> None:
    with pydron_ng.configure(workers=WORKERS):
        first, *_ = all_wait(20)
    assert first == threading.main_thread().name
