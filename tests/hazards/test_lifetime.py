"""Decorating keeps nothing alive, and what the program closes stays closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import Ended, run, same_both_ways, write

CLOSURES = """
    import gc, weakref
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        return x

    class Big:
        pass

    dead = []

    def job(number):
        big = Big()
        weakref.finalize(big, dead.append, number)

        @schedule
        def run(values):
            return [f(value) for value in values] + [type(big).__name__]

        return run(range(2))

    for number in range(20):
        job(number)
    gc.collect()
    print(len(dead))
"""
FINALIZER = """
    import os
    from pydron_ng import schedule

    class Guard:
        def __del__(self):
            os.write(1, b"finalized\\n")

    @schedule
    def program(values, f):
        return [f(value) for value in values]

    guard = Guard()
    print("end", flush=True)
"""
CLOSED = """
    import os
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        return x + 1

    @schedule
    def program(values):
        return [f(value) for value in values]

    print(program(range(4)))
    os.closerange(3, 64)
    print(program(range(4)))
"""
REOPENED = """
    import os, time
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        time.sleep(0.01)
        return x + 1

    @schedule
    def program(values):
        return [f(value) for value in values]

    @schedule
    def among(values):
        kept = []
        for value in values:
            kept.append(f(value))
            if value == 2:
                os.closerange(3, 64)
                for number in range(32):
                    FILES.append(open(f"{number}.txt", "w"))
        return kept

    FILES = []
    print(among(range(6)))
    for _ in range(20):  # much is written, to wherever that is
        print(program(range(6)))
    for file in FILES:
        file.write("mine")
        file.close()
    print({open(f"{number}.txt", "rb").read() for number in range(32)})
"""
LARGE = r"""
    import re, time
    from pathlib import Path
    from pydron_ng import functional, schedule, configure

    @functional
    def load(number):
        time.sleep(0.002)
        return bytes(20 << 20)

    @schedule
    def survey(count):
        total = 0
        for number in range(count):
            image = load(number)
            total += len(image)
        return total

    configure(inline="auto", workers=[{"type": "multicore", "cores": 2}])
    survey(4)
    assert survey(60) == 60 * 20 << 20
    status = Path("/proc/self/status").read_text()  # getrusage() tells of what forked us, too
    print(int(re.search(r"VmHWM:\s+([0-9]+) kB", status)[1]) // 1024)
"""


def test_closures_that_are_scheduled_again_and_again_go_with_what_they_hold(tmp_path: Path) -> None:
    assert same_both_ways(tmp_path, CLOSURES).out == "20\n"


def test_finalizers_of_a_module_with_scheduled_functions_run_at_its_end(tmp_path: Path) -> None:
    assert same_both_ways(tmp_path, FINALIZER).out == "end\nfinalized\n"


def test_a_program_that_closes_all_descriptors_goes_on(tmp_path: Path) -> None:
    assert same_both_ways(tmp_path, CLOSED).out == "[1, 2, 3, 4]\n" * 2


@pytest.mark.parametrize("kind", ["multicore", "threads"])
def test_files_that_a_program_opens_where_it_closed_ours_are_its_own(
    tmp_path: Path, kind: str
) -> None:
    workers = {"workers": [{"type": kind, "cores": 2}], "inline": False}
    ended = run(tmp_path, str(write(tmp_path, REOPENED)), configuration=workers)
    assert ended == Ended(0, "[1, 2, 3, 4, 5, 6]\n" * 21 + "{b'mine'}\n", "")


def test_memory_is_bounded_where_results_are_large(tmp_path: Path) -> None:
    ended = run(tmp_path, str(write(tmp_path, LARGE)))
    assert (ended.status, ended.err) == (0, "")
    assert int(ended.out) < 700  # MB; all results together are 1,200
