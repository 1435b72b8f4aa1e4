"""Small arrays of numbers: indexing, operators, methods and functions that do not warn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.translation.runahead.constructs.arrays import (
    gathers,
    has_method,
    is_array,
    is_integer,
    makes_arrays,
)
from tests.translation.gate import _enter, assert_ahead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused
from tests.translation.written import expression

ROWS = np.arange(12.0).reshape(4, 3)


@functional
def weigh(array: Any) -> float:
    """A number that depends on the array; waits for the others."""
    _enter()
    return float(np.sum(array))


@functional
def image(n: Any) -> Any:
    """An array; never waits."""
    return np.arange(6.0) * n


def call(callee: Any, *args: Any, **kwargs: Any) -> Any:
    return guarded("call", 0, (), callee, args, kwargs)


def method(array: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return call(guarded("method", array, name), *args, **kwargs)


def test_shape() -> None:
    assert expression("a[a > 2] - b[0]") == (
        "operate(ra, '-', item(ra, v_a, operate(ra, '>', v_a, 2)), item(ra, v_b, 0))"
    )


@schedule
def folds(n: Any) -> Any:
    data = image(n)
    parts = np.array_split(np.arange(6), 3)
    scores = []
    for k, test in enumerate(parts):
        train = np.concatenate([parts[j] for j in range(3) if j != k])
        scores.append(weigh(data[train]) - float(data[test].sum()))
    return scores


@schedule
def prepared(n: Any) -> Any:
    flat = image(n) / image(n + 1).max()
    return [weigh(image(k) * 2 - flat) for k in range(2)], weigh(flat[flat > 0.5])


@schedule
def windows(values: Any) -> Any:
    left_out = [weigh(np.delete(values, i)) for i in range(2)]
    return left_out, [weigh(values[i : i + 2]) for i in range(len(values) - 2)]


@schedule
def numbers(values: Any) -> Any:
    found = [weigh(values[i]) for i in np.arange(2)]
    for place, value in enumerate(values[:2]):
        found.append(weigh(value) + place)
    return found


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (3, folds, 3),
        (3, prepared, 3),
        (4, windows, np.arange(4.0)),
        (4, numbers, np.arange(4.0)),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        is_array,
        is_integer,
        makes_arrays,
        lambda w: has_method(w, "sum"),
        lambda w: gathers(w, ROWS),
        lambda w: gathers(ROWS, w),
        lambda w: gathers(ROWS, (np.arange(2), w)),
        lambda w: guarded("operate", "+", ROWS, w),
        lambda w: guarded("operate", "==", w, ROWS),
        lambda w: guarded("augment", "+", ROWS, w),
        lambda w: guarded("item", ROWS, w),
        lambda w: method(ROWS, "sum", w),
        lambda w: method(ROWS, "reshape", (w, 3)),
        lambda w: call(np.concatenate, [ROWS, w]),
        lambda w: call(np.array, [[w]]),
        lambda w: call(np.array, [1], dtype=w),
    )


class Subclass(np.ndarray[Any, Any]):
    """Could have an operator of its own."""


class Number(np.int64):
    """Could have an opinion of its own on which place it is."""


@pytest.mark.parametrize(
    "value",
    [
        guarded("operate", "+", ROWS.view(Subclass), 1),
        guarded("operate", "+", np.array([None]), 1),
        guarded("operate", "+", np.zeros(60_000), 1),
        guarded("operate", "*", np.zeros((1000, 1)), np.zeros((1, 1000))),
        guarded("operate", "+", ROWS, "a"),
        guarded("operate", "not", ROWS),
        guarded("augment", "+", ROWS, 1),
        guarded("item", [1, 2], Number(1)),
        guarded("item", ROWS, np.array([[0, 9]])),
        guarded("item", np.zeros((10, 6_000)), np.zeros(10, int)),
        method(ROWS, "sum", out=ROWS),
        method(ROWS, "mean", dtype=int),
        method(ROWS[:0], "mean"),
        method(ROWS, "sort"),
        call(np.arange, 0, 1, 1e-9),
        call(np.linspace, 0, 1, 10**9),
        call(np.linspace, 0, 1, num=10**9),
        call(np.concatenate, [np.zeros(60_000)]),
        call(np.mean, []),
        call(np.zeros, 3),
        call(np.array, ["a"]),
    ],
)
def test_what_is_large_or_not_known_is_refused(value: Any) -> None:
    assert is_refused(value)


@pytest.mark.parametrize("symbol, right", [("/", 0.0), ("*", 1e308), ("%", 0.0)])
def test_what_would_warn_is_refused_and_does_not(symbol: str, right: float) -> None:
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert is_refused(guarded("operate", symbol, ROWS - 5, right))
        assert is_refused(call(np.log, ROWS))
        assert is_refused(call(np.sqrt, ROWS - 5))
        assert is_refused(method(ROWS[:0], "max"))
    assert np.geterr() == before


def test_values_are_those_of_numpy() -> None:
    for made, expected in (
        (guarded("operate", "-", ROWS.T, 1), ROWS.T - 1),
        (guarded("item", ROWS, ROWS > 3), ROWS[ROWS > 3]),
        (guarded("item", ROWS, (np.array([0, 2]), slice(1))), ROWS[np.array([0, 2]), :1]),
        (method(ROWS, "sum", 0), ROWS.sum(0)),
        (method(ROWS, "reshape", 3, 4), ROWS.reshape(3, 4)),
        (call(np.stack, [ROWS, ROWS], axis=1), np.stack([ROWS, ROWS], axis=1)),
        (call(np.linspace, 0, 1, num=3), np.linspace(0, 1, num=3)),
    ):
        np.testing.assert_array_equal(made, expected)
        assert (made.dtype, made.strides) == (expected.dtype, expected.strides)
