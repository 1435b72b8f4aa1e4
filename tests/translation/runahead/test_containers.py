"""Changes of containers that run-ahead made itself."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.promises import OwnDict, OwnList, OwnSet
from tests.translation.gate import assert_ahead, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import statement, text


@pytest.mark.parametrize(
    "source, emitted",
    [
        (
            "kept = []\nkept.append(work(a))\nwork(kept)",
            """
            t1 = OwnList([])
            v_kept = bind(ra, 1, 0, (), t1)
            v_kept = bind(ra, 2, 0, (), changed(ra, 'append', v_kept, \
call(ra, 0, (), ra.lookup('work'), (v_a, ), {})))
            call(ra, 2, (), ra.lookup('work'), (v_kept, ), {})
            """,
        ),
        (
            "xs.sort(key=len)\nwork(xs)",
            """
            call(ra, -1, (), method(ra, v_xs, 'sort'), (), {'key': ra.lookup('len')})
            v_xs = bind(ra, 1, 0, (), touched(ra, v_xs))
            call(ra, 2, (), ra.lookup('work'), (v_xs, ), {})
            """,
        ),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    assert statement(source).replace("call(ra, 1, (), ra", "call(ra, 2, (), ra") == text(emitted)


@schedule
def grown(numbers: Any) -> Any:
    kept: list[Any] = []
    by_number: dict[Any, Any] = {}
    seen = set()
    for number in numbers:
        kept.append(work(number))
        kept.extend([work(number, 1), number])
        kept.insert(0, work(number, 2))
        by_number.update({number: work(number, 3)})
        by_number.setdefault(0, []).append(work(number, 4))
        seen.add(number)
        seen.update([number + 1])
    return kept, by_number, seen


@schedule
def read_back(n: Any) -> Any:
    slow = work(n)
    kept = [n]
    kept.append(n + 1)
    kept.extend([n + 2])
    kept.reverse()
    seen = {n}
    seen.add(n + 1)
    return slow, work(kept[0]), work(len(seen))


@schedule
def taken_out(n: Any) -> Any:
    kept = [work(n), work(n + 1), work(n + 2)]
    last = kept.pop()
    kept.remove(kept[0])
    del kept[0]
    return kept, work(last)


@schedule
def from_a_generator(numbers: Any) -> Any:
    kept: list[Any] = []
    kept.extend(work(number) for number in numbers)
    return kept


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (10, grown, [1, 2]),
        (3, read_back, 3),
        (3, taken_out, 3),
        (3, from_a_generator, [1, 2, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


METHODS = "append extend insert clear reverse update add remove sort".split()


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, m=m: guarded("changed", m, OwnList(), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, OwnDict(), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, OwnSet(), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, w, 1) for m in METHODS),
        lambda w: guarded("changed", "update", OwnDict(), {1: w}),
        lambda w: guarded("changed", "update", OwnSet(), [w]),
        lambda w: guarded("with_item", OwnDict(), w, 1),
        lambda w: guarded("with_item", OwnList([1]), w, 1),
        lambda w: guarded("with_item", OwnList([1]), 0, w),
        lambda w: guarded("with_item", w, 0, 1),
    )


@pytest.mark.parametrize(
    "method, own, argument, after",
    [
        ("extend", OwnList([1]), (2, 3), [1, 2, 3]),
        ("update", OwnDict({1: 2}), {3: 4}, {1: 2, 3: 4}),
        ("update", OwnSet({1}), [2], {1, 2}),
        ("add", OwnSet({1}), (1, 2), {1, (1, 2)}),
    ],
)
def test_a_change_that_is_understood(method: str, own: Any, argument: Any, after: Any) -> None:
    assert guarded("changed", method, own, argument) == after


@pytest.mark.parametrize("method", ["clear", "reverse"])
def test_a_change_without_arguments(method: str) -> None:
    changed = guarded("changed", method, OwnList([1, 2]))
    assert changed == ([] if method == "clear" else [2, 1])


def test_containers_of_others_are_never_changed() -> None:
    theirs = [1]
    assert is_refused(guarded("changed", "append", theirs, 2))
    assert is_refused(guarded("with_item", theirs, 0, 2))
    assert theirs == [1]


@pytest.mark.parametrize(
    "method, own, argument",
    [
        ("extend", OwnList(), range(10**12)),
        ("extend", OwnList(), iter([1])),
        ("update", OwnDict(), [(1, 2)]),
        ("update", OwnDict(), {(1, object()): 2}),
        ("add", OwnSet(), object()),
        ("pop", OwnList([1]), 0),
    ],
)
def test_a_change_that_is_not_understood(method: str, own: Any, argument: Any) -> None:
    assert is_refused(guarded("changed", method, own, argument))


def test_a_promise_is_appended_unread() -> None:
    ra = FakeAhead()
    promise = ra.promise()
    assert library("changed")(ra, "append", OwnList(), promise) == [promise]


def test_a_set_takes_what_a_promise_was_kept_with() -> None:
    promise = FakeAhead().promise()
    promise.keep(5)
    assert guarded("changed", "update", OwnSet(), [promise]) == {5}
