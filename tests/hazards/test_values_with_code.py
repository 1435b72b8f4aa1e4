"""Values that bring code of their own, or an order, or a depth: sent as they are, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import Call, assert_equivalent, check

pytestmark = pytest.mark.usefixtures("workers")

PICKLED: list[str] = []


class Forgetful:
    """Its state leaves out what the functional reads."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.cache = [number]

    def __getstate__(self) -> dict[str, Any]:
        return {"number": self.number, "cache": []}


class Counting:
    """To pickle it has an effect."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.cache = [number]

    def __reduce__(self) -> tuple[Any, ...]:
        PICKLED.append("reduced")
        return Counting, (self.number,)


@functional
def reads(value: Any) -> int:
    return value.number + len(value.cache)


@functional
def lists(values: Any) -> list[Any]:
    return list(values)


@functional
def depth(value: Any) -> int:
    count = 0
    while value:
        value, count = value[0], count + 1
    return count


@functional
def inverse(values: Any) -> Any:
    return 1 / values


@schedule
def with_hooks(value: Any) -> list[int]:
    kept = []
    for number in range(3):
        kept.append(reads(value))
        value.cache.append(number)
    return kept


@pytest.mark.parametrize("kind", [Forgetful, Counting])
def test_a_value_is_pickled_as_often_as_without(kind: Any) -> None:
    check(Call(with_hooks, lambda: ([kind(2)], {})).watching("PICKLED"))


@schedule
def lists_sets(number: int) -> Any:
    kept = set(range(number))
    kept &= {1, 8}
    turned = {8, 1} | set(range(40)) - set(range(2, 8)) - set(range(9, 40)) - {0}
    return lists(kept), lists(turned), lists(frozenset(kept)), [lists({1, 8}) for _ in range(2)]


def test_sets_are_listed_in_the_order_that_they_have_here() -> None:
    assert_equivalent(lists_sets, 40)


def deep_list(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@schedule
def goes_deep(levels: int) -> Any:
    value = deep_list(levels)
    return depth(value), depth(deep_list(3)), depth([value])


def test_a_value_too_deep_to_be_sent_is_used_here() -> None:
    assert goes_deep(30_000) == (30_000, 3, 30_001)


@schedule
def divides(values: Any) -> Any:
    print("before")
    first = inverse(values)
    print("between")
    second = 1 / values
    print("after")
    return first, second, inverse(second)


def test_warnings_come_in_their_places_and_none_is_lost() -> None:
    with np.errstate(all="warn"):
        assert_equivalent(divides, np.array([0.0, 1.0, 2.0]))
