"""What results are put into, and taken out of: comprehensions, containers, expressions."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import numpy as np

from pydron_ng import schedule
from tests.shapes.work import Shape, add, f, g, name, split, total


@schedule
def list_comprehension(n: int) -> list[int]:
    return [g(f(x)) for x in range(n)]


@schedule
def set_comprehension(n: int) -> set[int]:
    return {f(x) for x in range(n)}


@schedule
def dictionary_comprehension(n: int) -> dict[str, int]:
    return {name(x): f(x) for x in range(n)}


@schedule
def filtered_comprehension(n: int) -> list[int]:
    return [g(x) for x in range(n) if f(x) % 2]


@schedule
def nested_comprehension(n: int) -> list[list[int]]:
    return [[f(x * y) for x in range(n)] for y in range(n)]


@schedule
def dictionary(n: int) -> dict[str, int]:
    table = {}
    for i in range(n):
        first, second = f(i), g(i)
        table[f"item-{i}"] = add(first, second)
    return table


@schedule
def groups(n: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for x in range(n):
        found.setdefault(x % 3, []).append(f(x))
    return found


@schedule
def grouped_sums(n: int) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for x in range(n):
        sums[x % 3] += f(x)
    return {key: g(value) for key, value in sums.items()}


@schedule
def tree(n: int) -> int:
    level = [f(x) for x in range(n)]
    while len(level) > 1:
        level = [add(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


@schedule
def pipeline(n: int) -> int:
    raw = [f(x) for x in range(n)]
    clean = [g(x) for x in raw]
    return total(clean)


@schedule
def diamond(n: int) -> int:
    start = f(n)
    left, right = g(start), f(start)
    return add(left, right)


@schedule
def unpacking(n: int) -> list[int]:
    out = []
    for x in range(n):
        low, high = split(x)
        out.append(add(low, high))
    return out


@schedule
def expression(n: int) -> int:
    return (f(n) + g(n)) * f(n + 1) - add(n, g(n + 2))


@schedule
def conditional(n: int) -> list[int]:
    return [f(x) if x % 3 else g(x) for x in range(n)]


@schedule
def formatted(n: int) -> str:
    return ", ".join([f"{x}: {f(x)}" for x in range(n)])


@schedule
def sum_of_calls(n: int) -> int:
    return sum([f(x) for x in range(n)]) + max([g(x) for x in range(n)])


@schedule
def slots(n: int) -> list[Any]:
    results: list[Any] = [None] * n
    for i in range(n):
        results[i] = f(i)
    return results


@schedule
def records(n: int) -> list[dict[str, int]]:
    rows = []
    for x in range(n):
        row = {"x": x, "f": f(x)}
        row["g"] = g(x)
        rows.append(row)
    return rows


@schedule
def kept_results(n: int) -> list[int]:
    known: dict[int, int] = {}
    for x in range(2 * n):
        if x % n not in known:
            known[x % n] = f(x % n)
    return list(known.values())


@schedule
def drawn_first(n: int) -> list[int]:
    rng = random.Random(n)
    drawn = [rng.randrange(100) for _ in range(n)]
    return [f(x) for x in drawn]


def found(n: int) -> list[int]:
    """Code that pydron_ng knows nothing about."""
    return list(range(n))


@schedule
def what_a_function_returned(n: int) -> list[int]:
    return [f(x) for x in found(n)]


@schedule
def folds(n: int) -> list[int]:
    data = np.arange(3 * n)
    parts = np.array_split(data, n)
    scores = []
    for k, test in enumerate(parts):
        train = np.concatenate([part for i, part in enumerate(parts) if i != k])
        scores.append(total(data[train].tolist()) - int(data[test].max()))
    return scores


SHAPES = (
    Shape("A list comprehension", list_comprehension, 16),
    Shape("A set comprehension", set_comprehension, 16),
    Shape("A dictionary comprehension", dictionary_comprehension, 8),
    Shape("A comprehension with a condition", filtered_comprehension, 16),
    Shape("Comprehensions in a comprehension", nested_comprehension, 4),
    Shape("A dictionary", dictionary, 8),
    Shape("Groups", groups, 16),
    Shape("Sums by group", grouped_sums, 16),
    Shape("A tree, level by level", tree, 16),
    Shape("One list after the other", pipeline, 16),
    Shape("A diamond", diamond, 1),
    Shape("Results that are unpacked", unpacking, 16),
    Shape("One expression", expression, 1),
    Shape("Either one call or another", conditional, 16),
    Shape("Text", formatted, 16),
    Shape("sum and max", sum_of_calls, 8),
    Shape("Slots of a list", slots, 16),
    Shape("Records", records, 8),
    Shape("Results that are looked up before they are computed", kept_results, 16, levels=(16,)),
    Shape("Random numbers, drawn before they are used", drawn_first, 16),
    Shape("What a function returned", what_a_function_returned, 16),
    Shape("Folds of a cross-validation", folds, 8),
)
