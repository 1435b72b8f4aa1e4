"""Loops: with effects, with exits, nested, until convergence."""

from __future__ import annotations

from collections.abc import Iterator

from pydron_ng import schedule
from tests.shapes.work import Bad, Shape, check, f, g


@schedule
def append_each(n: int) -> list[int]:
    out = []
    for x in range(n):
        out.append(f(x))
    return out


@schedule
def prints(n: int) -> list[int]:
    out = []
    for x in range(n):
        y = f(x)
        print("item", x, y)
        out.append(g(y))
    return out


@schedule
def sums(n: int) -> int:
    result = 0
    for x in range(n):
        result += f(x)
        print("so far", result)
    return result


@schedule
def branches(n: int) -> tuple[list[int], list[int]]:
    good, rest = [], []
    for x in range(n):
        r = f(x)
        if r > n // 2:
            good.append(g(r))
        else:
            rest.append(r)
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
def continue_on_a_result(n: int) -> list[int]:
    out = []
    for x in range(n):
        r = f(x)
        if r % 2:
            continue
        out.append(g(r))
    return out


@schedule
def break_after_a_count(n: int) -> list[int]:
    out = []
    for x in range(10 * n):
        if x == n:
            break
        out.append(f(x))
    return out


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
def triangle(n: int) -> list[tuple[int, int, int]]:
    found = []
    for i in range(n):
        for j in range(i):
            found.append((i, j, f(i * j)))
    return found


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
def retries(n: int) -> list[int]:
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


@schedule
def while_counting(n: int) -> list[int]:
    out: list[int] = []
    x = 0
    while x < n:
        out.append(f(x))
        x += 1
    return out


@schedule
def pairs(n: int) -> list[int]:
    out = []
    xs = list(range(n))
    for i, (a, b) in enumerate(zip(xs, reversed(xs))):
        out.append(f(i * a - b))
    return out


@schedule
def generator(n: int) -> Iterator[int]:
    for x in range(n):
        y = f(x)
        print("made", x)
        yield y


@schedule
def finally_each(n: int) -> list[int]:
    out = []
    for x in range(n):
        try:
            out.append(f(x))
        finally:
            print("done with", x)
    return out


SHAPES = (
    Shape("A list of results", append_each, 16),
    Shape("A loop that prints what it does", prints, 16),
    Shape("A running sum", sums, 16),
    Shape("What is done with an item depends on a result", branches, 16),
    Shape("Some items fail", try_each, 16),
    Shape("Some items are skipped", continue_on_a_result, 16),
    Shape("The loop ends by itself", break_after_a_count, 16),
    Shape("Loops in loops", nested, 4),
    Shape("Loops whose length depends on the outer one", triangle, 6),
    Shape("Rounds until convergence", converge, 8),
    Shape("Each item is tried three times", retries, 8),
    Shape("A while loop that counts", while_counting, 16),
    Shape("enumerate, zip, reversed", pairs, 16),
    Shape("A generator", generator, 16),
    Shape("try and finally", finally_each, 16),
)
