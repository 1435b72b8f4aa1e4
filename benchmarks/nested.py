"""Elapsed time of calls that make scheduled calls, against what their data dependences allow.

    python -m benchmarks.nested

Every call sleeps 50 ms, on 8 worker processes; the best of a few warm calls counts. The bound of a
program is the time that 8 workers need for its calls, level by level.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydron_ng import configure, functional, schedule

WORKERS = 8
SECONDS = 0.05
REPEATS = 5
#: The first calls are for the workers to learn what calls cost, each by itself.
WARM = 4


@functional
def leaf(number: int) -> int:
    time.sleep(SECONDS)
    return number


@schedule
def sweep(begin: int, leaves: int) -> list[int]:
    return [leaf(number) for number in range(begin, begin + leaves)]


@functional
def row(begin: int, leaves: int) -> list[int]:
    return sweep(begin, leaves)


@schedule
def rows(count: int, leaves: int) -> list[list[int]]:
    return [row(leaves * number, leaves) for number in range(count)]


@functional
def table(begin: int, count: int, leaves: int) -> list[list[int]]:
    return rows_from(begin, count, leaves)


@schedule
def rows_from(begin: int, count: int, leaves: int) -> list[list[int]]:
    return [row(begin + leaves * number, leaves) for number in range(count)]


@schedule
def tables(tables: int, count: int, leaves: int) -> list[list[list[int]]]:
    return [table(number * count * leaves, count, leaves) for number in range(tables)]


@functional
def node(depth: int) -> int:
    time.sleep(SECONDS)
    return 1 + (branches(depth - 1) if depth else 0)


@schedule
def branches(depth: int) -> int:
    total = 0
    for _ in range(2):
        total += node(depth)
    return total


@functional
def step(depth: int) -> int:
    return flight(depth - 1) if depth else leaf(depth)


@schedule
def flight(depth: int) -> int:
    total = 0
    for number in range(3):
        total += leaf(number)
    return total + step(depth)


class Shape(NamedTuple):
    """A program, and how many calls of 50 ms each of its levels has.

    warm: so many times it is called before.
    """

    name: str
    program: Callable[[], object]
    levels: Sequence[int]
    warm: int = WARM

    @property
    def bound(self) -> float:
        return SECONDS * sum(-(-calls // WORKERS) for calls in self.levels)


SHAPES = (
    Shape("one row of 8", lambda: rows(1, 8), (8,)),
    Shape("2 rows of 4", lambda: rows(2, 4), (8,)),
    Shape("2 rows of 16", lambda: rows(2, 16), (32,)),
    Shape("2 tables of 4 rows of 8", lambda: tables(2, 4, 8), (64,)),
    Shape("a tree of 62", lambda: branches(4), (2, 4, 8, 16, 32)),
    Shape("a staircase of 16", lambda: flight(16), (52,)),
    Shape("the same, learnt", lambda: flight(16), (52,), 30),
)


def seconds_of(program: Callable[[], object]) -> float:
    began = time.perf_counter()
    program()
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    print(f"{'program':24} {'elapsed':>8} {'bound':>7} {'ratio':>6}")
    with configure(workers=[{"type": "multicore", "cores": WORKERS}], inline=False):
        for shape in SHAPES:
            for _ in range(shape.warm):
                shape.program()
            elapsed = min(seconds_of(shape.program) for _ in range(REPEATS))
            print(f"{shape.name:24} {elapsed:8.3f} {shape.bound:7.3f} {elapsed / shape.bound:6.2f}")


if __name__ == "__main__":
    main()
