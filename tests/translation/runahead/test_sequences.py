"""Functions that arrange items: those may be values to come."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library


def call(callee: Any, *args: Any, **kwargs: Any) -> Any:
    return guarded("call", 0, (), callee, args, kwargs)


@schedule
def grid(n: Any) -> Any:
    corners = [work(x, y) for x, y in itertools.product([n, n + 1], range(2))]
    pairs = [work(a, b) for a, b in itertools.combinations([n, 1, 2], 2)]
    return corners, pairs


@schedule
def neighbours(n: Any) -> Any:
    first = [quick(n), quick(n + 1), quick(n + 2)]
    steps = [work(b - a) for a, b in itertools.pairwise(first)]
    for k, value in enumerate(first, start=1):
        steps.append(work(value, k))
    return steps


@schedule
def joined(n: Any) -> Any:
    parts = itertools.chain([quick(n)], itertools.islice([1, 2, 3], 2))
    rows = itertools.chain.from_iterable([[n], [n + 1]])
    return [work(part) for part in parts], [work(row) for row in rows]


@schedule
def uneven(n: Any) -> Any:
    total = 0
    for a, b in itertools.zip_longest([n, quick(n)], [1], fillvalue=0):
        total += work(a, b)
    for a, b in zip([quick(n)], [2], strict=True):
        total += work(a, b)
    return total


@schedule
def keyed(n: Any) -> Any:
    named = dict(a=quick(n), b=n)
    more = {**named, "c": quick(n + 1)}
    zeros = dict.fromkeys(["x", "y"], n)
    return [work(value) for value in more.values()], [work(value) for value in zeros.values()]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function", [(7, grid), (5, neighbours), (5, joined), (3, uneven), (5, keyed)]
)
def test_meaning(calls: int, function: Any) -> None:
    assert_ahead(calls, function, 3)


def test_guards_touch_nothing() -> None:
    functions = [itertools.chain, itertools.product, itertools.pairwise, zip, dict, list]
    assert_untouched(
        *(lambda w, f=f: call(f, w) for f in functions),
        *(lambda w, f=f: call(f, [w]) for f in functions),
        lambda w: call(itertools.combinations, w, 2),
        lambda w: call(itertools.combinations, [1], w),
        lambda w: call(itertools.islice, w, 2),
        lambda w: call(itertools.islice, [1], w),
        lambda w: call(itertools.repeat, 1, w),
        lambda w: call(itertools.product, [1], repeat=w),
        lambda w: call(enumerate, [1], start=w),
        lambda w: call(zip, [1], strict=w),
        lambda w: call(vars(dict)["fromkeys"], w),
        lambda w: call(vars(dict)["fromkeys"], [w]),
        lambda w: call(vars(itertools.chain)["from_iterable"], [w]),
        lambda w: guarded("merged", {1: 2}, w),
    )


@pytest.mark.parametrize(
    "callee, args",
    [
        (itertools.product, (range(1000), range(1000))),
        (itertools.product, ([1, 2],) * 40),
        (itertools.permutations, (range(50),)),
        (itertools.combinations, (range(90_000), 2)),
        (itertools.combinations_with_replacement, (range(100), 10)),
        (itertools.repeat, (1, 10**9)),
        (itertools.accumulate, (["x"] * 50_000,)),
        (itertools.chain, (range(80_000), range(80_000))),
    ],
)
def test_what_grows_beyond_bounds_is_refused(callee: Any, args: tuple[Any, ...]) -> None:
    assert is_refused(call(callee, *args))


@pytest.mark.parametrize(
    "callee, args",
    [
        (itertools.product, ([1, 2], "ab")),
        (itertools.permutations, ([1, 2, 3],)),
        (itertools.permutations, ([1, 2, 3], 2)),
        (itertools.combinations_with_replacement, ([1, 2], 2)),
        (itertools.islice, (range(10), 2, 8, 3)),
        (itertools.repeat, ("x", 3)),
        (itertools.accumulate, ([1, 2, 3],)),
        (itertools.zip_longest, ([1, 2], "a")),
        (reversed, ([1, 2],)),
    ],
)
def test_items_come_in_the_order_of_the_function_itself(callee: Any, args: tuple[Any, ...]) -> None:
    assert call(callee, *args) == list(callee(*args))


def test_the_values_of_a_dict_may_be_to_come() -> None:
    ra = FakeAhead()
    value = ra.promise()
    made = library("call")(ra, -1, (), dict, (OwnList([("a", value)]),), {"b": value})
    assert type(made) is OwnDict
    assert made["a"] is made["b"] is value
    merged = library("merged")(ra, made, {"b": 1})
    assert merged == {"a": value, "b": 1}


def test_the_keys_of_a_dict_are_waited_for() -> None:
    ra = FakeAhead()
    key = ra.promise()
    made = library("call")(ra, -1, (), dict, (OwnList([OwnList([key, 1])]),), {})
    assert type(made) is Promise
    key.keep("k")
    ra.run()
    assert made.value == {"k": 1}


def test_a_length_that_is_no_number_is_nobodys_business() -> None:
    assert call(itertools.repeat, 1) is UNKNOWN
    assert call(dict, 1, 2) is UNKNOWN
