"""Programs that a careless run-ahead makes slower: each against its undecorated self.

    python -m benchmarks.traps

Two worker processes, as users run it. Each pair runs in turn, several times; the ratio is that of
the medians. None has much to win; none may lose.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pydron_ng import configure, functional, schedule

REPEATS = 5


def spin(micros: float) -> int:
    """Compute for about so long."""
    end = time.perf_counter() + micros * 1e-6
    turns = 0
    while time.perf_counter() < end:
        turns += 1
    return turns


@functional
def tiny(x: Any) -> Any:
    return x


@functional
def work(x: Any) -> Any:
    spin(2_000)
    return x


@functional
def medium(x: Any) -> Any:
    spin(150)
    return x


@functional
def total_of(values: list[float]) -> float:
    return sum(values)


@functional
def sum_of(array: Any) -> float:
    return float(array.sum())


class Stamped:
    """Pickles otherwise each time."""

    def __init__(self, x: int) -> None:
        self.x = x

    def __getstate__(self) -> dict[str, Any]:
        return {"x": self.x, "stamp": random.random()}


@functional
def of_stamped(stamped: Stamped) -> int:
    spin(500)
    return stamped.x


class State:
    """An object that a loop changes in place."""

    def __init__(self) -> None:
        self.values = [0]


def poke(state: State) -> None:
    """Nobody knows what this does."""
    state.values[0] += 1


@functional
def of_state(state: State) -> int:
    spin(1_000)
    return state.values[0]


@schedule
def computes_before_its_call(n: int) -> int:
    """Run-ahead repeats the program's own work."""
    t = 0
    for i in range(n):
        t = (t * 31 + i) % 1_000_003
    return int(work(t))


@schedule
def calls_on_the_spot(n: int) -> int:
    """Each call needs the one before."""
    x = 0
    for _ in range(n):
        x = work(x)
    return x


@schedule
def chain_of_medium_calls(n: int) -> int:
    x = 0
    for _ in range(n):
        x = medium(x)
    return x


@schedule
def mismatches(n: int) -> int:
    """What was issued is never what is called."""
    state, found = State(), 0
    for _ in range(n):
        poke(state)
        found += of_state(state)
    return found


@schedule
def large_arguments_with_a_sync_point_each(n: int) -> float:
    array, found = np.ones(2_000_000), 0.0
    for _ in range(n):
        found += sum_of(array)
        poke(State())
    return found


@schedule
def growing_prefixes(n: int) -> float:
    """Each argument holds all of the one before."""
    kept: list[float] = []
    found = 0.0
    for i in range(n):
        kept.append(tiny(float(i)))
        found += total_of(kept)
    return found


@schedule
def superfluous_tests(n: int) -> int:
    """A search that ends at once, a thousand times."""
    found = 0
    for i in range(n):
        for j in range(100):
            if tiny(i + j) >= i:
                found += 1
                break
    return found


@schedule
@functional
def fibonacci(n: int) -> int:
    """A recursion that is a task as well."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


@schedule
def recursion(n: int) -> int:
    return fibonacci(n)


@schedule
def stamps(n: int) -> int:
    """Values that never compare equal."""
    return sum([of_stamped(Stamped(i)) for i in range(n)])


@schedule
def items_that_are_effects(n: int) -> float:
    """Nothing can overlap: the next item is an effect."""
    found = 0.0
    for _ in range(n):
        found += medium(random.random())
    return found


def numbers(n: int) -> Iterator[int]:
    yield from range(n)


@schedule
def iterators_of_the_program(n: int) -> int:
    found = 0
    for i in numbers(n):
        found += tiny(i)
    return found


@schedule
def computing_beside_short_calls(n: int) -> int:
    """The program's thread computes while its workers wait for calls of a millisecond."""
    found = 0
    for i in range(n):
        spin(300)
        found += work(i)
    return found


#: The trap, as it is numbered where they were collected, the program, and its size.
CASES: tuple[tuple[str, Any, int], ...] = (
    ("P1", computes_before_its_call, 3_000_000),
    ("P2", calls_on_the_spot, 200),
    ("P2", chain_of_medium_calls, 3_000),
    ("P3", mismatches, 200),
    ("P4", large_arguments_with_a_sync_point_each, 60),
    ("P6", items_that_are_effects, 3_000),
    ("P7", computing_beside_short_calls, 200),
    ("P8", growing_prefixes, 6_000),
    ("P9", superfluous_tests, 200_000),
    ("P10", recursion, 26),
    ("P11", iterators_of_the_program, 2_000_000),
    ("P12", stamps, 300),
)


def seconds(function: Callable[[int], object], n: int) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    function(n)
    return time.perf_counter() - began


def undecorated(function: Any) -> Callable[[int], object]:
    """The same program with nothing of ours in it."""
    plain: Callable[[int], object] = function.__wrapped__
    return plain


def main() -> None:
    """Print, for each program, both medians and their ratio."""
    print(f"{'trap':5} {'program':40} {'undecorated':>12} {'decorated':>10} {'ratio':>6}")
    with configure(workers=[{"type": "multicore", "cores": 2}]):
        for trap, decorated, n in CASES:
            plain = undecorated(decorated)
            seconds(decorated, n)
            pairs = [(seconds(plain, n), seconds(decorated, n)) for _ in range(REPEATS)]
            before, after = (statistics.median(times) for times in zip(*pairs, strict=True))
            times = f"{before:11.3f}s {after:9.3f}s {after / before:6.2f}"
            print(f"{trap:5} {decorated.__name__:40} {times}", flush=True)


if __name__ == "__main__":
    main()
