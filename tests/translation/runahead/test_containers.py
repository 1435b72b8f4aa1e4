"""Changes of containers that run-ahead made itself."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.translation.runahead.own import (
    OwnCounter,
    OwnDefaultDict,
    OwnDeque,
    OwnDict,
    OwnList,
    OwnSet,
)
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
            v_kept = changed(ra, 'append', v_kept, (), \
call(ra, 0, (), ra.lookup('work'), (v_a, ), {}))
            v_kept = bind(ra, 2, 0, (), v_kept)
            unread(ra, 2, (), ra.lookup('work'), (v_kept, ), {})
            """,
        ),
        (
            "xs.sort(key=len)\nwork(xs)",
            """
            call(ra, -1, (), method(ra, v_xs, 'sort'), (), {'key': ra.lookup('len')})
            v_xs = bind(ra, 1, 0, (), touched(ra, v_xs))
            unread(ra, 2, (), ra.lookup('work'), (v_xs, ), {})
            """,
        ),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    found = statement(source).replace("unread(ra, 1, (), ra", "unread(ra, 2, (), ra")
    assert found == text(emitted)


class Namesake:
    """Has a functional method with the name of one that changes containers."""

    @functional
    def update(self, x: int) -> int:
        return x


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
def united(numbers: Any) -> Any:
    base: dict[Any, Any] = {}
    for number in numbers:
        row = base | {"number": number}
        row.update({"work": work(number)}, more=number + 1)
        base |= {number: work(row["number"], row["more"])}
    return base


@schedule
def bound_in_pairs(numbers: Any) -> Any:
    (kept, seen), count = ([], {0}), 0
    for number in numbers:
        kept.append(work(number))
        seen.update([work(number, 1)])
        count += 1
    return kept, sorted(seen), work(len(kept), count)


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
        (4, united, [1, 2]),
        (5, bound_in_pairs, [1, 2]),
        (3, from_a_generator, [1, 2, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


METHODS = """append extend insert clear reverse update add remove sort pop popitem discard
setdefault popleft appendleft extendleft rotate subtract""".split()
KINDS = (OwnList, OwnDict, OwnDeque, OwnDefaultDict, OwnCounter)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, m=m: guarded("changed", m, OwnList(), (), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, OwnDict(), (), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, OwnSet(), (), w) for m in METHODS),
        *(lambda w, m=m: guarded("changed", m, w, (), 1) for m in METHODS),
        lambda w: guarded("changed", "update", OwnDict(), (), {1: w}),
        lambda w: guarded("changed", "update", OwnSet(), (), [w]),
        lambda w: guarded("changed", "update", OwnDict(), (), {1: 2}, w),
        *(lambda w, k=k: guarded("changed", "__setitem__", k(), (), w, 1) for k in KINDS),
        *(lambda w, k=k: guarded("changed", "__delitem__", k(), (), w) for k in KINDS),
        *(lambda w, k=k: guarded("changed", "+=", k(), (), w, "+", 1) for k in KINDS),
        *(lambda w, k=k: guarded("changed", "+=", k(), (), 0, "+", w) for k in KINDS),
        *(lambda w, k=k: guarded("changed", "append", k(), ((w,),), 1) for k in KINDS),
        *(lambda w, k=k: guarded("changed", "append", k(), ((w, w),), 1) for k in KINDS),
        *(lambda w, m=m: guarded("taken", m, OwnList([w]), (), w) for m in METHODS),
        *(lambda w, m=m: guarded("taken", m, OwnDeque([w]), (), w) for m in METHODS),
        *(lambda w, m=m: guarded("taken", m, OwnCounter(), (), w) for m in METHODS),
        lambda w: guarded("changed", "sort", OwnList([w, w]), ()),
        lambda w: guarded("changed", "append", OwnList([w]), ((0,),), 1),
        lambda w: guarded("changed", "append", w, ((0,),), 1),
        lambda w: guarded("changed", "append", w, ((0, 1),), 1),
        lambda w: guarded("changed", "__setitem__", OwnList([1]), (), slice(0, 1), w),
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
    assert guarded("changed", method, own, (), argument) == after


@pytest.mark.parametrize("method", ["clear", "reverse"])
def test_a_change_without_arguments(method: str) -> None:
    changed = guarded("changed", method, OwnList([1, 2]), ())
    assert changed == ([] if method == "clear" else [2, 1])


def test_containers_of_others_are_never_changed() -> None:
    theirs = [1]
    assert guarded("changed", "append", theirs, (), 2) == [1, 2]
    assert guarded("changed", "__setitem__", theirs, (), 0, 2) == [2]
    assert is_refused(guarded("changed", "append", [object()], (), 2))
    assert is_refused(guarded("changed", "append", [1] * 10_000, (), 2))
    assert theirs == [1]


def test_what_own_containers_hold_is_not_always_own() -> None:
    theirs: dict[str, Any] = {"a": []}
    assert is_refused(guarded("changed", "append", theirs, (("b", OwnList()),), 2))
    assert is_refused(guarded("changed", "append", theirs, (("a",),), 2))
    assert is_refused(guarded("changed", "append", OwnList([theirs]), ((0,), ("b", OwnList())), 2))
    assert is_refused(guarded("changed", "append", OwnList([theirs]), ((0,), ("a",)), 2))
    assert theirs == {"a": []}


@pytest.mark.parametrize(
    "method, own, argument",
    [
        ("extend", OwnList(), range(10**12)),
        ("extend", OwnList(), iter([1])),
        ("update", OwnDict(), [(1, 2)]),
        ("update", OwnDict(), {(1, object()): 2}),
        ("add", OwnSet(), object()),
        ("pop", OwnList([1]), 1),
        ("remove", OwnList([1, object()]), 1),
        ("sort", OwnList([1, object()]), True),
    ],
)
def test_a_change_that_is_not_understood(method: str, own: Any, argument: Any) -> None:
    assert is_refused(guarded("changed", method, own, (), argument))


def test_a_promise_is_appended_unread() -> None:
    ra = FakeAhead()
    promise = ra.promise()
    assert library("changed")(ra, "append", OwnList(), (), promise) == [promise]


def test_a_set_takes_what_a_promise_was_kept_with() -> None:
    promise = FakeAhead().promise()
    promise.keep(5)
    assert guarded("changed", "update", OwnSet(), (), [promise]) == {5}


class Shelf:
    """Has functional methods with the names of those that change containers."""

    @functional
    def insert(self, place: Any, value: Any) -> Any:
        from tests.translation.meeting import enter

        enter()
        return place + value

    @functional
    def discard(self, value: Any) -> Any:
        from tests.translation.meeting import enter

        enter()
        return value


@schedule
def names_that_containers_have(numbers: Any) -> Any:
    kept: list[Any] = []
    groups: dict[Any, list[Any]] = {}
    seen: set[Any] = set()
    for number in numbers:
        kept.insert(0, work(number))
        groups.setdefault(number, []).insert(0, work(number, 1))
        seen.discard(number)
    return kept, groups, work(len(seen), 2)


@schedule
def functional_methods_with_those_names(numbers: Any) -> Any:
    shelf = Shelf()
    shelves = [shelf, shelf]
    return [(shelf.discard(n), shelves[0].insert(n, 1)) for n in numbers]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function", [(7, names_that_containers_have), (6, functional_methods_with_those_names)]
)
def test_methods_of_containers_and_functional_ones_may_share_a_name(
    calls: int, function: Any
) -> None:
    assert_ahead(calls, function, [1, 2, 3])
