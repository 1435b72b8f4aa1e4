"""Programs can be asked how they are, and told to end what they do."""

from __future__ import annotations

import os

import pytest

from pydron_ng import Pool
from pydron_ng.backends.base import WorkerId
from pydron_ng.runtime.monitor import asking
from pydron_ng.runtime.monitor.asking import Gone, Silent, ask, look
from pydron_ng.runtime.monitor.messages import Cancel, Done, End, Kill, Look, Refused
from pydron_ng.runtime.status import AtWork
from tests.backends.rig import wait_until
from tests.pool import work
from tests.watched import HOLDING, Programs, sockets

STREAM = """
    import sys
    from pathlib import Path
    from pydron_ng import Pool
    from tests.pool import work

    folder = Path(sys.argv[1])
    pool = Pool(2)
    results = pool.imap(work.hold, iter(lambda: folder / "begun", None), chunksize=1)
    while True:
        try:
            next(results)
        except Exception as failure:
            print(type(failure).__name__)
            if isinstance(failure, StopIteration):
                break
"""
THREADS = HOLDING.replace("Pool(2)", "Pool(config={'workers': [{'type': 'threads', 'cores': 2}]})")


def beginnings(out: str) -> list[str]:
    """Of each line, sorted."""
    return sorted(line.partition(":")[0] for line in out.splitlines())


def test_a_program_tells_what_its_workers_are_at(programs: Programs) -> None:
    program = programs.start()
    told = program.until(running=2)
    assert (told.pid, told.name) == (program.pid, "survey.py")
    [pool] = told.pools
    assert (pool.kind, pool.status.waiting) == ("Pool", 1)
    assert [[work.label for work in one.tasks] for one in pool.status.workers] == [["hold()"]] * 2
    program.go()
    assert program.end() == (0, "released\n" * 3)
    assert sockets(programs.run) == []


def test_all_programs_of_the_user_are_found(programs: Programs) -> None:
    started = [programs.start(name=f"survey{n}.py") for n in range(2)]
    for program in started:
        program.until(running=2)
    told, troubles = look()
    assert [(one.pid, one.name) for one in told] == sorted(
        (program.pid, f"survey{n}.py") for n, program in enumerate(started)
    )
    assert troubles == []


def test_a_task_that_is_cancelled_is_lost_and_others_go_on(programs: Programs) -> None:
    program = programs.start()
    told = program.until(running=2)
    first = told.pools[0].status.workers[0].tasks[0].task
    assert ask(program.pid, Cancel(1, first)) == Done(f"task 1.{first} is ended")
    program.until(running=2)  # the third one has its place
    program.go()
    status, out = program.end()
    assert (status, beginnings(out)) == (0, ["WorkerLost hold()", "released", "released"])
    assert "it was ended from outside" in out


def test_a_worker_that_is_killed_is_lost_and_replaced(programs: Programs) -> None:
    program = programs.start()
    [pool] = program.until(running=2).pools
    victim = pool.status.workers[0].info
    assert isinstance(ask(program.pid, Kill(1, victim.id)), Done)
    wait_until(lambda: victim.pid not in [one.info.pid for one in told_workers(programs)])
    assert len(program.until(running=2).pools[0].status.workers) == 2
    program.go()
    _, out = program.end()
    assert beginnings(out) == ["WorkerLost hold()", "released", "released"]


def told_workers(programs: Programs) -> tuple[AtWork, ...]:
    """Of the only pool of the only program."""
    [told] = look()[0]
    return told.pools[0].status.workers


def test_an_idle_worker_that_is_killed_is_missed_though_nobody_listens() -> None:
    with Pool(1) as pool:
        pid = pool.submit(work.pid).result()
        [worker] = pool.workers()
        assert pool._desk.kill(WorkerId(worker.id))
        wait_until(lambda: pid not in [one.pid for one in pool.workers()])


def test_all_workers_are_ended_and_the_program_hears_of_it(programs: Programs) -> None:
    program = programs.start()
    pids = [one.info.pid for one in program.until(running=2).pools[0].status.workers]
    assert ask(program.pid, End()) == Done("2 workers are ended")
    status, out = program.end()
    assert (status, beginnings(out)) == (0, ["WorkerLost hold()"] * 3)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)


def test_a_stream_whose_workers_are_ended_tells_of_each_item_and_ends(programs: Programs) -> None:
    """What no worker has begun is lost, too; what was not read is not."""
    program = programs.start(STREAM)
    program.until(running=2)
    assert isinstance(ask(program.pid, End()), Done)
    status, out = program.end()
    *items, refused, over = out.splitlines()
    assert (status, refused, over) == (0, "RuntimeError", "StopIteration")
    assert len(items) >= 2
    assert set(items) == {"WorkerLost"}


def test_a_thread_cannot_be_killed(programs: Programs) -> None:
    program = programs.start(THREADS)
    told = program.until(running=2)
    answer = ask(program.pid, Kill(1, told.pools[0].status.workers[0].info.id))
    assert isinstance(answer, Refused)
    assert "a thread of the program" in answer.why


def test_what_is_not_there_is_refused(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    for request in (Cancel(1, 99), Cancel(7, 0), Kill(1, 99), Kill(7, 0)):
        answer = ask(program.pid, request)
        assert isinstance(answer, Refused)
        assert "there is no" in answer.why


def test_the_socket_of_a_killed_program_is_removed_by_who_reads(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    program.process.kill()
    program.process.wait()
    assert sockets(programs.run) == [f"{program.pid}.sock"]
    assert look() == ([], [])
    assert sockets(programs.run) == []
    with pytest.raises(Gone):
        ask(program.pid, Look())


def test_a_program_that_is_stopped_is_told_as_silent(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = programs.start()
    program.until(running=2)
    program.stop()
    monkeypatch.setattr(asking, "_PATIENCE_SECONDS", 0.2)
    with pytest.raises(Silent, match="does not answer"):
        ask(program.pid, Look())
    assert look()[0] == []
    assert len(look()[1]) == 1


def test_nobody_has_asked_in_a_directory_that_is_not_there(run_folder: object) -> None:
    assert look() == ([], [])
