"""What every kind of worker does for a program; one module per kind runs all of this."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.errors import WorkerLost
from pydron_ng.events import Event, Taken
from pydron_ng.runtime.session import Session, session
from tests.backends.rig import is_alive, wait_until
from tests.backends.traces import none_left


@functional
def square(x: int) -> int:
    return x * x


@functional
def speak(x: int) -> int:
    print("print", x)
    print("error", x, file=sys.stderr)
    logging.getLogger("speaker").warning("log %d", x)
    warnings.warn(f"warning {x}", stacklevel=1)
    return x


@functional
def fail(x: int) -> int:
    raise KeyError(f"no {x}")


@functional
def make_lock(x: int) -> Any:
    return threading.Lock()


@functional
def reverse(data: bytes) -> bytes:
    return data[::-1]


@functional
def die_once(program: int, folder: str, x: int) -> int:
    if os.getpid() != program and not os.path.exists(f"{folder}/{x}"):
        os.mkdir(f"{folder}/{x}")
        os._exit(3)
    return x


@functional
def die_elsewhere(program: int, x: int) -> int:
    if os.getpid() != program:
        os._exit(3)
    return x


@functional
def stop_once(program: int, folder: str, x: int) -> int:
    """The first worker that gets the 3 stops dead, and says which one it is."""
    if x == 3 and os.getpid() != program:
        print("once")
        with suppress(FileExistsError):
            os.mkdir(folder)
            Path(folder, str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.01)
    return x


@functional(timeout=0.2)
def hang_elsewhere(program: int, x: int) -> int:
    while os.getpid() != program:
        time.sleep(0.01)
    return x


@schedule
def each(f: Any, *args: Any) -> list[Any]:
    return [f(*args, x) for x in range(6)]


@schedule
def until_failure(log: list[int]) -> None:
    for x in range(6):
        log.append(square(x))
        fail(x)


@schedule
def of_data(parts: list[bytes]) -> list[bytes]:
    return [reverse(part) for part in parts]


class Promise:
    """Subclasses name the worker."""

    worker: ClassVar[dict[str, Any]]
    #: So often it is started and stopped.
    rounds: ClassVar[int] = 100
    #: How the names of files begin that an engine itself leaves behind.
    left_by_others: ClassVar[str | None] = None

    @pytest.fixture(scope="class")
    @classmethod
    def workers(cls, request: pytest.FixtureRequest) -> Iterator[Session]:
        with pydron_ng.configure(workers=[cls.of(request)], inline=False) as configured:
            yield configured

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        """The worker of the configuration."""
        return cls.worker

    @pytest.fixture(autouse=True)
    def _in_force(self, workers: Session) -> Iterator[None]:
        self.taken = 0
        with pydron_ng.on_event(self._hear):
            yield

    def _hear(self, event: Event) -> None:
        self.taken += isinstance(event, Taken)

    def test_results_are_those_of_the_sequential_program(self) -> None:
        while not self.taken:  # the program goes on alone while workers are being started
            assert each(square) == [0, 1, 4, 9, 16, 25]

    def test_an_exception_is_raised_where_it_belongs(self) -> None:
        log: list[int] = []
        with pytest.raises(KeyError, match="no 0") as caught:
            until_failure(log)
        assert log == [0]
        assert [entry.name for entry in caught.traceback][-2:] == ["until_failure", "fail"]

    def test_what_is_said_has_its_place(
        self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            assert each(speak) == list(range(6))
        out, err = capsys.readouterr()
        assert out == "".join(f"print {x}\n" for x in range(6))
        assert "".join(f"error {x}\n" for x in range(6)) in err
        assert [r.getMessage() for r in caplog.records if r.name == "speaker"] == [
            f"log {x}" for x in range(6)
        ]
        assert [str(w.message) for w in warned] == [f"warning {x}" for x in range(6)]

    def test_what_cannot_travel_is_made_in_the_program(self) -> None:
        assert [type(lock) for lock in each(make_lock)] == [type(threading.Lock())] * 6

    def test_large_values_arrive_as_they_left(self) -> None:
        parts = [bytes([x]) * 3_000_000 + b"end" for x in range(4)]
        assert of_data(parts) == [part[::-1] for part in parts]

    def test_two_threads_at_once_have_each_its_own_results(self) -> None:
        results: dict[int, Any] = {}
        threads = [
            threading.Thread(target=lambda n=n: results.__setitem__(n, each(square)))
            for n in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == {n: [0, 1, 4, 9, 16, 25] for n in range(2)}

    @pytest.mark.timeout(240)
    def test_start_and_stop_leave_nothing(
        self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._start_and_stop(self.rounds, request, tmp_path, monkeypatch)

    def _start_and_stop(
        self,
        rounds: int,
        request: pytest.FixtureRequest,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        worker = self.of(request)
        if "python" in worker:  # it is a host, with a directory of its own
            worker = {**worker, "tmp_dir": str(tmp_path)}

        def once() -> None:
            with pydron_ng.configure(workers=[worker], inline=False):
                assert each(square) == [0, 1, 4, 9, 16, 25]

        once()
        with none_left(tmp_path, monkeypatch, self.left_by_others):
            for _ in range(rounds):
                once()


class KillablePromise(Promise):
    """For workers that are processes."""

    def test_a_call_whose_worker_died_is_made_again(self, tmp_path: Path) -> None:
        assert each(die_once, os.getpid(), str(tmp_path)) == list(range(6))
        assert list(tmp_path.iterdir())

    def test_a_call_that_kills_its_workers_is_an_error(self) -> None:
        with pytest.raises(WorkerLost, match="3 workers died of it"):
            each(die_elsewhere, os.getpid())
        assert not session().driver._register.all()  # nobody wants the calls behind it
        assert each(square) == [0, 1, 4, 9, 16, 25]

    def test_what_a_worker_that_stands_still_is_at_is_done_by_another_one(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "stopped"
        assert each(stop_once, os.getpid(), str(folder)) == list(range(6))
        assert capsys.readouterr().out == "once\n"
        [stopped] = os.listdir(folder)
        wait_until(lambda: not is_alive(int(stopped)))
        assert each(square) == [0, 1, 4, 9, 16, 25]

    def test_a_call_that_hangs_is_made_in_the_program(self) -> None:
        assert each(hang_elsewhere, os.getpid()) == list(range(6))


class HostPromise(KillablePromise):
    """For workers on hosts, which take a second to start."""

    rounds = 3

    @pytest.mark.long
    @pytest.mark.timeout(900)
    def test_start_and_stop_a_hundred_times_leave_nothing(
        self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._start_and_stop(100, request, tmp_path, monkeypatch)
