"""Tasks for some workers, for all of them, and workers that come and go while others work."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.errors import ConfigError, NoWorkerFits, WorkerLost
from pydron_ng.pool.future import PoolFuture
from tests.backends.rig import is_alive
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


@pytest.fixture
def two() -> Iterator[Pool]:
    """Two processes, for tests that change that."""
    with Pool(2) as made:
        yield made


# --- for all ---


def test_a_call_is_made_once_in_each_worker(pool: Pool) -> None:
    ids = pool.run_on_all(work.pid_and_thread)
    assert len(set(ids)) == 2
    assert pool.run_on_all(work.pid_and_thread) == ids


def test_a_call_in_all_workers_waits_for_those_that_are_busy(two: Pool, tmp_path: Path) -> None:
    held = two.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    work.wait_until((tmp_path / "begun").exists)
    for _ in range(10):
        assert two.submit(work.double, 1).result(_SECONDS) == 2  # the other one goes on
    waiting = threading.Thread(target=two.run_on_all, args=(work.note, tmp_path / "all", "x"))
    waiting.start()
    work.wait_until(lambda: len(work.lines(tmp_path / "all")) == 1)
    (tmp_path / "go").touch()
    waiting.join(_SECONDS)
    assert len(work.lines(tmp_path / "all")) == 2
    assert held.result(_SECONDS) == "released"


def test_a_call_in_all_workers_that_are_fit_is_made_in_no_other_one() -> None:
    workers = [
        {"type": "multicore", "cores": 1},
        {"type": "multicore", "labels": ["gpu"], "cores": 2},
    ]
    with Pool(config={"workers": workers}) as pool:
        fit = pool.options(where="gpu").run_on_all(work.pid)
        assert sorted(fit) == sorted(w.pid for w in pool.workers() if w.labels)
        assert len(fit) == 2
        with pytest.raises(NoWorkerFits, match=r"run_on_all\(\): the label 'tpu'"):
            pool.options(where="tpu").run_on_all(work.pid)


def test_coroutines_may_be_called_in_all_workers(pool: Pool) -> None:
    assert pool.run_on_all(work.double_later, 4) == [8, 8]


def test_a_callback_may_have_all_workers_called(pool: Pool) -> None:
    told: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    done = pool.submit(work.double, 1)
    done.add_done_callback(lambda _: told.put(pool.run_on_all(work.double, 4)))
    assert told.get(timeout=_SECONDS) == [8, 8]


def test_what_a_worker_raises_is_raised(two: Pool) -> None:
    with pytest.raises(ValueError, match="7"):
        two.run_on_all(work.behave, 7, "raise", Path("/dev"))


def test_a_worker_that_dies_of_it_is_told(two: Pool) -> None:
    with pytest.raises(WorkerLost, match="exited with status 3"):
        two.run_on_all(work.die, "exit")
    assert len(two.run_on_all(work.pid)) == 2


# --- for some ---


def test_tasks_go_to_workers_that_a_predicate_takes(pool: Pool) -> None:
    first, second = pool.workers() or _hired(pool)
    for chosen in (first, second):
        only = pool.options(where=lambda worker, chosen=chosen: worker.id == chosen.id)
        futures = [only.submit(work.double, x) for x in range(20)]
        assert [future.result(_SECONDS) for future in futures] == [2 * x for x in range(20)]
        assert {future.info.worker for future in futures} == {chosen.id}


def _hired(pool: Pool) -> list[WorkerInfo]:
    pool.run_on_all(work.double, 1)
    return pool.workers()


def test_streams_and_coroutines_may_be_choosy(pool: Pool) -> None:
    chosen = (pool.workers() or _hired(pool))[1].id
    only = pool.options(where=lambda worker: worker.id == chosen)
    assert list(only.imap(work.double, range(50))) == [2 * x for x in range(50)]
    futures = [only.submit(work.double_later, x) for x in range(20)]
    assert [future.result(_SECONDS) for future in futures] == [2 * x for x in range(20)]
    assert {future.info.worker for future in futures} == {chosen}


def test_a_pool_that_has_not_begun_is_asked_when_its_workers_are_there() -> None:
    with Pool(2) as pool:
        only = pool.options(where=lambda worker: worker.id == 1)
        assert list(only.imap(work.double, range(5))) == [0, 2, 4, 6, 8]


def test_labels_choose_workers() -> None:
    workers = [
        {"type": "multicore", "cores": 1},
        {"type": "multicore", "cores": 1, "labels": ["gpu"]},
    ]
    with Pool(config={"workers": workers}) as pool:
        futures = [pool.options(where="gpu").submit(work.pid) for _ in range(10)]
        pids = {future.result(_SECONDS) for future in futures}
        assert pids == {worker.pid for worker in pool.workers() if worker.labels == ("gpu",)}


def test_others_do_not_wait_for_those_who_are_choosy(two: Pool, tmp_path: Path) -> None:
    held = two.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    work.wait_until((tmp_path / "begun").exists)
    pid = int(work.lines(tmp_path / "begun")[0])
    only = two.options(where=lambda worker: worker.pid == pid)
    choosy = [only.submit(work.pid) for _ in range(5)]
    assert [two.submit(work.double, x).result(_SECONDS) for x in range(5)] == [0, 2, 4, 6, 8]
    assert not any(future.done() for future in choosy)
    (tmp_path / "go").touch()
    assert {future.result(_SECONDS) for future in choosy} == {pid}
    assert held.result(_SECONDS) == "released"


def test_choosy_tasks_and_others_share_workers_in_the_order_in_which_they_came() -> None:
    with Pool(1) as pool:
        only = pool.options(where=lambda worker: worker.id == 0)
        futures = [(only if x % 2 else pool).submit(work.double, x) for x in range(100)]
        assert [future.result(_SECONDS) for future in futures] == [2 * x for x in range(100)]


@pytest.mark.parametrize("where", ["no such label", lambda _: False])
def test_where_no_worker_fits_that_is_an_error(pool: Pool, where: object) -> None:
    only = pool.options(where=where)
    with pytest.raises(NoWorkerFits, match=r"double\(\)"):
        only.submit(work.double, 1).result(_SECONDS)
    with pytest.raises(NoWorkerFits):
        next(only.imap(work.double, [1]))
    assert pool.submit(work.double, 1).result(_SECONDS) == 2


def test_workers_that_come_while_others_are_asked_are_asked_too() -> None:
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result(_SECONDS) == 2

        def is_second(worker: WorkerInfo) -> bool:
            if len(pool.workers()) == 1:
                pool.add(1)
            work.wait_until(lambda: len(pool.workers()) == 2)
            return worker.id == 1

        assert pool.options(where=is_second).submit(work.double, 2).result(_SECONDS) == 4


def test_who_is_slow_to_say_who_fits_holds_up_no_other_one(pool: Pool) -> None:
    asked, go = threading.Event(), threading.Event()

    def fits(_: WorkerInfo) -> bool:
        if not asked.is_set():
            asked.set()
            go.wait(_SECONDS)
        return True

    choosy = pool.options(where=fits)
    assert pool.submit(work.double, 1).result(_SECONDS) == 2
    first = threading.Thread(target=choosy.submit, args=(work.double, 2))
    first.start()
    assert asked.wait(_SECONDS)
    assert choosy.submit(work.double, 3).result(_SECONDS) == 6
    go.set()
    first.join(_SECONDS)


def test_predicates_of_a_loop_are_one_if_they_ask_the_same(pool: Pool) -> None:
    for number in [worker.id for worker in pool.workers()]:
        for _ in range(3):
            view = pool.options(where=_is_worker(number))
            assert _worker_of(view.submit(work.double, 1)) == number
    asked: list[int] = []
    for _ in range(100):
        view = pool.options(where=lambda worker: not asked.append(worker.id))  # type: ignore[func-returns-value]
        assert view.submit(work.double, 1).result(_SECONDS) == 2
    assert 0 < len(asked) < 100


def _is_worker(number: int) -> Callable[[WorkerInfo], bool]:
    return lambda worker: worker.id == number


def _worker_of(future: PoolFuture) -> int:
    future.result(_SECONDS)
    return future.info.worker


def test_a_predicate_that_raises_is_heard(pool: Pool) -> None:
    only = pool.options(where=lambda worker: worker.no_such_thing)
    with pytest.raises(AttributeError, match="no_such_thing"):
        only.submit(work.double, 1).result(_SECONDS)


def test_a_predicate_has_to_be_one(pool: Pool) -> None:
    with pytest.raises(TypeError, match="where is a label or can be called with a worker, not 3"):
        pool.options(where=3)


def test_a_worker_that_comes_in_place_of_one_that_died_is_asked_too(two: Pool) -> None:
    only = two.options(where=lambda worker: worker.pid > 0)
    with pytest.raises(WorkerLost):
        only.submit(work.die, "exit").result(_SECONDS)
    with pytest.raises(WorkerLost):
        only.submit(work.die, "exit").result(_SECONDS)
    assert list(only.imap(work.double, range(20))) == [2 * x for x in range(20)]


def test_tasks_fail_when_the_last_worker_that_fits_has_gone(two: Pool, tmp_path: Path) -> None:
    first = two.run_on_all(work.pid)[0]
    only = two.options(where=lambda worker: worker.pid == first)
    held = only.submit(work.hold, tmp_path / "begun")
    behind = [only.submit(work.double, x) for x in range(5)]
    work.wait_until((tmp_path / "begun").exists)
    assert held.cancel()
    for future in behind:
        assert isinstance(future.exception(_SECONDS), NoWorkerFits)


# --- more and fewer ---


def test_workers_that_are_added_take_part(tmp_path: Path) -> None:
    with Pool(1) as pool:
        held = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        behind = pool.submit(work.double, 3)
        work.wait_until((tmp_path / "begun").exists)
        pool.add(2)
        assert behind.result(_SECONDS) == 6
        (tmp_path / "go").touch()
        assert held.result(_SECONDS) == "released"
        assert len(set(pool.run_on_all(work.pid))) == 3


def test_workers_may_be_added_before_any_is_there() -> None:
    with Pool(1) as pool:
        pool.add(config={"workers": [{"type": "threads", "cores": 1}]})
        assert len(set(pool.run_on_all(work.pid))) == 2


def test_threads_that_are_added_take_no_tasks_with_files(two: Pool, tmp_path: Path) -> None:
    """A working directory of its own is that of the whole program there."""
    filed = two.options(files={"a": b"1"})
    assert filed.submit(os.listdir).result(_SECONDS) == ["a"]
    two.add(config={"workers": [{"type": "threads", "cores": 1}]})
    with pytest.raises(ValueError, match="threads share it with the program"):
        filed.submit(os.listdir)


def test_tasks_with_files_that_wait_are_not_made_by_threads_that_are_added(tmp_path: Path) -> None:
    before = os.getcwd()
    with Pool(1) as pool:
        held = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        work.wait_until((tmp_path / "begun").exists)
        waiting = pool.options(files={"a": b"1"}).submit(os.getcwd)
        pool.add(config={"workers": [{"type": "threads", "cores": 1}]})
        with pytest.raises(ValueError, match="threads share the working directory"):
            waiting.result(_SECONDS)
        (tmp_path / "go").touch()
        assert held.result(_SECONDS) == "released"
    assert os.getcwd() == before


def test_workers_that_are_removed_finish_what_they_have_begun(two: Pool, tmp_path: Path) -> None:
    two.run_on_all(work.double, 1)
    held = two.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    work.wait_until((tmp_path / "begun").exists)
    pid = int(work.lines(tmp_path / "begun")[0])
    (worker,) = [worker.id for worker in two.workers() if worker.pid == pid]
    removing = threading.Thread(target=two.remove, args=(worker,))
    removing.start()
    assert pid not in [two.submit(work.pid).result(_SECONDS) for _ in range(10)]
    (tmp_path / "go").touch()
    removing.join(_SECONDS)
    assert held.result(_SECONDS) == "released"
    assert pid not in two.run_on_all(work.pid)
    assert len(two.workers()) == 1


def test_workers_that_are_removed_at_once_lose_what_they_have_begun(
    two: Pool, tmp_path: Path
) -> None:
    held = [two.submit(work.hold, tmp_path / "begun") for _ in range(2)]
    behind = [two.submit(work.note, tmp_path / "made", str(x)) for x in range(5)]
    work.wait_until(lambda: len(work.lines(tmp_path / "begun")) == 2)
    two.add(1)
    two.remove(0, 1, drain=False)
    for future in held:
        with pytest.raises(WorkerLost, match="died"):
            future.result(_SECONDS)
    for future in behind:
        future.result(_SECONDS)
    assert Counter(work.lines(tmp_path / "made")) == Counter("01234")


def test_a_pool_without_workers_says_so_and_can_be_given_some(two: Pool) -> None:
    two.run_on_all(work.double, 1)
    two.remove(0, 1)
    with pytest.raises(WorkerLost, match="no worker is left: all were removed"):
        two.submit(work.double, 1).result(_SECONDS)
    two.add(1)
    assert two.submit(work.double, 1).result(_SECONDS) == 2


def test_who_is_not_there_cannot_be_removed(two: Pool) -> None:
    with pytest.raises(ValueError, match="there is no worker 5 in the pool; there are: none yet"):
        two.remove(5)
    two.run_on_all(work.double, 1)
    with pytest.raises(ValueError, match="no worker 'ssh://maxi/8' in the pool; there are: 0, 1"):
        two.remove("ssh://maxi/8")


def test_what_is_added_has_to_be_said(two: Pool) -> None:
    with pytest.raises(ConfigError, match=r"add\(\) takes what Pool\(\) takes"):
        two.add()
    with pytest.raises(ConfigError):
        two.add("maxi")
    two.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        two.add(1)


def test_workers_of_which_nobody_knew_get_what_waits(tmp_path: Path) -> None:
    """A host says how many cores it has when it is there: two tasks at once, in this test."""
    there = {"type": "command", "command": ["env"], "python": sys.executable}
    with Pool(config={"workers": [there]}) as pool:
        held = [pool.submit(work.hold, tmp_path / "begun", tmp_path / "go") for _ in range(2)]
        work.wait_until(lambda: len(work.lines(tmp_path / "begun")) == 2)
        (tmp_path / "go").touch()
        assert [future.result(_SECONDS) for future in held] == ["released"] * 2


def test_a_host_that_is_removed_is_left_alone() -> None:
    """Its agent ends, too."""
    there = {"type": "command", "command": ["env"], "python": sys.executable, "cores": 2}
    with Pool(1) as pool:
        pool.add(config={"workers": [there]})
        agents = set(pool.run_on_all(os.getppid)) - {os.getpid()}
        assert sorted(worker.host.name for worker in pool.workers()) == ["", "env", "env"]
        pool.remove("env")
        assert [worker.host.name for worker in pool.workers()] == [""]
        assert pool.submit(work.double, 1).result(_SECONDS) == 2
        (own,) = pool.run_on_all(os.getppid)
        (other,) = agents - {own}
        work.wait_until(lambda: not is_alive(other))


def test_workers_come_and_go_under_load() -> None:
    """Each of 2000 tasks has one outcome, and the right one."""
    with pool_of("processes") as pool:
        results = pool.imap(work.double, range(2000), chunksize=1)
        taken = [next(results) for _ in range(100)]
        for _ in range(3):
            pool.add(1)
            taken += [next(results) for _ in range(200)]
            work.wait_until(pool.workers)
            pool.remove(min(worker.id for worker in pool.workers()))
            taken += [next(results) for _ in range(200)]
        taken += results
    assert taken == [2 * x for x in range(2000)]
