"""Results that are arguments, parts of them, or views: calls are taken, and nothing is copied."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent
from tests.programs.work import spin


@functional
def crop(image: Any, start: int) -> Any:
    spin(300)
    return image[start : start + 2]


@functional
def ident(x: Any) -> Any:
    spin(300)
    return x


@functional
def total(x: Any) -> Any:
    return sum(x)


@functional
def wrapped(x: list[Any], n: int) -> list[Any]:
    return [x[0], n]


@functional
def longest(rows: list[list[int]]) -> list[int]:
    return max(rows, key=len)


@functional
def entry(table: dict[str, list[int]], name: str) -> Any:
    return table.get(name)


@dataclass
class Frame:
    pixels: list[int]
    history: list[str] = field(default_factory=list)

    @functional
    def calibrated(self, factor: int) -> Frame:
        spin(300)
        return self if factor == 1 else Frame([p * factor for p in self.pixels], self.history)


@schedule
def crops(images: list[Any]) -> list[Any]:
    parts = [crop(image, 1) for image in images]
    for part in parts:
        part[:] = 7
    return [parts, images]


@schedule
def identities(xs: list[list[int]]) -> list[Any]:
    found = []
    for x in xs:
        a = ident(x)
        b = ident(a)
        b.append(1)
        found += [total(a), total(x), a is b, b is x]
    return [xs, found]


@schedule
def two_of_one(x: list[list[int]]) -> list[Any]:
    p, q = wrapped(x, 1), wrapped(x, 2)
    p[0].append(5)
    return [p, q, x, total(q[0]), p[0] is q[0]]


@schedule
def frames(given: list[Frame]) -> list[Any]:
    results = []
    for number, frame in enumerate(given):
        result = frame.calibrated(number % 2 + 1)
        result.history.append(f"calibrated {number}")
        results.append(result)
    return [results, given, [r is f for r, f in zip(results, given, strict=True)]]


@schedule
def searching(rows: list[list[int]], table: dict[str, list[int]]) -> list[Any]:
    best = longest(rows)
    best.append(0)
    found = [entry(table, name) for name in ("a", "b", "none")]
    found[0].append(9)
    return [best, rows, found, table, found[0] is table["a"], longest(rows) is best]


@schedule
def replaced_meanwhile(rows: list[list[int]]) -> list[Any]:
    """What was issued is as good as what is there now, and it is another object."""
    first = ident(rows[0])
    rows[0] = list(rows[0])
    second = ident(rows[0])
    second.append(1)
    return [first, second, rows, first is rows[0], second is rows[0]]


PROGRAMS = [
    (crops, [[np.arange(5.0), np.zeros((4, 3)), np.arange(12).reshape(6, 2)[::2]]]),
    (crops, [[[1, 2, 3, 4], [5, 6, 7]]]),
    (identities, [[[1], [2, 3], []]]),
    (two_of_one, [[[1, 2]]]),
    (frames, [[Frame([1, 2]), Frame([3]), Frame([4]), Frame([5])]]),
    (searching, [[[1], [2, 3], [4]], {"a": [1], "b": [2]}]),
    (replaced_meanwhile, [[[1], [2]]]),
]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("program, arguments", PROGRAMS)
def test_changes_reach_what_they_reach_sequentially(program: Any, arguments: list[Any]) -> None:
    assert_equivalent(program, *arguments)


@functional
def part_and_place(image: Any, row: int) -> Any:
    return image[row], os.getpid()


@schedule
def parts_and_places(image: Any, rows: range) -> list[Any]:
    return [part_and_place(image, row) for row in rows]


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("image", [np.zeros((4, 3)), [[1], [2], [3], [4]]])
def test_such_calls_are_taken_from_workers(image: Any) -> None:
    for row, (part, process) in enumerate(parts_and_places(image, range(4))):
        assert process != os.getpid()
        assert part is image[row] if isinstance(image, list) else np.shares_memory(part, image)
