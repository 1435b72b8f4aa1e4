"""Loops that end early, go on, converge, nest, and have an else."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def estimate(level: int) -> float:
    spin(500)
    return sum(1.0 / (n * n) for n in range(1, level + 1))


@functional
def is_good(number: int) -> bool:
    spin(300)
    return number % 4 == 3


@functional
def refine(number: int) -> int:
    return number * number + 1


@functional
def step(value: float) -> float:
    return (value + 2.0 / value) / 2


@schedule
def converges(tolerance: float) -> tuple[float, int]:
    level, previous = 1, 0.0
    while True:
        value = estimate(level)
        if abs(value - previous) < tolerance:
            break
        previous = value
        level *= 2
    return value, level


@schedule
def converges_in_steps(value: float) -> list[float]:
    trail = [value]
    while abs(trail[-1] ** 2 - 2) > 1e-12:
        trail.append(step(trail[-1]))
    return trail


@schedule
def breaks_on_a_result(numbers: list[int]) -> int | None:
    found = None
    for number in numbers:
        if is_good(number):
            found = refine(number)
            break
        print("not", number)
    return found


@schedule
def returns_from_the_loop(numbers: list[int]) -> tuple[int, int] | str:
    for index, number in enumerate(numbers):
        if is_good(number):
            return index, refine(number)
    return "none"


@schedule
def continues_on_a_result(numbers: list[int]) -> list[int]:
    kept = []
    for number in numbers:
        if is_good(number):
            continue
        kept.append(refine(number))
    return kept


@schedule
def for_else(numbers: list[int]) -> str:
    for number in numbers:
        if is_good(number):
            print("found", number)
            break
    else:
        print("found nothing")
        return str(refine(0))
    return str(refine(number))


@schedule
def while_else(number: int) -> list[int]:
    seen = []
    while not is_good(number):
        number -= 1
        seen.append(number)
        if number < 0:
            break
    else:
        seen.append(refine(number))
    return seen


@schedule
def nested_loops(rows: list[list[int]]) -> list[list[int]]:
    table = []
    for row in rows:
        line = []
        for number in row:
            if is_good(number):
                break
            line.append(refine(number))
        else:
            line.append(-1)
        table.append(line)
    return table


@schedule
def triangle(size: int) -> list[tuple[int, int, int]]:
    found = []
    for i in range(size):
        for j in range(i):
            if (i + j) % 3 == 0:
                continue
            found.append((i, j, refine(i * j)))
    return found


@schedule
def decides_per_item(numbers: list[int]) -> tuple[list[int], list[int], int]:
    good: list[int] = []
    bad: list[int] = []
    value = 0
    for number in numbers:
        if is_good(number):
            good.append(refine(number))
        elif number > 5:
            value = refine(number)
            bad.append(value)
        else:
            bad.append(refine(-number))
            value += 1
    return good, bad, value


@schedule
def over_builtin_iterables(numbers: list[int], table: dict[str, int]) -> list[Any]:
    out: list[Any] = []
    for index, number in enumerate(reversed(numbers), start=2):
        out.append((index, refine(number)))
    for left, right in zip(numbers, numbers[1:]):
        out.append(refine(left * right))
    for key, value in table.items():
        out.append((key, refine(value)))
    for key in sorted(table, reverse=True):
        out.append((key, refine(table[key])))
    for value in table.values():
        out.append(refine(value))
    return out


@schedule
def with_a_progress_bar(numbers: list[int]) -> list[int]:
    results = []
    for number in tqdm(numbers, disable=True):
        results.append(refine(number))
    return results


@schedule
def walrus(numbers: list[int]) -> list[int]:
    found = []
    position = 0
    while position < len(numbers) and (value := refine(numbers[position])) < 60:
        found.append(value)
        position += 1
    return found


@schedule
def deletes_and_reuses_names(numbers: list[int]) -> list[int]:
    results = []
    for number in numbers:
        value = refine(number)
        results.append(value)
        del value
    try:
        results.append(value)  # type: ignore[possibly-undefined]
    except UnboundLocalError:
        results.append(-1)
    return results


@schedule
def the_list_grows_in_the_loop(numbers: list[int]) -> list[int]:
    for number in numbers:
        if len(numbers) < 8:
            numbers.append(refine(number))
    return numbers


NUMBERS = [1, 2, 4, 8, 7, 5, 11, 6]
CALLS = (
    Call.of(converges, 1e-2),
    Call.of(converges_in_steps, 1.0),
    Call.of(converges_in_steps, 0.0),
    Call.of(breaks_on_a_result, NUMBERS),
    Call.of(breaks_on_a_result, [1, 2]),
    Call.of(returns_from_the_loop, NUMBERS),
    Call.of(returns_from_the_loop, []),
    Call.of(continues_on_a_result, NUMBERS),
    Call.of(continues_on_a_result, [1, "a"]),
    Call.of(for_else, NUMBERS),
    Call.of(for_else, [1, 2]),
    Call.of(for_else, []),
    Call.of(while_else, 14),
    Call.of(while_else, 2),
    Call.of(nested_loops, [[1, 2], [4, 3, 5], [], [8]]),
    Call.of(triangle, 6),
    Call.of(decides_per_item, NUMBERS),
    Call.of(over_builtin_iterables, NUMBERS, {"b": 1, "a": 2}),
    Call.of(with_a_progress_bar, NUMBERS),
    Call.of(walrus, NUMBERS),
    Call.of(deletes_and_reuses_names, [1, 2]),
    Call.of(the_list_grows_in_the_loop, [1, 2]),
)
