"""Worker processes keep the contract; what they share with the program, and what they do not."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pydron_ng.backends.cores import THREAD_LIMITS
from pydron_ng.backends.multicore import Config, create
from pydron_ng.errors import ConfigError
from tests.backends.contract import Contract
from tests.backends.ending import ENDINGS, ended
from tests.backends.promise import KillablePromise
from tests.backends.rig import Rig, is_alive, wait_until, workers_of


class TestMulticore(Contract):
    type = "multicore"
    is_kept = False
    made_for = b"process"


class TestMulticoreForPrograms(KillablePromise):
    worker: ClassVar[dict[str, Any]] = {"type": "multicore", "cores": 2}


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig("multicore").start()
    yield rig
    rig.close()


def evaluate(rig: Rig, source: str) -> str:
    [value] = rig.call(b"evaluate", source.encode())
    assert isinstance(value, bytes)
    return value.decode()


def test_workers_are_no_children_of_the_program(rig: Rig) -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_workers_are_in_another_session_and_a_group_of_their_own(rig: Rig) -> None:
    me, parent, session, group = map(int, rig.call(b"ids")[0].split())
    assert parent != os.getpid()
    assert session != os.getsid(0)
    assert group == me


def test_workers_do_not_hear_an_interrupt(rig: Rig) -> None:
    os.kill(int(rig.call(b"pid")[0]), signal.SIGINT)
    assert rig.call(b"echo", b"here") == (b"here",)


def test_workers_have_no_descriptors_of_the_program(rig: Rig, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        other = Rig("multicore", 1).start()
        links = evaluate(other, "[os.readlink(f'/proc/self/fd/{n}') for n in range(64)"
                                " if os.path.lexists(f'/proc/self/fd/{n}')]")  # fmt: skip
        other.close()
    assert str(tmp_path) not in links
    assert links.count("socket:") == 2
    assert "'/dev/null'" in links


def test_workers_see_the_programs_path(rig: Rig) -> None:
    assert evaluate(rig, "sys.path") == repr(sys.path)


def test_workers_share_one_hash_seed(rig: Rig) -> None:
    assert rig.call(b"hash_of", b"text", worker=0) == rig.call(b"hash_of", b"text", worker=1)


def test_a_hash_seed_that_the_program_fixed_is_the_workers_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "42")
    command = [sys.executable, "-c", "print(hash('text'))"]
    expected = subprocess.run(command, capture_output=True, check=True).stdout.strip()
    rig = Rig("multicore", 1).start()
    assert rig.call(b"hash_of", b"text") == (expected,)
    rig.close()


def test_threads_of_numerical_libraries_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    rig = Rig("multicore", 1000)
    rig.workers = 1
    rig.start()
    assert rig.call(b"variable", b"OMP_NUM_THREADS") == (b"1",)
    assert rig.call(b"variable", b"MKL_NUM_THREADS") == (b"7",)
    rig.close()


def test_threads_of_numerical_libraries_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREAD_LIMITS:
        monkeypatch.delenv(name, raising=False)
    backend, _ = create(Config(cores=1, blas_threads="keep"), "module:attribute")
    assert not backend._own.keys() & set(THREAD_LIMITS)


def test_windows_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ConfigError, match='use {"type": "threads"}'):
        create(Config(), "module:attribute")


def test_a_worker_that_was_killed_is_lost_and_the_reason_says_how(rig: Rig) -> None:
    os.kill(int(rig.call(b"pid")[0]), signal.SIGKILL)
    rig.until(lambda: bool(rig.losses))
    assert "SIGKILL" in rig.losses[0][1]


def test_a_worker_that_exited_is_lost_and_the_reason_says_how(rig: Rig) -> None:
    rig.submit((b"exit",))
    rig.until(lambda: bool(rig.losses))
    assert "status 3" in rig.losses[0][1]


def test_a_worker_that_closed_its_stream_is_lost(rig: Rig) -> None:
    rig.submit((b"evaluate", b"os.closerange(3, 256)"))
    rig.until(lambda: bool(rig.losses))


def test_processes_that_a_worker_started_end_with_it(rig: Rig) -> None:
    source = "__import__('subprocess').Popen(['sleep', '1000']).pid"
    child = int(evaluate(rig, source))
    assert is_alive(child)
    rig.backend.kill(rig.alive[0])
    wait_until(lambda: not is_alive(child))


def test_a_launcher_that_was_killed_takes_its_workers_along_and_another_is_started(
    rig: Rig, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    rig.submit((b"hold_gil", str(held).encode()))
    rig.until(held.exists)
    launcher = int(rig.call(b"ids", worker=1)[0].split()[1])
    os.kill(launcher, signal.SIGKILL)
    rig.until(lambda: len(rig.losses) == 2)
    wait_until(lambda: not is_alive(int(held.read_text())))
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)


def test_what_workers_of_a_killed_launcher_keep_is_removed(rig: Rig) -> None:
    folder = Path(os.fsdecode(rig.call(b"leave_file")[0]))
    launcher = int(rig.call(b"ids")[0].split()[1])
    os.kill(launcher, signal.SIGKILL)
    rig.until(lambda: len(rig.losses) == 2)
    assert not folder.parent.exists()


def test_what_workers_of_a_killed_program_keep_is_removed(tmp_path: Path) -> None:
    source = _KEEPING.format(told=str(tmp_path / "told"))
    subprocess.run([sys.executable, "-c", source], check=False, cwd=os.getcwd())
    folder = Path((tmp_path / "told").read_text())
    wait_until(lambda: not folder.parent.exists())


_KEEPING = """
import os, pathlib
from tests.backends.rig import Rig
rig = Rig("multicore").start()
pathlib.Path({told!r}).write_bytes(rig.call(b"leave_file")[0])
os.kill(os.getpid(), 9)
"""


def test_no_descriptor_left_is_reported_not_raised(rig: Rig) -> None:
    with descriptors_limited_to_those_in_use():
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: bool(rig.failures))
    assert rig.call(b"echo", b"alive") == (b"alive",)


def test_no_descriptor_left_for_the_launcher_is_reported_not_raised() -> None:
    rig = Rig("multicore")
    with descriptors_limited_to_those_in_use():
        rig.backend.start(2, rig, rig.loop)
    [(count, why)] = rig.failures
    assert count == 2
    assert os.strerror(errno.EMFILE) in why
    rig.failures.clear()
    rig.start()
    rig.close()


class descriptors_limited_to_those_in_use:
    """Within this block no further file can be opened."""

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._blockers = [os.open(os.devnull, os.O_RDONLY)]
        free = self._blockers[0]
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(free + 1, 64), self._before[1]))
        while True:
            try:
                self._blockers.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, self._before)
        for descriptor in self._blockers:
            os.close(descriptor)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_worker_survives_a_program_that_ends(ending: str, tmp_path: Path) -> None:
    with ended(ending, tmp_path, "Rig('multicore')") as program:
        wait_until(lambda: not workers_of(program))
