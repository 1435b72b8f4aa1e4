"""Assignments, also to several targets, with an operator, and inside of expressions."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.promises import UNKNOWN, OwnList, Promise
from tests.translation.gate import assert_ahead, listed, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, library
from tests.translation.written import expression, statement, text


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("y = a\nwork(y)", "t1 = v_a\nv_y = bind(ra, 1, 0, (), t1)"),
        ("y: int = a\nwork(y)", "t1 = v_a\nv_y = bind(ra, 1, 0, (), t1)"),
        (
            "y, z = a\nwork(z)",
            """
            t1 = v_a
            t2 = unpack(ra, t1, 2, 2)
            v_y = bind(ra, 1, 0, (), t2[0])
            v_z = bind(ra, 1, 1, (), t2[1])
            """,
        ),
        ("a += b\nwork(a)", "t1 = augment(ra, '+', v_a, v_b)\nv_a = bind(ra, 1, 0, (), t1)"),
        ("d[a] = b\nwork(d)", "t1 = v_b\nv_d = bind(ra, 1, 0, (), with_item(ra, v_d, v_a, t1))"),
        (
            "d[a] -= b\nwork(d)",
            """
            t1 = v_a
            t2 = augment(ra, '-', item(ra, v_d, t1), v_b)
            v_d = bind(ra, 1, 0, (), with_item(ra, v_d, t1, t2))
            """,
        ),
        ("o.x = a\nwork(o)", "t1 = v_a\nv_o = bind(ra, 1, 0, (), touched(ra, v_o))"),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    written = statement(source).splitlines()
    assert "\n".join(written[:-1]) == text(emitted)


def test_shape_of_a_walrus() -> None:
    assert expression("(y := a)") == "(v_y := v_a)"


@schedule
def chained(n: Any) -> Any:
    a = (b, c) = work(n), work(n + 1)
    return a, b, c


@schedule
def unpacked(n: Any) -> Any:
    (a, b), c = listed(n)[:2], work(n)
    first, *rest = listed(n)
    return work(a), work(b), c, first, rest


@schedule
def accumulated(numbers: Any) -> Any:
    total = 0
    for number in numbers:
        total += work(number)
    return total


@schedule
def items_added_to(numbers: Any) -> Any:
    counts: dict[int, int] = {}
    sums = list(numbers)
    for index, number in enumerate(numbers):
        counts[number % 2] = 0
        counts[number % 2] += work(number)
        sums[index] -= 1
    return counts, sums


@schedule
def items_are_read_again(n: Any) -> Any:
    slow = work(n)
    known = {}
    known["n"] = n
    known["n"] += 1
    return slow, work(known["n"])


@schedule
def attributes_are_set(n: Any) -> Any:
    def holder() -> None: ...

    holder.x = work(n)  # type: ignore[attr-defined]
    holder.x += work(n + 1)  # type: ignore[attr-defined]
    return holder.x  # type: ignore[attr-defined]


@schedule
def walrus(n: Any) -> Any:
    if (a := quick(n)) > 1 and (b := quick(a)):
        return work(a), work(b)
    return work(n)


@schedule
def a_list_grows(numbers: Any) -> Any:
    kept: list[int] = []
    for number in numbers:
        kept += [work(number)]
    return kept


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (2, chained, 3),
        (3, unpacked, 3),
        (3, accumulated, [1, 2, 3]),
        (3, items_added_to, [1, 2, 3]),
        (2, items_are_read_again, 3),
        (2, attributes_are_set, 3),
        (1, walrus, 3),
        (3, a_list_grows, [1, 2, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: guarded("unpack", w, 2, 2),
        lambda w: guarded("augment", "+", w, 1),
        lambda w: guarded("augment", "+", OwnList(), w),
        lambda w: guarded("augment", "+", OwnList(), [w]),
        lambda w: guarded("augment", "+", 1, w),
        lambda w: guarded("touched", w),
        lambda w: guarded("touched", (w,)),
        library("let_go"),
    )


def test_unpacking_gives_as_many_as_there_are_targets() -> None:
    assert list(guarded("unpack", [1, 2], 2, 2)) == [1, 2]
    assert guarded("unpack", [1, 2, 3], 2, 2) == (UNKNOWN, UNKNOWN)
    assert guarded("unpack", iter([1, 2]), 2, 2) == (UNKNOWN, UNKNOWN)
    assert guarded("unpack", [1, 2], -1, 2) == (UNKNOWN, UNKNOWN)
    assert guarded("unpack", range(10**12), 2, 2) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("values, given", [([1, 2], [1, 2]), ([1, 2, 3], [UNKNOWN, UNKNOWN])])
def test_the_parts_of_a_promise_are_promises(values: list[int], given: list[Any]) -> None:
    ra = FakeAhead()
    promise = ra.promise()
    parts = library("unpack")(ra, promise, 2, 2)
    promise.keep(values)
    ra.run()
    assert [part.value for part in parts] == given


def test_what_unknown_code_touched_is_itself_only_if_it_cannot_change() -> None:
    kept, open_ = FakeAhead().promise(), FakeAhead().promise()
    kept.keep("text")
    assert guarded("touched", (1, "a")) == (1, "a")
    assert guarded("touched", [1]) is UNKNOWN
    assert guarded("touched", kept) == "text"
    assert guarded("touched", open_) is UNKNOWN
    assert type(open_) is Promise
