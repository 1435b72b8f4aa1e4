"""Workers on executors keep the contract, whoever made these; what is special about them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pydron_ng import Pool
from pydron_ng.backends.engines.backend import Seats
from pydron_ng.backends.engines.clerk import Found
from pydron_ng.backends.executor import Config, create
from pydron_ng.errors import BackendError, ConfigError, WorkerLost
from tests.backends.contract import Contract
from tests.backends.ending import ENDINGS, ended
from tests.backends.promise import KillablePromise
from tests.backends.rig import Rig, is_alive, wait_until
from tests.backends.trackers import end_trackers
from tests.pool import work


def executor(factory: str, **kwargs: Any) -> dict[str, Any]:
    return {"factory": factory, "kwargs": kwargs}


PROCESSES = executor("concurrent.futures:ProcessPoolExecutor", max_workers=2)


@pytest.fixture(scope="module", autouse=True)
def no_tracker_is_left() -> Iterator[None]:
    yield
    end_trackers()


class TestProcessPool(Contract):
    type = "executor"
    keys = PROCESSES
    is_kept = False


@pytest.mark.long
class TestLoky(Contract):
    type = "executor"
    keys = executor("loky:ProcessPoolExecutor", max_workers=2)


class TestThreadPool(Contract):
    type = "executor"
    keys = executor("concurrent.futures:ThreadPoolExecutor", max_workers=3)


class TestExecutorForPrograms(KillablePromise):
    worker: ClassVar[dict[str, Any]] = {"type": "executor", "cores": 2, **PROCESSES}
    rounds = 5


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig("executor", **PROCESSES).start()
    yield rig
    rig.close()


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    with pool_of(**PROCESSES) as pool:
        yield pool


def pool_of(**keys: Any) -> Pool:
    return Pool(config={"workers": [{"type": "executor", **keys}]})


async def doze_async(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


def learn_number(number: int) -> None:
    os.environ["LEARNT"] = str(number)


def number_learnt(_: int) -> int:
    return int(os.environ["LEARNT"])


def broken(**_: Any) -> None:
    raise RuntimeError("no licence")


def not_an_executor() -> str:
    return "nobody"


class Kept(ProcessPoolExecutor):
    """Tells who they are."""

    made: ClassVar[list[Kept]] = []

    def __init__(self) -> None:
        super().__init__(2)
        self.made.append(self)


class Queue(ThreadPoolExecutor):
    """Does nothing before the file is there."""

    def __init__(self, go: str) -> None:
        super().__init__(2, initializer=wait_until, initargs=(Path(go).exists,))


def test_an_executor_that_does_nothing_is_given_up_and_welcome_later(tmp_path: Path) -> None:
    queue = executor(f"{__name__}:Queue", go=str(tmp_path / "go"))
    rig = Rig("executor", **queue, start_seconds=0.1)
    rig.backend.start(2, rig, rig.loop)
    rig.until(lambda: sum(count for count, _ in rig.failures) == 2)
    assert "it has not done anything for 0.1 s\n  try: see" in rig.failures[0][1]
    (tmp_path / "go").touch()
    rig.until(lambda: len(rig.alive) == 2)
    assert rig.call(b"echo", b"after all", worker=1) == (b"after all",)
    rig.close()


def test_an_executor_that_breaks_is_made_anew() -> None:
    Kept.made.clear()
    rig = Rig("executor", **executor(f"{__name__}:Kept")).start()
    rig.submit((b"sleep", b"600"), worker=0)
    for process in Kept.made[0]._processes.values():
        process.kill()
    rig.until(lambda: len(rig.losses) == 1)
    assert "BrokenProcessPool" in rig.losses[0][1]
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: len(rig.alive) == 2)
    assert [rig.call(b"echo", b"again", worker=worker) for worker in (0, 1)] == [(b"again",)] * 2
    assert len(Kept.made) == 2
    rig.close()


def test_a_worker_that_was_ended_is_replaced_if_one_is_asked_for() -> None:
    rig = Rig("executor", cores="auto", **PROCESSES).start()
    rig.until(lambda: len(rig.alive) == 2)
    rig.backend.kill(rig.alive[0])
    rig.until(lambda: bool(rig.losses))
    assert isinstance(rig.backend, Seats)
    rig.backend._hear(Found({"": 2}))
    assert len(rig.backend._seats) == 1
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: len(rig.alive) == 2)
    rig.close()


def test_calls_leave_the_executors_own_processes_alone() -> None:
    Kept.made.clear()
    rig = Rig("executor", **executor(f"{__name__}:Kept")).start()
    own = set(Kept.made[0]._processes)
    rig.submit((b"exit",))
    rig.until(lambda: bool(rig.losses))
    assert "status 3" in rig.losses[0][1]
    assert all(map(is_alive, own))
    assert int(rig.call(b"pid")[0]) not in own
    rig.close()


def test_all_workers_of_an_executor_are_found_out(rig: Rig) -> None:
    backend, asked = create(Config(**executor("loky:ProcessPoolExecutor", max_workers=3)), "x:y")
    backend.close()
    assert asked == 1
    with pool_of(**executor("concurrent.futures:ThreadPoolExecutor", max_workers=3)) as pool:
        wait_until(lambda: pool.submit(work.double, 1).result() == 2 and pool._desk.capacity == 3)


@pytest.mark.parametrize(
    "factory, why",
    [
        ("loky", "is not of the form"),
        ("no_such_module:Executor", "cannot be imported"),
        ("loky:Nobody", "has no 'Nobody'"),
        ("loky:__version__", "cannot call its"),
    ],
)
def test_a_factory_that_is_not_there_is_refused_at_once(factory: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        create(Config(factory=factory), "module:attribute")


@pytest.mark.parametrize(
    "factory, why",
    [("broken", "the factory raised RuntimeError: no licence"), ("not_an_executor", "no Executor")],
)
def test_a_factory_that_makes_nothing_is_told(factory: str, why: str) -> None:
    with pool_of(**executor(f"{__name__}:{factory}")) as pool, pytest.raises(BackendError) as told:
        pool.submit(work.double, 1).result()
    assert why in str(told.value)


def test_arguments_that_a_factory_does_not_know_are_told() -> None:
    with (
        pool_of(**executor("loky:ProcessPoolExecutor", workers=2)) as pool,
        pytest.raises(BackendError, match="unexpected keyword argument 'workers'"),
    ):
        pool.submit(work.double, 1).result()


def test_each_task_is_made_once_whatever_dies(processes: Pool, tmp_path: Path) -> None:
    made = tmp_path / "made"
    futures = [processes.submit(note_and_die, made, n) for n in range(20)]
    lost = [n for n, future in enumerate(futures) if future.exception() is not None]
    assert lost == [0, 5, 10, 15]
    assert all(isinstance(futures[n].exception(), WorkerLost) for n in lost)
    assert sorted(map(int, work.lines(made))) == list(range(20))


def note_and_die(made: Path, n: int) -> None:
    work.note(made, str(n))
    if n % 5 == 0:
        os._exit(9)


def test_what_a_task_reports_is_told_before_its_result(processes: Pool) -> None:
    values = [1, "two", b"3" * 1_000_000]
    told: list[Any] = []
    options = processes.options(on_progress=lambda _, value: told.append(value))
    assert options.submit(work.report_each, values).result() == "done"
    assert told == values


def test_workers_that_were_removed_do_not_come_back() -> None:
    with pool_of(**PROCESSES) as pool:
        wait_until(lambda: pool.submit(work.double, 1).result() == 2 and len(pool.workers()) == 2)
        pool.remove(pool.workers()[0].id)
        assert list(pool.map(work.double, range(20))) == [2 * x for x in range(20)]
        assert len(pool.workers()) == 1


def test_a_task_that_takes_too_long_is_ended(processes: Pool) -> None:
    with pytest.raises(TimeoutError, match=r"longer than 0\.2 s"):
        processes.options(timeout=0.2).submit(time.sleep, 600).result()
    assert processes.submit(work.double, 4).result() == 8


def test_coroutines_that_come_together_go_on_together(processes: Pool) -> None:
    futures = [processes.submit(doze_async, 0.001) for _ in range(20)]
    assert [future.result() for future in futures] == [0.001] * 20


def test_what_each_worker_has_to_know_is_said_before_its_first_task() -> None:
    config = {"workers": [{"type": "executor", **PROCESSES}]}
    with Pool(config=config, initializer=learn_number, initargs=(7,)) as pool:
        assert set(pool.map(number_learnt, range(20))) == {7}


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_worker_survives_a_program_that_ends(ending: str, tmp_path: Path) -> None:
    make = f"Rig('executor', **{PROCESSES!r})"
    with ended(ending, tmp_path, make):
        pass


def test_threads_of_numerical_libraries_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    rig = Rig("executor", **PROCESSES).start()
    assert rig.call(b"variable", b"OMP_NUM_THREADS") == (b"1",)
    rig.close()


def test_an_interrupt_reaches_no_worker(rig: Rig) -> None:
    os.kill(int(rig.call(b"pid")[0]), signal.SIGINT)
    assert rig.call(b"echo", b"here") == (b"here",)
