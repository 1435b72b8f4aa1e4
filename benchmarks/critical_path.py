"""Elapsed time of whole programs against what their data dependences allow.

    python benchmarks/critical_path.py

Every functional call sleeps 30 ms; 8 thread workers; the second of two warm calls is measured.
The bound of a program is its critical path on 8 workers: its calls level by level.
"""

from __future__ import annotations

import contextlib
import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydron_ng import configure, functional, schedule

CALL_SECONDS = 0.03
WORKERS = 8


class Bad(ValueError):
    """An item that cannot be used."""


@functional
def f(x: int) -> int:
    time.sleep(CALL_SECONDS)
    return x + 1


@functional
def g(x: int) -> int:
    time.sleep(CALL_SECONDS)
    return x * 2


@functional
def add(a: int, b: int) -> int:
    time.sleep(CALL_SECONDS)
    return a + b


@functional
def check(x: int) -> int:
    time.sleep(CALL_SECONDS)
    if x % 4 == 0:
        raise Bad(f"{x} is bad")
    return x


@schedule
def append_each(n: int) -> list[int]:
    out = []
    for x in range(n):
        out.append(f(x))  # noqa: PERF401  the loop is what is measured
    return out


@schedule
def chain_each(n: int) -> list[int]:
    out = []
    for x in range(n):
        out.append(g(f(x)))  # noqa: PERF401
    return out


@schedule
def choose(n: int) -> tuple[list[int], list[int]]:
    good, rest = [], []
    for x in range(n):
        r = f(x)
        if r > n // 2:
            good.append(g(r))
        else:
            rest.append(r)
        print("item", x)
    return good, rest


@schedule
def try_each(n: int) -> list[int]:
    kept = []
    for x in range(n):
        try:
            kept.append(check(x))
        except Bad as error:
            print("left out:", error)
    return kept


@schedule
def continue_on_result(n: int) -> list[int]:
    out = []
    for x in range(n):
        r = f(x)
        if r % 2:
            continue
        out.append(g(r))
    return out


@schedule
def accumulate(n: int) -> int:
    total = 0
    for x in range(n):
        total += f(x)
        print("so far", total)
    return total


@schedule
def nested(n: int) -> list[int]:
    sums = []
    for row in range(n):
        total = 0
        for column in range(n):
            total += f(row * n + column)
        sums.append(g(total))
    return sums


@schedule
def tree(n: int) -> int:
    level = [f(x) for x in range(n)]
    while len(level) > 1:
        level = [add(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


@schedule
def converge(n: int) -> int:
    estimate, rounds = 0, 0
    while estimate < 100:
        parts = [f(estimate + i) for i in range(n)]
        estimate = max(parts) * 2
        rounds += 1
        print("round", rounds, estimate)
    return estimate


@schedule
def with_helper_values(n: int) -> dict[str, int]:
    table = {}
    names = [f"item-{i}" for i in range(n)]
    for i, name in enumerate(names):
        first, second = f(i), g(i)
        table[name] = add(first, second)
    return table


@schedule
def retry(n: int) -> list[int]:
    done = []
    for x in range(n):
        for attempt in range(3):
            try:
                r = check(x + attempt)
            except Bad:
                continue
            done.append(r)
            break
    return done


@dataclass(frozen=True)
class Case:
    """A program, and how many of its calls depend on no other, on those, and so on."""

    program: Callable[[int], Any]
    size: int
    levels: tuple[int, ...]

    @property
    def bound(self) -> float:
        """Seconds of the critical path on that many workers."""
        return sum(math.ceil(level / WORKERS) for level in self.levels) * CALL_SECONDS


CASES = (
    Case(append_each, 32, (32,)),
    Case(chain_each, 16, (16, 16)),
    Case(choose, 16, (16, 8)),
    Case(try_each, 16, (16,)),
    Case(continue_on_result, 16, (16, 8)),
    Case(accumulate, 16, (16,)),
    Case(nested, 4, (16, 4)),
    Case(tree, 16, (16, 8, 4, 2, 1)),
    Case(converge, 8, (8, 8, 8)),
    Case(with_helper_values, 8, (16, 8)),
    Case(retry, 8, (8, 2)),
)


def measure(case: Case) -> tuple[float, float, bool]:
    """Seconds of the sequential run and of a warm scheduled one, and whether they agree."""
    plain: Callable[[int], Any] = case.program.__wrapped__  # type: ignore[attr-defined]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        began = time.perf_counter()
        expected = plain(case.size)
        sequential = time.perf_counter() - began
    with contextlib.redirect_stdout(io.StringIO()):
        case.program(case.size)
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        began = time.perf_counter()
        found = case.program(case.size)
        elapsed = time.perf_counter() - began
    return sequential, elapsed, (expected, said.getvalue()) == (found, heard.getvalue())


def main() -> None:
    """Print the table."""
    print(f"{'program':22} {'sequential':>10} {'scheduled':>10} {'bound':>8} {'ratio':>6}  same")
    with configure(workers=[{"type": "threads", "cores": WORKERS}]):
        for case in CASES:
            sequential, elapsed, same = measure(case)
            times = f"{sequential:10.3f} {elapsed:10.3f} {case.bound:8.3f}"
            ratio = elapsed / case.bound
            print(f"{case.program.__name__:22} {times} {ratio:6.2f}  {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
