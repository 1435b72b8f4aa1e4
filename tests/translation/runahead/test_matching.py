"""match: patterns that are compared without running code of the user's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import UNKNOWN
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import library
from tests.translation.runahead.tripwire import NAMES, TOUCHES, all_wires
from tests.translation.written import statement, text


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Point:
    x: Any
    y: Any


class Odd:
    """Compares by code of its own."""

    asked = 0

    def __eq__(self, other: object) -> bool:
        self.asked += 1
        return other == 1

    __hash__ = None  # type: ignore[assignment]


def test_shape() -> None:
    assert statement("match a:\n    case 0: work(1)\n    case x: work(x)") == text(
        """
        async def statement_1(ra, v_a, v_x):
            t1 = v_a
            t2 = None
            for _ in "1":
                t3 = await matched(ra, t1, ('value', 0))
                if t3 is UNKNOWN:
                    break
                if t3 is not None:
                    t2 = 0; break
                t4 = await matched(ra, t1, ('as', None, 'x'))
                if t4 is UNKNOWN:
                    break
                if t4 is not None:
                    v_x = bind(ra, -1, 0, (), t4['x'])
                    t2 = 1; break
                t2 = -1
            if t2 is None:
                v_x = bind(ra, -1, 0, (), UNKNOWN)
                t2 = await ra.told(1, ())
            if t2 == 0:
                unread(ra, 0, (), ra.lookup('work'), (1, ), {})
            if t2 == 1:
                unread(ra, 1, (), ra.lookup('work'), (v_x, ), {})
            return ()


        spawn(ra, statement_1(ra, v_a, v_x), 1, (), ())
        """
    )


@schedule
def literals(values: Any) -> Any:
    kept = []
    for value in values:
        match value:
            case 1 | 2:
                kept.append(work(value))
            case None:
                kept.append(work(3))
            case "text" as found:
                kept.append(work(len(found)))
            case int(n) if n > 5:
                kept.append(work(n))
            case float():
                print("a float")
            case _:
                kept.append(work(5))
    return kept


@schedule
def sequences(values: Any) -> Any:
    kept = []
    for value in values:
        match value:
            case []:
                kept.append(work(0))
            case [first]:
                kept.append(work(first))
            case (first, [second, *_], *rest):
                kept.append(work(first, second, len(rest)))
            case [*everything]:
                kept.append(work(len(everything)))
            case _:
                kept.append(0)
    return kept


@schedule
def mappings_and_classes(values: Any) -> Any:
    kept = []
    for value in values:
        match value:
            case {"kind": "a", **rest}:
                kept.append(work(len(rest)))
            case {"kind": kind}:
                kept.append(work(len(kind)))
            case Point(0, y=y):
                kept.append(work(y))
            case Point(x=Point(a, b)):
                kept.append(work(a, b))
            case Colour.RED | Colour.BLUE:
                kept.append(work(7))
            case _:
                pass
    return kept


@schedule
def of_results(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        match quick(number), number:
            case (value, 1):
                kept.append(work(value))
            case (value, n) if value > n:
                kept.append(work(value, n))
            case _:
                pass
    return kept


@schedule
def told_by_the_program(values: Any) -> Any:
    kept = []
    for value in values:
        match value:
            case 1:
                kept.append(work(1))
                kept.append(work(2))
            case other:
                kept.append(work(3))
                kept.append(str(other)[:1])
                kept.append(work(4))
    return kept, work(9)


@schedule
def leaves(numbers: Any) -> Any:
    for number in numbers:
        match number:
            case 3:
                break
            case 1:
                continue
            case 7:
                return "seven"
            case _:
                pass
        print(work(number))
    return work(1), work(2)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (5, literals, [1, None, "text", 7, 1.5, ()]),
        (5, sequences, [[], (1,), (1, [2, 3], 4), [1, 2, 3, 4], [1, [2]], "no", 5]),
        (4, mappings_and_classes, [{"kind": "a", 1: 2}, {"kind": "bc"}, Point(0, 4), Colour.RED]),
        (2, mappings_and_classes, [Point(Point(1, 2), 0), Colour.BLUE]),
        (3, of_results, [1, 2, 3]),
        (2, told_by_the_program, [Odd(), 1, Odd()]),
        (2, leaves, [2, 1, 4, 3]),
        (1, leaves, [2, 7, 4, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def matched(value: Any, pattern: Any) -> Any:
    return asyncio.run(library("matched")(FakeAhead(), value, pattern))


ANY = ("as", None, None)
PATTERNS = (
    ("value", 1),
    ("is", None),
    ("sequence", (ANY, ANY)),
    ("mapping", (1,), (ANY,), "rest"),
    ("class", int, (ANY,), (), ()),
    ("class", Point, (), ("x",), (ANY,)),
    ("or", (("value", 1), ("value", "a"))),
)


def test_guards_touch_nothing() -> None:
    for name, wire in zip(NAMES, all_wires(), strict=True):
        for pattern in PATTERNS:
            matched(wire, pattern)
            matched(OwnTuple([wire, wire]), ("sequence", (pattern, pattern)))
            matched(OwnDict({1: wire}), ("mapping", (1,), (pattern,), None))
        for of_wire in (("value", wire), ("class", wire, (), (), ())):
            matched(1, of_wire)
            matched(wire, of_wire)
        matched({1: 2}, ("mapping", (wire,), (ANY,), None))
        assert not TOUCHES, f"{name}: {TOUCHES}"


@pytest.mark.parametrize(
    "value, pattern, found",
    [
        (1, ("value", 1.0), {}),
        (True, ("is", True), {}),
        (1, ("is", True), None),
        ("ab", ("sequence", (ANY, ANY)), None),
        (OwnList([1, 2, 3]), ("sequence", (ANY, ("star", "rest"))), {"rest": [2, 3]}),
        ([1], ("sequence", (ANY, ANY, ("star", None))), None),
        ({1: 2, 3: 4}, ("mapping", (1,), (ANY,), "rest"), {"rest": {3: 4}}),
        ({}, ("mapping", (1,), (ANY,), None), None),
        ((), ("value", 1), None),
        (True, ("class", int, (("as", None, "n"),), (), ()), {"n": True}),
        (Point(1, 2), ("class", Point, (ANY, ("as", None, "y")), (), ()), {"y": 2}),
        (Colour.RED, ("value", Colour.BLUE), None),
        (Odd(), ("value", 1), UNKNOWN),
        (UNKNOWN, ("value", 1), UNKNOWN),
        (UNKNOWN, ("as", None, "x"), {"x": UNKNOWN}),
    ],
)
def test_what_a_pattern_captures(value: Any, pattern: Any, found: Any) -> None:
    assert matched(value, pattern) == found
