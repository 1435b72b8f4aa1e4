"""Tuples, lists, sets and dicts written out."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnSet,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import Promise
from tests.translation.gate import assert_ahead, listed, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("(1, a)", "OwnTuple([1, v_a])"),
        ("[]", "OwnList([])"),
        ("[a, *xs]", "spread(ra, OwnList, [(False, v_a), (True, v_xs)])"),
        ("(*xs, a)", "spread(ra, OwnTuple, [(True, v_xs), (False, v_a)])"),
        ("{1, a}", "made_set(ra, [1, v_a])"),
        ("{a: 1, 2: b}", "made_dict(ra, [v_a, 2], [1, v_b])"),
        ("{**d, 1: 2}", "merged(ra, v_d, made_dict(ra, [1], [2]))"),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    assert expression(source) == emitted


@schedule
def displays(n: Any) -> Any:
    pair = (work(n), work(n, 1))
    return [pair, {work(n, 2)}, {"a": work(n, 3), n: [work(n, 4)]}, [*pair, work(n, 5)]]


@schedule
def read_again(n: Any) -> Any:
    slow = work(n)
    rows = [[n, 1], [2, n]]
    named = {"a": n + 1, "b": rows}
    spread = [*listed(n), n]
    return slow, work(rows[1][0]), work(named["a"]), work(len({1, 2, n})), work(spread[1])


@schedule
def merged(named: Any) -> Any:
    return {**named, "z": work(1)}, {*named, work(2)}


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument", [(6, displays, 3), (4, read_again, 3), (2, merged, {"a": 1})]
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: guarded("made_dict", [w], [1]),
        lambda w: guarded("made_dict", [1], [w]),
        lambda w: guarded("made_dict", [(w,)], [1]),
        lambda w: guarded("made_set", [w]),
        lambda w: guarded("made_set", [(1, w)]),
        lambda w: guarded("spread", OwnList, [(True, w)]),
        lambda w: guarded("spread", OwnList, [(False, w)]),
    )


def test_a_display_is_ones_own() -> None:
    assert type(guarded("made_dict", [1], [2])) is OwnDict
    assert type(guarded("made_set", [1])) is OwnSet
    assert guarded("spread", OwnTuple, [(True, "ab"), (False, 1)]) == ("a", "b", 1)


def test_keys_must_be_safe_to_hash() -> None:
    assert is_refused(guarded("made_dict", [object()], [2]))
    assert is_refused(guarded("made_set", [[1]]))
    assert guarded("made_dict", [(1, "a")], [2]) == {(1, "a"): 2}


def test_what_is_spread_must_be_iterable_again_and_small() -> None:
    assert is_refused(guarded("spread", OwnList, [(True, range(10**12))]))
    assert is_refused(guarded("spread", OwnList, [(True, iter([1]))]))


def test_values_may_be_promises() -> None:
    ra = FakeAhead()
    promise = ra.promise()
    made = library("made_dict")(ra, ["a"], [promise])
    assert type(made["a"]) is Promise
