"""Operators, comparisons, and, or, not, conditional expressions."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.constructs.operators import decided
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression


@pytest.mark.parametrize(
    "text, emitted",
    [
        ("a + b", "operate(ra, '+', v_a, v_b)"),
        ("-a", "operate(ra, 'u-', v_a)"),
        ("not a", "operate(ra, 'not', v_a)"),
        ("a @ b", "UNKNOWN"),
        ("a < b", "operate(ra, '<', v_a, v_b)"),
        ("a < b <= 3", "linked(ra, '<', v_a, v_b, (lambda t1: compared(ra, '<=', t1, 3)))"),
        ("a in xs", "contains(ra, 'in', v_a, v_xs)"),
        ("a is None", "operate(ra, 'is', v_a, None)"),
        ("a and b", "either(ra, 'and', v_a, (lambda v_b=v_b: v_b))"),
        ("a if b else 3", "choose(ra, v_b, (lambda v_a=v_a: v_a), (lambda : 3))"),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert expression(text) == emitted


@schedule
def arithmetic(n: Any) -> Any:
    low = quick(n) * 2 - 1
    return work(low), work(-low), work(low // 2 % 3), work(low**2), work(low << 3)


@schedule
def comparisons(n: Any) -> Any:
    return (
        work(0 < quick(n) <= 500),
        work(quick(n) in [1, 2, 3]),
        work(quick(n) not in (16,)),
        work(quick(n) is None),
        work(not quick(n)),
    )


@schedule
def short_circuits(n: Any) -> Any:
    return work(n and quick(n)), work(n or quick(n)), work(quick(n) and 7)


@schedule
def conditional(n: Any) -> Any:
    return (work(n) if n > 2 else quick(n)), work(n + 1 if quick(n) else 0)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function",
    [(5, arithmetic), (5, comparisons), (3, short_circuits), (2, conditional)],
)
def test_meaning(calls: int, function: Any) -> None:
    assert_ahead(calls, function, 3)


_BINARY = "+ - * / // % ** << >> & | ^ < <= > >= == != is".split()


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, s=s: guarded("operate", s, w, 1) for s in _BINARY),
        *(lambda w, s=s: guarded("operate", s, 1, w) for s in _BINARY),
        *(lambda w, s=s: guarded("operate", s, [1], w) for s in _BINARY),
        *(lambda w, s=s: guarded("operate", s, "a", w) for s in _BINARY),
        *(lambda w, s=s: guarded("operate", s, w) for s in ("u-", "u+", "~", "not")),
        lambda w: guarded("operate", "|", {1: 2}, w),
        lambda w: guarded("augment", "|", OwnDict(), w),
        decided,
        lambda w: guarded("either", "and", w, lambda: 1),
        lambda w: guarded("either", "or", w, lambda: 1),
        lambda w: guarded("choose", w, lambda: 1, lambda: 2),
        lambda w: guarded("choose", 1, lambda: w, lambda: 2),
    )


@pytest.mark.parametrize(
    "symbol, left, right",
    [
        ("*", "x", 10**9),
        ("*", 10**9, b"x"),
        ("+", "x" * 9000, "y" * 9000),
        ("**", 10, 10**7),
        ("**", 10, -(10**7)),
        ("<<", 1, 10**9),
        ("<<", True, 10**9),
        ("*", 1 << 9000, 1 << 9000),
        ("%", "%999999999d", 1),
        ("+", OwnList(range(9000)), OwnList(range(9000))),
        ("*", [0], 10**9),
        ("*", OwnList([0]), 1.5),
        ("*", OwnList([0]), [1]),
        ("/", 1, 0),
        ("+", 1, "a"),
    ],
)
def test_what_is_huge_or_fails_is_left_to_the_commit_program(
    symbol: str, left: Any, right: Any
) -> None:
    assert is_refused(guarded("operate", symbol, left, right))


@pytest.mark.parametrize(
    "symbol, left, right, result",
    [
        ("**", 123_456_789, 2, 123_456_789**2),
        ("<<", 123_456, 3, 123_456 << 3),
        ("*", "ab", 3, "ababab"),
        ("*", 3, "ab", "ababab"),
        ("+", "a", "b", "ab"),
        ("**", 2.0, 0.5, 2.0**0.5),
        ("+", OwnList([1]), [2], [1, 2]),
        ("*", OwnList([OwnList([1])]), 2, [[1], [1]]),
        ("*", True, [object], [object]),
        ("is", None, None, True),
    ],
)
def test_what_is_small_is_computed(symbol: str, left: Any, right: Any, result: Any) -> None:
    assert guarded("operate", symbol, left, right) == result


def test_nothing_warns_before_its_time() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert is_refused(guarded("operate", "~", True))
        assert guarded("operate", "/", np.float64(1), np.float64(0)) == np.inf
        assert decided(NotImplemented) is UNKNOWN


def test_containers_have_a_truth_but_arrays_do_not() -> None:
    assert decided([]) is False
    assert decided(OwnTuple([1])) is True
    assert decided(np.arange(2)) is UNKNOWN


def test_an_operation_on_a_promise_is_a_promise() -> None:
    ra = FakeAhead()
    promise = ra.promise()
    result = library("operate")(ra, "+", promise, 1)
    assert type(result) is Promise
    promise.keep(4)
    ra.run()
    assert result.value == 5


def test_dicts_are_united_unread() -> None:
    ra = FakeAhead()
    own = OwnDict({1: ra.promise()})
    made = library("operate")(ra, "|", own, {2: "b"})
    assert list(made) == [1, 2]
    assert made[1] is own[1]
    assert list(own) == [1]
    assert is_refused(guarded("operate", "|", OwnDict({1: 2}), [(1, 2)]))
    assert is_refused(guarded("operate", "|", OwnDict({1: 2}), dict.fromkeys(range(20_000))))


def test_only_a_dict_of_its_own_is_updated() -> None:
    own, theirs = OwnDict({1: 2}), {1: 2}
    assert guarded("augment", "|", own, {3: 4}) is own
    assert own == {1: 2, 3: 4}
    assert is_refused(guarded("augment", "|", theirs, {3: 4}))
    assert theirs == {1: 2}
    assert is_refused(guarded("augment", "|", own, [(5, 6)]))


def test_a_conditional_evaluates_one_side_alone() -> None:
    assert guarded("choose", True, lambda: 1, lambda: 1 / 0) == 1
    assert guarded("either", "or", 0, lambda: 5) == 5
    assert guarded("either", "and", 0, lambda: 1 / 0) == 0
    assert is_refused(guarded("choose", UNKNOWN, lambda: 1, lambda: 2))
