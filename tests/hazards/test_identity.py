"""Results that are a part of an argument: the very object, not one like it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")


@functional
def pick(items: Any) -> Any:
    return items[1]


@functional
def wrap(items: Any) -> Any:
    return [items[1], 0]


@schedule
def nans(values: list[float]) -> list[bool]:
    found = []
    for value in values:
        items = [1.0, float("nan"), value]
        found += [pick(items) in items, wrap(items)[0] in items]
    return found


def test_a_nan_of_an_argument_is_found_there() -> None:
    assert_equivalent(nans, [0.0, 1.0, 2.0, 3.0])


@schedule
def tuples(values: list[int]) -> list[bool]:
    found = []
    for value in values:
        items = [(0,), (value, [1]), (2,)]
        found += [pick(items) is items[1], wrap(items)[0] is items[1]]
    return found


def test_a_tuple_of_an_argument_is_the_very_one() -> None:
    assert_equivalent(tuples, [0, 1, 2, 3])


@functional
def undefined(value: float) -> Any:
    return [math.nan, float("nan"), (value, math.nan)]


@schedule
def made(values: list[float]) -> list[int]:
    results = [undefined(value) for value in values]
    return [result.count(math.nan) for result in results]


def test_a_nan_that_the_function_made_is_its_own() -> None:
    assert_equivalent(made, [0.0, 1.0, 2.0, 3.0])
