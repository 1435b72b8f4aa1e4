"""Workers are nobody's children, and a fork of the program has none."""

from __future__ import annotations

import os
from pathlib import Path

from tests.scripts import has_ended, run, same_both_ways, write

COMMON = """
import os, sys
from pydron_ng import functional, schedule

@functional
def f(n):
    return n * 2

@functional
def who(n):
    return os.getpid()

@schedule
def run(values):
    return [f(value) for value in values]

@schedule
def workers(values):
    return [who(value) for value in values]

"""


def test_waiting_for_all_children_ends(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
print(run([1, 2, 3]))
assert os.getpid() not in workers(range(6))
child = os.fork()
if child == 0:
    os._exit(3)
waited = []
while True:
    try:
        waited.append(os.wait())
    except ChildProcessError:
        break
print([pid == child for pid, status in waited])
print(run([4]))
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.out, ended.err) == (0, "[2, 4, 6]\n[True]\n[8]\n", "")


def test_a_forked_child_computes_by_itself_and_its_parent_goes_on(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
print(run([1, 2, 3]), flush=True)
child = os.fork()
if child == 0:
    print("child", run([5, 6]), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", run([7, 8]))
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == "[2, 4, 6]\nchild [10, 12]\nparent [14, 16]\n"


def test_a_forked_child_that_lives_on_does_not_keep_the_workers(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
pids = sorted(set(workers(range(8))) - {os.getpid()})
assert pids
print(*pids, flush=True)
if os.fork() == 0:
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    with open("go") as go:
        go.read()
    os._exit(0)
""",
    )
    os.mkfifo(tmp_path / "go")
    ended = run(tmp_path, str(script))
    try:
        assert (ended.status, ended.err) == (0, "")
        assert [has_ended(int(pid)) for pid in ended.out.split()] == [True] * len(ended.out.split())
    finally:
        (tmp_path / "go").write_text("the child may end")


def test_no_worker_outlives_the_program(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
import signal
print(*set(workers(range(8))), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    ended = run(tmp_path, str(script))
    assert ended.status == -9
    assert ended.out.split()
    assert all(has_ended(int(pid)) for pid in ended.out.split())


def test_a_call_that_never_ends_behind_one_that_raises_does_not_keep_the_program(
    tmp_path: Path,
) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        from pydron_ng import functional, schedule

        @functional
        def check(number):
            if number > 1000:
                raise ValueError("too big")

        @functional
        def endless(number):
            while number > 1000:
                number += 1
            return number

        @schedule
        def run(number):
            check(number)
            return endless(number)

        print(run(5))
        try:
            run(2000)
        except ValueError as error:
            print(error)
        """,
    )
    assert ended.out == "5\ntoo big\n"


def test_a_child_of_the_program_is_given_no_descriptor_of_ours(tmp_path: Path) -> None:
    same_both_ways(
        tmp_path,
        """
        import os, sys
        from pydron_ng import functional, schedule

        @functional
        def f(x):
            return x + 1

        @schedule
        def run(values):
            return [f(value) for value in values]

        print(run(range(4)), flush=True)
        lists = "import os; print(len(os.listdir('/proc/self/fd')), flush=True)"
        os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", lists)
        os.execl(sys.executable, sys.executable, "-c", lists)
        """,
    )
