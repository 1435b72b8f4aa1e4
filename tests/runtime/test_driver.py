"""The driver with real workers: what is issued is settled, whoever waits, whatever dies."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng.backends.base import Blob, Token
from pydron_ng.runtime.task import Task, TaskState
from tests.backends.rig import descriptors, is_alive, wait_until
from tests.runtime.desk import KINDS, Desk, backend


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(backend(request.param))
    yield desk
    desk.close()


@pytest.fixture
def processes() -> Iterator[Desk]:
    desk = Desk(backend("multicore"))
    yield desk
    desk.close()


def test_an_issued_task_is_settled_with_its_outcome(desk: Desk) -> None:
    task = desk.issue(b"echo", b"x")
    desk.wait(task)
    assert task.outcome == (b"x",)
    assert desk.settled == [task]


def test_nothing_is_started_before_the_first_task() -> None:
    threads = threading.active_count()
    desk = Desk(backend("threads"), backend("multicore"))
    assert threading.active_count() == threads
    assert desk.driver.capacity == 4
    desk.close()


def test_two_backends_share_the_work(tmp_path: Path) -> None:
    desk = Desk(backend("threads", 1), backend("multicore", 1))
    there = str(tmp_path / "there").encode()
    waiting = desk.issue(b"wait_for", there)
    touching = desk.issue(b"touch", there)
    desk.wait(waiting, touching)
    desk.close()


def test_a_thousand_tasks_are_settled_each_once(desk: Desk) -> None:
    tasks = [desk.task(b"echo", str(i).encode(), seconds=1e-6 * (i % 3)) for i in range(1000)]
    with desk.driver.lock:
        desk.driver.issue(tasks)
    desk.wait(*tasks)
    assert [task.outcome for task in tasks] == [(str(i).encode(),) for i in range(1000)]
    assert len(desk.settled) == 1000


def test_what_a_task_refers_to_is_defined_before_it(desk: Desk) -> None:
    token = Token(b"t")
    for _ in range(6):
        assert desk.call(b"lookup", token, tokens=(token,)) == (b"defined t",)


def test_a_definition_travels_to_a_worker_once(desk: Desk) -> None:
    asked: list[Token] = []

    def define(token: Token) -> Blob:
        asked.append(token)
        return (b"",)

    desk.driver._ledger._definitions = define
    for _ in range(20):
        desk.call(b"lookup", b"t", tokens=(Token(b"t"),))
    assert 1 <= len(asked) <= desk.driver.capacity


def test_a_task_runs_under_the_settings_in_force_when_it_was_issued(
    desk: Desk, tmp_path: Path
) -> None:
    there = str(tmp_path / "there").encode()
    with desk.driver.lock:
        desk.driver.settings((b"first",))
        blockers = [desk.task(b"wait_for", there) for _ in range(2)]
        before = desk.task(b"current_settings")
        desk.driver.issue([*blockers, before])
        desk.driver.settings((b"second",))
        after = desk.task(b"current_settings")
        desk.driver.issue([after])
    (tmp_path / "there").touch()
    desk.wait(before, after)
    assert (before.outcome, after.outcome) == ((b"first",), (b"second",))


def test_tasks_may_be_issued_while_another_is_settled(desk: Desk) -> None:
    chain: list[Task] = []

    def go_on(task: Task) -> None:
        if len(chain) < 50:
            chain.append(desk.task(b"echo", settle=go_on))
            desk.driver.issue([chain[-1]])

    go_on(desk.task(b"echo"))
    with desk.driver.lock:
        desk.driver.wait(lambda: len(chain) == 50 and chain[-1].state is TaskState.SETTLED)


def test_tasks_flow_while_the_program_computes(desk: Desk) -> None:
    enough = threading.Event()
    chain: list[Task] = []

    def go_on(task: Task) -> None:
        chain.append(task)
        if len(chain) == 20:
            enough.set()
        else:
            desk.driver.issue([desk.task(b"echo", settle=go_on)])

    desk.issue(b"echo", settle=go_on)
    assert enough.wait(30)


def test_two_threads_wait_at_the_same_time(desk: Desk) -> None:
    wrong: list[object] = []

    def work(name: bytes) -> None:
        for i in range(200):
            argument = name + str(i).encode()
            if (outcome := desk.call(b"echo", argument)) != (argument,):
                wrong.append(outcome)

    threads = [threading.Thread(target=work, args=(name,)) for name in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_a_queued_task_can_be_taken_back_and_a_running_one_not(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "there"
    running = [desk.issue(b"wait_for", str(there).encode()) for _ in range(2)]
    wait_until(lambda: all(task.state is TaskState.RUNNING for task in running))
    queued = desk.issue(b"touch", str(tmp_path / "never").encode())
    with desk.driver.lock:
        assert desk.driver.reclaim(queued)
        assert not desk.driver.reclaim(queued)
        assert not any(map(desk.driver.reclaim, running))
    there.touch()
    desk.wait(*running)
    desk.call(b"echo")
    assert queued.state is TaskState.DROPPED
    assert not (tmp_path / "never").exists()


def test_a_dropped_task_is_not_settled(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "there"
    running = desk.issue(b"wait_for", str(there).encode())
    wait_until(lambda: running.state is TaskState.RUNNING)
    with desk.driver.lock:
        desk.driver.drop([running])
    there.touch()
    for _ in range(5):
        desk.call(b"echo")
    assert running not in desk.settled


def test_a_wanted_task_runs_before_those_issued_earlier(desk: Desk, tmp_path: Path) -> None:
    gates = [tmp_path / "first", tmp_path / "second"]
    running = [desk.issue(b"wait_for", str(gate).encode()) for gate in gates]
    queued = [desk.issue(b"echo", str(i).encode()) for i in range(20)]
    with desk.driver.lock:
        desk.driver.want(queued[-1])
    gates[0].touch()  # one worker alone does all that is queued
    desk.wait(*queued)
    assert next(task for task in desk.settled if task in queued) is queued[-1]
    gates[1].touch()
    desk.wait(*running)


def test_what_was_sent_ahead_by_itself_is_not_left_behind_a_task_that_turns_out_long(
    desk: Desk, tmp_path: Path
) -> None:
    gates = [tmp_path / "first", tmp_path / "second"]
    long = [desk.issue(b"wait_for", str(gate).encode(), seconds=1e-4) for gate in gates]
    wait_until(lambda: all(task.state is TaskState.RUNNING for task in long))
    ahead = [desk.issue(b"echo", str(i).encode(), seconds=1e-4) for i in range(2)]
    assert all(task.state is TaskState.RUNNING for task in ahead)
    gates[0].touch()
    desk.wait(*ahead)
    gates[1].touch()
    desk.wait(*long)


def test_workers_stuck_in_dropped_calls_are_had_back(desk: Desk, tmp_path: Path) -> None:
    stuck = [desk.issue(b"wait_for", str(tmp_path / "never").encode()) for _ in range(2)]
    wait_until(lambda: all(task.state is TaskState.RUNNING for task in stuck))
    with desk.driver.lock:
        desk.driver.drop(stuck)
    assert desk.call(b"echo", b"free") == (b"free",)
    (tmp_path / "never").touch()


def test_a_killed_workers_task_is_run_again(processes: Desk, tmp_path: Path) -> None:
    task = processes.issue(b"exit_unless", str(tmp_path / "tried").encode())
    processes.wait(task)
    assert task.outcome == (b"survived",)


def test_a_task_that_kills_every_worker_is_lost_and_the_others_are_not(processes: Desk) -> None:
    tasks = [processes.issue(*blob) for blob in [(b"echo", b"1"), (b"exit",), (b"echo", b"2")]]
    processes.wait(*tasks)
    assert [task.outcome for task in tasks] == [(b"1",), None, (b"2",)]
    assert tasks[1].lost is not None
    assert tasks[1].lost.startswith("f(x): ")
    assert "status 3" in tasks[1].lost


def test_a_performer_that_fails_loses_the_task(desk: Desk) -> None:
    task = desk.issue(b"fail")
    desk.wait(task)
    assert task.outcome is None
    assert task.lost
    assert desk.call(b"echo", b"fine") == (b"fine",)


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_get_lost_when_no_worker_can_be_started(kind: str) -> None:
    desk = Desk(backend(kind, performer="tests.backends.performers:Nobody"))
    first, second = desk.issue(b"echo"), desk.issue(b"echo")
    desk.wait(first, second)
    assert first.lost is not None
    assert "Nobody" in first.lost
    third = desk.issue(b"echo")
    assert third.lost
    desk.close()


def test_tasks_get_lost_when_no_interpreter_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    desk = Desk(backend("multicore"))
    task = desk.issue(b"echo")
    desk.wait(task)
    assert "/nowhere/python" in (task.lost or "")
    desk.close()


def test_closing_loses_what_is_left_and_lets_those_who_wait_go(desk: Desk, tmp_path: Path) -> None:
    task = desk.issue(b"wait_for", str(tmp_path / "never").encode())
    waiting = threading.Thread(target=desk.wait, args=(task,))
    waiting.start()
    wait_until(lambda: task.state is TaskState.RUNNING)
    desk.close()
    waiting.join(30)
    assert not waiting.is_alive()
    assert task.lost
    assert desk.issue(b"echo").lost
    (tmp_path / "never").touch()


def test_an_exception_in_a_signal_handler_comes_out_of_wait(desk: Desk, tmp_path: Path) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    task = desk.issue(b"wait_for", str(tmp_path / "never").encode())
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Alarm):
            desk.wait(task)
    finally:
        signal.signal(signal.SIGALRM, before)
        (tmp_path / "never").touch()
    assert not desk.driver.lock._is_owned()  # type: ignore[attr-defined]
    desk.wait(task)


def test_an_error_in_the_background_loses_all_tasks_instead_of_hanging(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(_: Task) -> None:
        raise ZeroDivisionError

    desk.issue(b"echo", settle=settle)
    wait_until(lambda: desk.driver.closed)
    assert "ZeroDivisionError" in (desk.issue(b"echo").lost or "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_without_a_background_thread_works_while_somebody_waits(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(backend(kind))

    def no_more(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    task = desk.issue(b"echo")
    desk.wait(task)
    if kind == "multicore":
        assert task.outcome == ()
    else:
        assert "can't start new thread" in (task.lost or "")
    monkeypatch.undo()
    desk.close()


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_drivers_leave_no_descriptor_thread_or_process(kind: str) -> None:
    Desk(backend(kind)).close()
    files, threads, pids = descriptors(), threading.active_count(), set[int]()
    for _ in range(20):
        desk = Desk(backend(kind))
        pids.add(int(desk.call(b"pid")[0]))
        desk.close()
    assert descriptors() == files
    assert threading.active_count() == threads
    assert not any(map(is_alive, pids - {os.getpid()}))


# What is being made at that moment is closed by its finalizer, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind, times", [("threads", 60), ("multicore", 10)])
def test_an_exception_of_a_signal_handler_comes_out_as_itself_at_any_moment(
    kind: str, times: int
) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    moments = random.Random(0)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        for _ in range(times):
            desk = Desk(backend(kind))
            with pytest.raises(Alarm):  # noqa: PT012  at any moment of any call
                # Again after a second: Python swallows what is raised while it finalizes objects.
                signal.setitimer(signal.ITIMER_REAL, moments.uniform(1e-5, 0.02), 1)
                while True:
                    assert desk.call(b"echo", b"x") == (b"x",)
            signal.setitimer(signal.ITIMER_REAL, 0)
            desk.close()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_the_background_thread_stands_down_for_a_fork_though_another_thread_polls(
    processes: Desk, tmp_path: Path
) -> None:
    pump = processes.driver._pump
    for n in range(10):  # which of them hears is a matter of chance
        there = tmp_path / str(n)
        task = processes.issue(b"wait_for", str(there).encode())
        wait_until(lambda: len(pump._polling) == 1)
        waiting = threading.Thread(target=lambda: processes.wait(task))
        waiting.start()
        wait_until(lambda: len(pump._polling) == 2)
        processes.driver.rest()
        assert pump._polling == [waiting.ident]
        processes.driver.resume()
        there.touch()
        waiting.join()
        assert task.outcome == (b"seen",)
