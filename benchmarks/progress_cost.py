"""What the line costs that says how far a call has come: the same program with it and without.

    python -m benchmarks.progress_cost

Each program runs in a process of its own on a terminal of its own, with and without the line in
turn. ``ratio`` is the median of the ratios of neighbours, of elapsed and of processor time;
``share`` is the processor time of the thread that draws, its first time included, in the elapsed
time: that does not depend on who else is there.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from typing import Any

from pydron_ng import configure, functional, schedule
from pydron_ng.runtime.pace import Pace
from pydron_ng.runtime.process import watch
from pydron_ng.runtime.running import Running
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.session import session

REPEATS = 7
NOTING, NOTED = "noting", 100_000


@functional
def tiny(x: int) -> int:
    return x * x + 1


@functional
def short(x: int) -> int:
    for _ in range(1_000):
        x = (x * 31 + 7) % 1_000_003
    return x


@functional
def long(x: int) -> int:
    time.sleep(0.01)
    return x


@schedule
def inline(n: int) -> int:
    total = 0
    for i in range(n):
        total += tiny(i)
    return total


@schedule
def rows(n: int) -> int:
    total = 0
    for i in range(n):
        total += short(i)
    return total


@schedule
def singly(n: int) -> int:
    total = 0
    for i in range(n):
        total += long(i)
    return total


def many(n: int) -> None:
    """Scheduled calls that are over long before anybody hears of them."""
    for _ in range(n):
        rows(20)


#: What each does, the program, and how many calls take about three seconds.
CASES: dict[str, tuple[str, Callable[[int], object], int]] = {
    "inline": ("calls of 0.1 us, made in the program", inline, 30_000_000),
    "rows": ("calls of 50 us, in rows to two workers", rows, 60_000),
    "singly": ("calls of 10 ms, each sent by itself", singly, 500),
    "many": ("scheduled calls of 1 ms, one after the other", many, 2_500),
}


def measure(name: str) -> None:
    """Print the elapsed time, the processor time, and that of drawing."""
    _, program, calls = CASES[name]
    spent = [0.0]
    awake = watch.awake

    def timed() -> None:
        began = time.thread_time()
        awake()
        spent[0] += time.thread_time() - began

    watch.awake = timed  # type: ignore[method-assign]
    with configure(workers=[{"type": "multicore", "cores": 2}]):
        elapsed, used = time.perf_counter(), time.process_time()
        program(calls)
        elapsed, used = time.perf_counter() - elapsed, time.process_time() - used
    print(json.dumps([elapsed, used, spent[0] / elapsed]))


def noting() -> float:
    """Microseconds for what a call that ends soon pays."""
    with configure(workers=[{"type": "threads", "cores": 1}]):
        running: Any = Running(entry_of(rows), Pace(session()))
        began = time.perf_counter()
        for _ in range(NOTED):
            watch.begin(running)
            watch.end(running)
        return (time.perf_counter() - began) / NOTED * 1e6


def on_terminal(name: str, progress: str) -> Any:
    """What ``measure`` prints, of a process whose standard error is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.progress_cost", name],
        env=os.environ | {"PYDRON_PROGRESS": progress, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    out, _ = child.communicate()
    os.close(ours)
    return json.loads(out)


def main() -> None:
    """Print one row for each program."""
    print(f"{'program':48} {'elapsed':>8} {'ratio':>6} {'cpu ratio':>9} {'share':>7}")
    for name, (what, _, _) in CASES.items():
        pairs = [(on_terminal(name, "0"), on_terminal(name, "yes")) for _ in range(REPEATS)]
        elapsed = statistics.median(shown[0] for _, shown in pairs)
        ratio, cpu = (statistics.median(b[i] / a[i] for a, b in pairs) for i in (0, 1))
        share = statistics.median(shown[2] for _, shown in pairs)
        print(f"{what:48} {elapsed:7.2f}s {ratio:6.3f} {cpu:9.3f} {100 * share:6.2f}%")
    wanted, unwanted = on_terminal(NOTING, "yes"), on_terminal(NOTING, "0")
    print(f"begin and end of a call: {wanted:.2f} us, {unwanted:.2f} us where nobody looks")


if __name__ == "__main__":
    if sys.argv[1:] == [NOTING]:
        print(noting())
    elif sys.argv[1:]:
        measure(sys.argv[1])
    else:
        main()
