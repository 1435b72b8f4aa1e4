"""What is foreseen of other numbers of workers, beside what is measured with them.

    python -m benchmarks.forecast [--workers 2 16] [--calls 32] [--milliseconds 20] [--repeat 3]

Runs with one worker are recorded, and forecast for others; then the programs run with those. The
workers are threads and the calls sleep, so that there is a core for each.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import pydron_ng
from pydron_ng import functional, schedule


@functional
def first(x: int, seconds: float) -> int:
    time.sleep(seconds * (1 + x % 3 / 2))
    return x + 1


@functional
def second(x: int, seconds: float) -> int:
    time.sleep(seconds)
    return x * 2


@functional
def total(values: list[int], seconds: float) -> int:
    time.sleep(seconds)
    return sum(values)


@schedule
def chains(count: int, seconds: float) -> int:
    return total([second(first(x, seconds), seconds) for x in range(count)], seconds)


@schedule
def tree(count: int, seconds: float) -> int:
    level = [first(x, seconds) for x in range(count)]
    while len(level) > 1:
        level = [total(level[n : n + 2], seconds) for n in range(0, len(level), 2)]
    return level[0]


@schedule
def choices(count: int, seconds: float) -> int:
    good = []
    for x in range(count):
        found = first(x, seconds)
        if found % 2:
            good.append(second(found, seconds))
    return total(good, seconds)


@schedule
def rounds(count: int, seconds: float) -> int:
    state = 0
    for _ in range(3):
        state = total([first(x + state % 3, seconds) for x in range(count // 3)], seconds)
    return state


PROGRAMS = (chains, tree, choices, rounds)


def run(program: Callable[..., Any], asked: argparse.Namespace, workers: int) -> Any:
    """A run with so many workers, recorded; the functions are known, the workers new."""
    inline = False if asked.all_sent else "auto"
    threads = [{"type": "threads", "cores": workers}]
    with pydron_ng.configure(workers=threads, inline=inline):
        program(2, asked.milliseconds / 1e3)
        with pydron_ng.record() as recording:
            program(asked.calls, asked.milliseconds / 1e3)
    return recording


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 16])
    parser.add_argument("--calls", type=int, default=32)
    parser.add_argument("--milliseconds", type=float, default=20.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--all-sent", action="store_true", help='"inline": false')
    asked = parser.parse_args(given)
    print(f"{'program':10} {'workers':>7} {'foreseen':>9} {'measured':>9} {'error':>7}")
    for program in PROGRAMS:
        recorded = run(program, asked, 1)
        for workers in asked.workers:
            foreseen = recorded.predict(workers)
            times = [run(program, asked, workers).figures.elapsed for _ in range(asked.repeat)]
            measured = statistics.median(times)
            error = f"{foreseen / measured - 1:+.1%}"
            name = program.__name__
            print(f"{name:10} {workers:7} {foreseen:9.3f} {measured:9.3f} {error:>7}")


if __name__ == "__main__":
    main()
