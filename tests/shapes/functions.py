"""Functions that call functions: helpers, methods, recursion, and calls in between."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule
from tests.shapes.work import Bad, Shape, add, check, f, g, total


@schedule
def helper(x: int) -> int:
    return g(f(x))


@schedule
def helpers(n: int) -> list[int]:
    return [helper(x) for x in range(n)]


class Survey:
    """Methods, functional and scheduled."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    @functional
    def measure(self, x: int) -> int:
        return f(x + self.offset)

    @schedule
    def run(self, n: int) -> list[int]:
        found = []
        for x in range(n):
            found.append(self.measure(x))
        return found


@schedule
def object_with_methods(n: int) -> list[int]:
    return Survey(10).run(n)


@schedule
def recursive_sum(low: int, high: int) -> int:
    if high - low == 1:
        return f(low)
    middle = (low + high) // 2
    return recursive_sum(low, middle) + recursive_sum(middle, high)


@schedule
def recursion(n: int) -> int:
    return recursive_sum(0, n)


def log(*said: Any) -> None:
    """Code that pydron_ng knows nothing about."""
    print(*said)


@schedule
def unknown_calls_in_between(n: int) -> list[int]:
    out = []
    for x in range(n):
        y = f(x)
        log("item", x)
        out.append(g(y))
        log("so far", len(out))
    return out


@schedule
def matched(n: int) -> list[int]:
    out = []
    for x in range(n):
        match x % 3:
            case 0:
                out.append(f(x))
            case 1:
                out.append(g(x))
            case _:
                out.append(add(x, x))
    return out


@schedule
def walrus(n: int) -> list[int]:
    return [y for x in range(n) if (y := f(x)) % 2]


@schedule
def summary(n: int) -> dict[str, int]:
    values = [f(x) for x in range(n)]
    print("measured", n)
    return {"total": total(values), "first": g(values[0]), "last": g(values[-1])}


@schedule
def failures_are_counted(n: int) -> tuple[list[int], int]:
    kept, bad = [], 0
    for x in range(n):
        try:
            y = check(x)
        except Bad:
            bad += 1
            continue
        kept.append(g(y))
    return kept, bad


@schedule
def helper_made_here(n: int) -> list[int]:
    def refine(x: int, times: int = 2) -> int:
        return add(f(x), times * n)

    return [refine(x) for x in range(n)]


@schedule
def mapped(n: int) -> list[int]:
    return list(map(f, range(n)))


@schedule
def sorted_by_a_result(n: int) -> list[int]:
    return sorted(range(n), key=lambda x: g(x) % 7)


@schedule
def best_of(n: int) -> int:
    return max(range(n), key=f)


@schedule
def divide_and_conquer(n: int) -> int:
    return recursive_total(list(range(n)))


@schedule
def recursive_total(values: list[int]) -> int:
    if len(values) == 1:
        return f(values[0])
    middle = len(values) // 2
    return add(recursive_total(values[:middle]), recursive_total(values[middle:]))


@schedule
def work_list(n: int) -> list[int]:
    waiting, done = [(x, 1) for x in range(n)], []
    while waiting:
        x, rounds = waiting.pop()
        if rounds:
            waiting.append((x + 100, rounds - 1))
        done.append(f(x))
    return done


SHAPES = (
    Shape("A helper that is scheduled, too", helpers, 8),
    Shape("An object with methods", object_with_methods, 16),
    Shape("Recursion", recursion, 16),
    Shape("Calls of unknown functions in between", unknown_calls_in_between, 8),
    Shape("match", matched, 16),
    Shape("A walrus", walrus, 16),
    Shape("Several summaries of the same list", summary, 8),
    Shape("Failures are counted", failures_are_counted, 16),
    Shape("A helper that is made on the way", helper_made_here, 8, (8, 8)),
    Shape("map", mapped, 16),
    Shape("Sorted by a result", sorted_by_a_result, 16),
    Shape("The best of all", best_of, 16),
    Shape("Divide and conquer", divide_and_conquer, 16),
    Shape("A list of work to do", work_list, 8),
)
