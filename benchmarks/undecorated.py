"""What decorating costs where nothing can be won: ratio to the undecorated function.

    python benchmarks/undecorated.py

Each pair runs in turn, several times; the ratio is that of the medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from pydron_ng import functional, schedule

REPEATS = 7


def helper(x: int) -> int:
    return x + 1


@functional
def tiny(x: int) -> int:
    return x * x + 1


@functional
def small(x: int) -> int:
    for _ in range(20):
        x = (x * 31 + 7) % 1_000_003
    return x


@schedule
def no_functional_call(n: int) -> int:
    total = 0
    for i in range(n):
        total = (total * 31 + helper(i)) % 1_000_003
    return total


@schedule
def unknown_callee(n: int, callee: Callable[[int], int] = helper) -> int:
    total = 0
    for i in range(n):
        total += callee(i) + len(str(i))
    return total


@schedule
def tiny_calls(n: int) -> int:
    total = 0
    for i in range(n):
        total += tiny(i)
    return total


@schedule
def small_calls(n: int) -> int:
    total = 0
    for i in range(n):
        total += small(i)
    return total


CASES: tuple[tuple[Any, int], ...] = (
    (no_functional_call, 5_000_000),
    (unknown_callee, 2_000_000),
    (tiny_calls, 2_000_000),
    (small_calls, 500_000),
)


def seconds(function: Callable[[int], object], n: int) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    function(n)
    return time.perf_counter() - began


def main() -> None:
    """Print, for each pair, the first call and the median of later ones."""
    print(f"{'function':20} {'undecorated':>12} {'decorated':>10} {'ratio':>6} {'first call':>11}")
    for decorated, n in CASES:
        plain = decorated.__wrapped__
        first = seconds(decorated, n)
        pairs = [(seconds(plain, n), seconds(decorated, n)) for _ in range(REPEATS)]
        before, after = (statistics.median(times) for times in zip(*pairs, strict=True))
        times = f"{before:11.3f}s {after:9.3f}s {after / before:6.2f} {first / before:10.2f}x"
        print(f"{decorated.__name__:20} {times}")


if __name__ == "__main__":
    main()
