"""Shutdown, forks, interrupts, the end of the program."""

from __future__ import annotations

import gc
import os
import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from tests import scripts
from tests.pool import work
from tests.pool.conftest import KINDS, pool_of

_SECONDS = 30


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest) -> Pool:
    """A pool of one's own, to be shut down."""
    return pool_of(request.param)


def test_shutdown_waits_for_what_was_submitted(fresh: Pool) -> None:
    futures = [fresh.submit(work.double, x) for x in range(50)]
    fresh.shutdown()
    assert all(future.done() for future in futures)
    assert [f.result(0) for f in futures] == [2 * x for x in range(50)]
    fresh.shutdown()


def test_nothing_can_be_submitted_after_shutdown(fresh: Pool) -> None:
    assert fresh.submit(work.double, 1).result(_SECONDS) == 2
    fresh.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        fresh.submit(work.double, 1)
    with pytest.raises(RuntimeError, match="after shutdown"):
        next(fresh.map(work.double, [1]))


def test_shutdown_need_not_be_waited_for(fresh: Pool, tmp_path: Path) -> None:
    future = fresh.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    fresh.shutdown(wait=False)
    assert not future.done()
    with pytest.raises(RuntimeError):
        fresh.submit(work.double, 1)
    (tmp_path / "go").touch()
    assert future.result(_SECONDS) == "released"
    fresh.shutdown()


def test_shutdown_may_cancel_what_nobody_has_begun(fresh: Pool, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    running = [fresh.submit(work.hold, begun, tmp_path / "go") for _ in range(2)]
    work.wait_until(lambda: len(work.lines(begun)) == 2)
    queued = [fresh.submit(work.hold, begun) for _ in range(10)]
    fresh.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in queued)
    (tmp_path / "go").touch()
    assert [f.result(_SECONDS) for f in running] == ["released"] * 2
    fresh.shutdown()
    assert len(work.lines(begun)) == 2


def test_a_pool_that_was_never_used_is_shut_down(fresh: Pool) -> None:
    fresh.shutdown()


def test_a_stream_ends_with_what_was_sent_before_shutdown(fresh: Pool) -> None:
    results = fresh.imap(work.double, iter(range(1000)), chunksize=1)
    assert next(results) == 0
    fresh.shutdown()
    taken = []
    with pytest.raises(RuntimeError, match="after shutdown"):
        taken += list(iter(results.__next__, None))
    with pytest.raises(StopIteration):
        next(results)


def test_a_block_that_fails_ends_what_is_under_way(tmp_path: Path) -> None:
    """Also what would never end."""
    begun = tmp_path / "begun"
    with pytest.raises(KeyError), pool_of("processes") as pool:  # noqa: PT012  the block is tested
        futures = [pool.submit(work.hold, begun) for _ in range(10)]
        stream = pool.imap(work.hold, [begun] * 10)
        work.wait_until(lambda: len(work.lines(begun)) == 2)
        raise KeyError
    for future in futures:
        with pytest.raises((CancelledError, WorkerLost)):
            future.result(_SECONDS)
    with pytest.raises((RuntimeError, WorkerLost)):
        next(stream)


def _is_gone(pids: list[str]) -> bool:
    return all(scripts.has_ended(int(pid)) for pid in pids)


def test_workers_end_with_the_last_name_of_their_pool(tmp_path: Path) -> None:
    pool = pool_of("processes")
    view = pool.options(retries=1)
    held = [view.submit(work.hold, tmp_path / "pids", tmp_path / "go") for _ in range(2)]
    work.wait_until(lambda: len(work.lines(tmp_path / "pids")) == 2)
    dead = ref(pool._delivery)
    del pool, view
    gc.collect()
    (tmp_path / "go").touch()
    assert [f.result(_SECONDS) for f in held] == ["released"] * 2
    assert _is_gone(work.lines(tmp_path / "pids"))
    del held
    work.wait_until(lambda: gc.collect() >= 0 and dead() is None)


def test_a_callback_may_shut_its_pool_down(fresh: Pool, tmp_path: Path) -> None:
    done = threading.Event()

    def end(_: object) -> None:
        fresh.shutdown()
        done.set()

    future = fresh.submit(work.hold, tmp_path / "begun", tmp_path / "go")
    future.add_done_callback(end)
    (tmp_path / "go").touch()
    assert done.wait(_SECONDS)


def _nested(x: int) -> list[int]:
    with Pool(2) as pool:
        return list(pool.imap(work.double, range(x)))


def test_a_task_may_have_a_pool_of_its_own(fresh: Pool) -> None:
    with fresh as pool:
        assert list(pool.map(_nested, [2, 3])) == [[0, 2], [0, 2, 4]]


# --- forks ---


def _in_child(work: Any) -> str:
    """What it says there, in a fork that is ended without ceremony."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(theirs, str(work()).encode())
        except BaseException as failure:
            os.write(theirs, repr(failure).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def test_a_fork_is_told_that_the_pool_is_not_its_own(fresh: Pool, tmp_path: Path) -> None:
    with fresh as pool:
        assert pool.submit(work.double, 1).result(_SECONDS) == 2
        future = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        for use in (
            lambda: pool.submit(work.double, 1),
            lambda: list(pool.map(work.double, [1])),
            lambda: future.result(),
        ):
            assert "belongs to the process that this one was forked from" in _in_child(use)
        assert _in_child(future.cancel) == "False"
        assert _in_child(pool.shutdown) == "None"
        assert _in_child(lambda: Pool(1).submit(work.double, 4).result()) == "8"
        (tmp_path / "go").touch()
        assert future.result(_SECONDS) == "released"
        assert list(pool.map(work.double, range(20))) == [2 * x for x in range(20)]


def test_forks_in_the_midst_of_tasks_harm_nobody(fresh: Pool) -> None:
    with fresh as pool:
        futures = []
        for x in range(100):
            futures.append(pool.submit(work.double, x))
            if x % 20 == 0:
                assert _in_child(lambda: "alive") == "alive"
        assert [f.result(_SECONDS) for f in futures] == [2 * x for x in range(100)]


def test_a_fork_does_not_wait_for_threads_that_are_not_there() -> None:
    """One of them was just about to tell something."""
    with pool_of("threads") as pool:
        assert pool.submit(work.double, 1).result(_SECONDS) == 2
        (backend,) = pool._desk._driver._staff._backends
        with backend._bell._pulling:  # type: ignore[attr-defined]
            assert _in_child(lambda: "alive") == "alive"


def test_no_thread_of_ours_is_there_during_a_fork() -> None:
    with pool_of("processes") as pool:
        assert list(pool.map(work.double, range(10)))[-1] == 18
        assert pool.submit(work.double, 1).result(_SECONDS) == 2
        work.wait_until(lambda: pool._delivery._is_waiting)
        pool._delivery.rest()
        seen = [thread.name for thread in threading.enumerate() if "pydron" in thread.name]
        pool._delivery.resume()
        assert [name for name in seen if "delivery" in name] == []
        assert pool.submit(work.double, 2).result(_SECONDS) == 4


# --- programs ---

_BEGIN = """
import os, sys, signal
from pathlib import Path
from pydron_ng import Pool
from tests.pool import work
folder = Path(sys.argv[1])
pool = Pool(3)
"""


def _program(folder: Path, source: str) -> scripts.Ended:
    script = scripts.write(folder, _BEGIN + source)
    ended = scripts.run(folder, str(script), str(folder))
    assert _is_gone(work.lines(folder / "pids"))
    return ended


def test_a_program_that_ends_sees_through_what_it_has_submitted(tmp_path: Path) -> None:
    source = """
for n in range(20):
    pool.submit(work.note, folder / "made", str(n))
pool.submit(work.note, folder / "pids", str(pool.submit(work.pid).result()))
"""
    assert _program(tmp_path, source) == scripts.Ended(0, "", "")
    assert sorted(map(int, work.lines(tmp_path / "made"))) == list(range(20))


def test_a_program_that_ends_does_not_wait_for_streams(tmp_path: Path) -> None:
    source = """
from itertools import count
results = pool.imap(work.hold, (folder / "pids" for _ in count()), chunksize=1)
work.wait_until(lambda: len(work.lines(folder / "pids")) == 3)
print("end")
"""
    assert _program(tmp_path, source) == scripts.Ended(0, "end\n", "")


def test_a_program_that_ends_does_not_wait_for_streams_that_were_awaited(tmp_path: Path) -> None:
    source = """
import asyncio
from itertools import count
stream = pool.amap(work.hold, (folder / "pids" for _ in count()), chunksize=1)
async def main():
    first = asyncio.ensure_future(anext(stream))
    while len(work.lines(folder / "pids")) < 3:
        await asyncio.sleep(0.01)
    stream._reading, kept = None, stream._reading  # it is not even closed with its loop
    print("end")
asyncio.run(main())
"""
    assert _program(tmp_path, source) == scripts.Ended(0, "end\n", "")


def test_a_program_that_is_killed_leaves_no_worker(tmp_path: Path) -> None:
    source = """
for _ in range(3):
    pool.submit(work.hold, folder / "pids")
work.wait_until(lambda: len(work.lines(folder / "pids")) == 3)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert _program(tmp_path, source).status == -9


def test_interrupts_in_the_midst_of_its_work_leave_the_pool_whole(tmp_path: Path) -> None:
    source = """
import random, threading, time
moments = random.Random(1)
def work_on(go):
    go.set()
    while True:
        pool.submit(work.double, 1).result()
def interrupt(go):
    go.wait()
    time.sleep(moments.random() * 0.003)
    os.kill(os.getpid(), signal.SIGINT)
pool.submit(work.double, 1).result()
for _ in range(60):
    go = threading.Event()
    thread = threading.Thread(target=interrupt, args=[go])
    thread.start()
    try:
        work_on(go)
    except KeyboardInterrupt:
        thread.join()
print(pool.submit(work.double, 2).result())
pool.shutdown()
"""
    assert _program(tmp_path, source) == scripts.Ended(0, "4\n", "")


def test_an_interrupt_ends_the_wait_and_the_pool_goes_on(tmp_path: Path) -> None:
    source = """
import threading
def interrupt():
    work.wait_until(lambda: work.lines(folder / "pids"))
    os.kill(os.getpid(), signal.SIGINT)
waits = (
    lambda held: held.result(),
    lambda held: next(pool.map(work.hold, [folder / "pids"])),
)
for wait in waits:
    (folder / "pids").unlink(missing_ok=True)
    held = pool.submit(work.hold, folder / "pids")
    thread = threading.Thread(target=interrupt)
    try:
        thread.start()
        wait(held)
    except KeyboardInterrupt:
        print("interrupted", pool.submit(work.double, 1).result())
    thread.join()
    held.cancel()
pool.shutdown()
"""
    assert _program(tmp_path, source) == scripts.Ended(0, "interrupted 2\n" * 2, "")


_INTERRUPTED = """
import itertools, threading

class Interrupt:
    \"\"\"Raises in the n-th line of the pool's that this thread comes to.\"\"\"

    def __init__(self, left):
        self.left = left

    def __call__(self, frame, event, argument):
        return self.line if "pydron_ng" in frame.f_code.co_filename else None

    def line(self, frame, event, argument):
        self.left -= event == "line"
        if not self.left:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self.line

def operate(pool):
    pool.submit(work.double, 0).cancel()
    assert pool.submit(work.double, 1).result() == 2

for line in itertools.count({first}, {step}):
    pool = Pool(config={{"workers": [{{"type": "threads", "cores": 1}}]}})
    before = pool.submit(work.double, 1)
    assert before.result() == 2
    interrupt = Interrupt(line)
    sys.settrace(interrupt)
    try:
        operate(pool)
    except KeyboardInterrupt:
        pass
    sys.settrace(None)
    try:
        after = [pool.submit(work.double, n) for n in range(3)]
        assert [future.result(30) for future in after] == [0, 2, 4]
    except RuntimeError as ended:
        assert "KeyboardInterrupt" in str(ended)
    pool.shutdown()
    if interrupt.left > 0:
        break
print("end")
"""


@pytest.mark.parametrize("first", [1, 4])
def test_an_interrupt_at_any_line_leaves_nobody_waiting(first: int, tmp_path: Path) -> None:
    """The pool goes on, or says that it has ended, and why; never is it silent."""
    source = _INTERRUPTED.format(first=first, step=6)
    assert _program(tmp_path, source) == scripts.Ended(0, "end\n", "")
