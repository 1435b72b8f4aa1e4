"""The session: made when needed, replaced, forgotten in forks, gone without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng.errors import ConfigError
from pydron_ng.runtime import session as module
from pydron_ng.runtime.session import Session, configure, session
from tests.backends.rig import is_alive, wait_until, workers_of

THREADS = [{"type": "threads", "cores": 2}]
PROCESSES = [{"type": "multicore", "cores": 2}]


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    before = session()
    yield
    assert session() is before


def test_without_a_file_all_local_cores_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYDRON_CONF", raising=False)
    fresh = Session()
    assert fresh.driver.capacity == len(os.sched_getaffinity(0))
    fresh.discard()


def test_configure_takes_effect_at_once_and_is_undone_at_the_end() -> None:
    with configure(workers=THREADS, inline=False):
        assert session().config.inline is False
        assert session().driver.capacity == 2
        with configure({"workers": [{"type": "threads", "cores": 5}]}):
            assert session().driver.capacity == 5
            assert session().config.inline is False
        assert session().driver.capacity == 2


def test_configure_ends_the_workers_there_were() -> None:
    with configure(workers=THREADS):
        first = session().driver
        with configure(inline=False):
            assert first.closed
            second = session().driver
        assert second.closed


def test_a_wrong_configuration_changes_nothing() -> None:
    with pytest.raises(ConfigError):
        configure(workers=[{"type": "threats"}])


def test_a_discarded_driver_is_followed_by_a_new_one() -> None:
    with configure(workers=THREADS) as mine:
        first = mine.driver
        mine.discard()
        assert first.closed
        assert mine.driver is not first


def test_a_driver_that_was_interrupted_anywhere_is_discarded_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others = workers_of(os.getpid())
    with configure(workers=PROCESSES, inline=False) as mine:
        first = mine.driver
        with first.lock:
            first.hire()
            first.wait(lambda: bool(workers_of(os.getpid()) - others))
        processes = workers_of(os.getpid()) - others
        assert processes

        def stumble(_: str) -> None:
            raise ValueError("a row is not where it was put")

        monkeypatch.setattr(first, "_lose_all", stumble)
        mine.discard()
        assert first.closed
        wait_until(lambda: not any(map(is_alive, processes)))


def test_it_is_usable_in_the_program() -> None:
    with configure(workers=THREADS) as mine:
        assert mine.usable()
        assert mine.driver.capacity == 2
        assert mine.usable()


def test_it_is_not_usable_when_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON", "off")
    assert not session().usable()


def test_it_is_not_usable_where_the_driver_is_at_work_further_up() -> None:
    with configure(workers=THREADS) as mine, mine.driver.lock:
        assert not mine.usable()


def test_it_is_not_usable_in_a_signal_handler_while_the_thread_waits() -> None:
    from tests.runtime.desk import Desk, backend

    desk = Desk(backend("threads"))
    seen: list[bool] = []
    with configure(workers=THREADS) as mine:
        mine._driver = desk.driver
        before = signal.signal(signal.SIGALRM, lambda *_: seen.append(mine.usable()))
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        task = desk.issue(b"sleep", b"0.1")
        desk.wait(task)
        signal.signal(signal.SIGALRM, before)
        assert mine.usable()
    assert seen == [False]


def test_other_threads_may_use_it_meanwhile() -> None:
    with configure(workers=THREADS) as mine:
        seen: list[bool] = []
        with mine.driver.lock:
            thread = threading.Thread(target=lambda: seen.append(mine.usable()))
            thread.start()
            thread.join()
        assert seen == [True]


def test_it_is_not_usable_in_a_worker(tmp_path: Path) -> None:
    from tests.runtime.desk import KINDS, Desk, backend

    source = b"__import__('pydron_ng.runtime.session').runtime.session.session().usable()"
    for kind in KINDS:
        desk = Desk(backend(kind))
        assert desk.call(b"evaluate", source) == (b"False",)
        desk.close()


START = """
import os, signal, sys, threading, time
from pathlib import Path
from pydron_ng.runtime import session as module
from pydron_ng.runtime.session import Session, session
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.config import from_dict
from pydron_ng.backends import registry

config = from_dict({"workers": [{"type": "multicore", "cores": 2}]}, registry.model(), "test")
module._session = Session(config, performer="tests.backends.performers:Obedient")

def issue(*blob):
    driver = session().driver
    task = Task(driver.next_id(), blob, (), lambda: "f(x)", lambda task: None)
    with driver.lock:
        driver.issue([task])
    return task

def wait(task):
    with session().driver.lock:
        session().driver.wait(lambda: task.state is TaskState.SETTLED)
    return task.outcome

print(os.getpid(), *(wait(issue(b"pid"))[0].decode() for _ in range(4)), flush=True)
"""

HOLD = """
task = issue(b"hold_gil", b"held")
while not os.path.exists("held"):
    time.sleep(0.001)
"""

ENDINGS = {
    "at its end": (HOLD, 0),
    "by an exception": (HOLD + "raise ValueError", 1),
    "by sys.exit": (HOLD + "sys.exit(7)", 7),
    "by os._exit": (HOLD + "os._exit(8)", 8),
    "by SIGKILL": (HOLD + "os.kill(os.getpid(), signal.SIGKILL)", -9),
    "by SIGTERM": (HOLD + "os.kill(os.getpid(), signal.SIGTERM)", -15),
    "by an interrupt while it waits": (
        HOLD + "threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start(); wait(task)",
        -2,
    ),
    "with an idle pool": ("", 0),
    "while a fork of it lives on": (
        HOLD + "print('forked', os.fork() or time.sleep(1000)); os._exit(0)",
        0,
    ),
}


def environment() -> dict[str, str]:
    """One in which the program finds the package, and the performer of the tests."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def run(source: str, tmp_path: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """The program after it has started its workers; its own process first, then theirs."""
    program = subprocess.Popen(
        [sys.executable, "-c", START + source],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    return program, [int(word) for word in program.stdout.readline().split()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_of_a_program_that_ends(ending: str, tmp_path: Path) -> None:
    source, status = ENDINGS[ending]
    program, pids = run(source, tmp_path)
    assert program.wait(60) == status
    wait_until(lambda: not any(map(is_alive, pids)) and not workers_of(pids[0]))
    if "fork" in ending:
        os.killpg(pids[0], signal.SIGKILL)
    program.communicate()


def output(source: str, tmp_path: Path) -> str:
    """What the program prints after it has started its workers."""
    ended = subprocess.run(
        [sys.executable, "-c", START + source],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stderr == ""
    return ended.stdout.partition("\n")[2].strip()


def test_the_program_may_wait_for_all_its_children(tmp_path: Path) -> None:
    source = """
if not os.fork():
    os._exit(0)
count = 0
try:
    while True:
        os.wait()
        count += 1
except ChildProcessError:
    print(count)
"""
    assert output(source, tmp_path) == "1"


def test_a_fork_has_workers_of_its_own_and_leaves_the_parents_alone(tmp_path: Path) -> None:
    source = """
sys.stdout.flush()
files = len(os.listdir("/proc/self/fd"))
if child := os.fork():
    os.waitpid(child, 0)
    print(wait(issue(b"echo", b"parent")))
else:
    print(len(os.listdir("/proc/self/fd")) < files, wait(issue(b"echo", b"child")), flush=True)
    session().discard()
    os._exit(0)
"""
    assert output(source, tmp_path).split("\n") == ["True (b'child',)", "(b'parent',)"]


def test_it_is_not_usable_at_the_interpreters_shutdown(tmp_path: Path) -> None:
    source = """
import atexit
atexit.register(lambda: print(session().usable()))
print(session().usable())
"""
    assert output(source, tmp_path) == "True\nFalse"


def test_an_interrupt_comes_out_and_the_next_use_works(tmp_path: Path) -> None:
    source = (
        HOLD
        + """
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    wait(task)
except KeyboardInterrupt:
    session().discard()
print(wait(issue(b"echo", b"again")))
"""
    )
    assert output(source, tmp_path) == "(b'again',)"


def test_the_module_holds_the_only_state() -> None:
    assert isinstance(module._session, Session)
