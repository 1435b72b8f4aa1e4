"""Items that are paired, chained, sorted and named before they are handed to functional calls."""

from __future__ import annotations

import itertools
import os
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def weigh(left: Any, right: Any = 0) -> Any:
    spin(300)
    return left * 3 - right


@functional
def refuse(value: Any) -> Any:
    if value == 2:
        raise ValueError(value)
    return value


class Loud:
    """Compares and hashes aloud."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __lt__(self, other: Loud) -> bool:
        print(f"{self.value} < {other.value}")
        return self.value < other.value

    def __eq__(self, other: object) -> bool:
        print("equal?")
        return isinstance(other, Loud) and self.value == other.value

    def __hash__(self) -> int:
        print("hash", self.value)
        return self.value


@schedule
def combined(values: list[float]) -> list[Any]:
    grid = [weigh(x, y) for x, y in itertools.product(values, repeat=2)]
    pairs = [weigh(x, y) for x, y in itertools.combinations(values, 2)]
    orders = [weigh(*each) for each in itertools.permutations(values, 2)]
    steps = [weigh(b, a) for a, b in itertools.pairwise(grid)]
    sums = [weigh(total) for total in itertools.accumulate(values)]
    return [grid, pairs, orders, steps, sums]


@schedule
def chained(values: list[float], more: Any) -> list[Any]:
    done = []
    for value in itertools.chain(values, [weigh(1)], more):
        done.append(weigh(value))
    for value in itertools.chain.from_iterable([values, [weigh(2)]]):
        done.append(weigh(value))
    for k, value in enumerate(itertools.islice(done, 1, 6, 2), start=3):
        done.append(weigh(value, k))
    for a, b in itertools.zip_longest(values, [1], fillvalue=weigh(5)):
        done.append(weigh(a, b))
    return done


@schedule
def strict_pairs(values: list[float], others: list[float]) -> list[Any]:
    done = []
    for a, b in zip(values, others, strict=True):
        done.append(weigh(a, b))
    return done


@schedule
def named(values: list[Any]) -> dict[Any, Any]:
    table = dict(first=weigh(values[0]), rest=[weigh(v) for v in values[1:]])
    more = {**table, "first": weigh(7), "none": None, **{"x": weigh(8)}}
    again = dict([("a", weigh(1)), ("b", more["first"])], c=weigh(2))
    zeros = dict.fromkeys(["p", "q"], weigh(3))
    return {**more, **again, **zeros, "sum": weigh(zeros["p"], again["a"])}


@schedule
def named_by_anything(keys: list[Any]) -> tuple[Any, ...]:
    try:
        return {**{key: weigh(1) for key in keys}, "last": weigh(2)}, dict.fromkeys(keys, 0)
    except TypeError as error:
        return str(error), weigh(3)


@schedule
def worded(values: list[float]) -> list[Any]:
    text = "{:.2f} and {last!r}".format(weigh(values[0]), last=weigh(values[-1]))
    left, right = text.split(sep=" and ", maxsplit=1)
    shown = "%s|%5.1f|%r" % (left, weigh(3), [right])
    table = "%(a)s %(b)d" % {"a": weigh(1), "b": 2}
    return [shown, table, weigh(len(shown), len(table)), f"{[weigh(1)]}", right.rjust(9, "*")]


@schedule
def sorted_by(values: list[Any], names: list[str]) -> list[Any]:
    ordered = sorted(values, reverse=True)
    lowered = sorted(names, key=str.lower)
    largest = max(values, key=abs, default=0)
    return [
        [weigh(value) for value in ordered],
        [weigh(name) for name in lowered],
        weigh(largest),
        sum([weigh(1), weigh(2)], start=10),
    ]


@schedule
def sorted_aloud(things: list[Loud]) -> list[Any]:
    ordered = sorted(things)
    return [weigh(thing.value) for thing in ordered] + [weigh(max(things).value)]


@schedule
def between(values: list[float]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        found.append(0 < weigh(value) < 9 > weigh(value, 2))
        found.append(value < refuse(1) < refuse(2))
    return found


@schedule
def within(values: list[float]) -> list[Any]:
    return [v < 2 in [weigh(v), 2] for v in values] + [3 in {weigh(1), 3} == {3}]


@schedule
def paths_as_text(numbers: list[int]) -> list[Any]:
    found = []
    for number in numbers:
        path = os.path.join("data", f"{weigh(number)}.fits")
        print(path)
        base, ending = os.path.splitext(os.path.basename(path))
        found.append((weigh(len(base)), weigh(len(ending)), os.path.dirname(path)))
    return found


VALUES = [1.5, 2.0, -0.0, 4.0]
CALLS = (
    Call.of(paths_as_text, [1, 20, 300]),
    Call.of(combined, VALUES),
    Call.of(combined, []),
    Call.of(combined, ["a", 1]),
    Call.of(chained, VALUES, [1, 2]),
    Call.of(chained, VALUES, {3: 4}),
    Call.of(strict_pairs, VALUES, [1, 2, 3, 4]),
    Call.of(strict_pairs, VALUES, [1, 2]),
    Call.of(named, VALUES),
    Call.of(named_by_anything, ["a", 1]),
    Call.of(named_by_anything, ["a", []]),
    Call.of(named_by_anything, [Loud(1), Loud(2), Loud(1)]),
    Call.of(worded, VALUES),
    Call.of(sorted_by, VALUES, ["b", "A", "c"]),
    Call.of(sorted_by, [], []),
    Call.of(sorted_by, [1, "a"], ["x"]),
    Call.of(sorted_aloud, [Loud(3), Loud(1), Loud(2)]),
    Call.of(between, [0.5, 1.0, -1.0]),
    Call.of(within, VALUES),
)
