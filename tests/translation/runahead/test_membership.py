"""Membership, and chains of comparisons."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import OwnDict, OwnList, OwnTuple
from pydron_ng.translation.runahead.promises import UNKNOWN, Promise
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression


@pytest.mark.parametrize(
    "text, emitted",
    [
        ("a not in xs", "contains(ra, 'not in', v_a, v_xs)"),
        (
            "1 < a in xs",
            "linked(ra, '<', 1, v_a, (lambda t1, v_xs=v_xs: compared(ra, 'in', t1, v_xs)))",
        ),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert expression(text) == emitted


@schedule
def remembered(n: Any) -> Any:
    known: dict[Any, Any] = {}
    for x in [n, n + 1, n, n + 2, n + 1]:
        if (x, 0) not in known:
            known[x, 0] = work(x)
    return list(known.values())


@pytest.mark.usefixtures("threads")
def test_meaning() -> None:
    assert_ahead(3, remembered, 3)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: guarded("contains", "in", w, [1]),
        lambda w: guarded("contains", "in", 1, [w]),
        lambda w: guarded("contains", "in", (w, 1), {1: 2}),
        lambda w: guarded("contains", "in", (1, 1), [(w, 1)]),
        lambda w: guarded("contains", "not in", 1, {2: w}),
        lambda w: guarded("contains", "not in", 1, w),
        lambda w: guarded("linked", "<", 1, w, lambda _: 1),
        lambda w: guarded("linked", "is", 1, w, lambda middle: middle),
    )


def test_membership_is_asked_of_atoms_alone() -> None:
    assert guarded("contains", "in", 2, [1, 2]) is True
    assert guarded("contains", "not in", "b", "abc") is False
    assert is_refused(guarded("contains", "in", 2, [[2]]))
    assert is_refused(guarded("contains", "in", 2, list(range(20_000))))


def test_a_chain_ends_at_the_first_comparison_that_fails() -> None:
    assert guarded("linked", "<", 2, 1, lambda _: 1 / 0) is False
    assert guarded("linked", "<", 1, 2, lambda middle: middle) == 2
    assert guarded("linked", "in", 1, (1, 2), len) == 2
    assert is_refused(guarded("linked", "<", UNKNOWN, 2, lambda _: 1 / 0))


def test_values_of_a_dict_need_not_be_known() -> None:
    ra = FakeAhead()
    found = OwnDict({1: ra.promise(), (1, 2): ra.promise()})
    assert library("contains")(ra, "in", 1, found) is True
    assert library("contains")(ra, "not in", OwnTuple((1, 2)), found) is False
    assert type(library("contains")(ra, "in", 1, OwnList([ra.promise()]))) is Promise


def test_a_dict_is_asked_as_it_was() -> None:
    ra = FakeAhead()
    found, key = OwnDict({1: 0}), ra.promise()
    answer = library("contains")(ra, "in", key, found)
    found[2] = 0
    key.keep(2)
    ra.run()
    assert answer.value is False


@schedule
def chain(n: Any) -> Any:
    return 0 < quick(n) < 2000 > work(n), work(n + 1), n > quick(n) > work(n + 2)


@pytest.mark.usefixtures("threads")
def test_a_chain_calls_what_it_is_bound_to_call() -> None:
    assert_ahead(2, chain, 3)
