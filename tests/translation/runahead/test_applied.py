"""Functions that are handed to map() and its like."""

from __future__ import annotations

import functools
import itertools
import threading
from typing import Any

import pytest

from pydron_ng import functional, schedule, translate
from pydron_ng.translation.runahead.own import OwnList
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)
from tests.translation import meeting
from tests.translation.gate import assert_ahead, quick, risky, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression, function


@pytest.mark.parametrize(
    "text, emitted",
    [
        (
            "sorted(xs, key=quick)",
            "applied(ra, 0, (), ra.lookup('sorted'), (bind(ra, 2, -1, (), v_xs), ), "
            "{'key': ra.lookup('quick')})",
        ),
        (
            "map(lambda x: quick(x + a), xs)",
            "applied(ra, 1, (), ra.lookup('map'), (Local(1, lambda k4, v_x, v_a=v_a: "
            "call(ra, 0, (k4, ), ra.lookup('quick'), (operate(ra, '+', v_x, v_a), ), {})), "
            "bind(ra, 2, -1, (), v_xs), ), {}, until='open')",
        ),
        (
            "min(xs, key=lambda x, y=1: x)",
            "applied(ra, 0, (), ra.lookup('min'), (bind(ra, 2, -1, (), v_xs), ), {'key': UNKNOWN})",
        ),
        ("min(xs)", "call(ra, -1, (), ra.lookup('min'), (v_xs, ), {})"),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert expression(text) == emitted


def test_the_commit_program_hands_on_what_is_routed_only_where_nobody_sees_it() -> None:
    text = "def f(xs):\n    return sorted(xs, key=quick), map(lambda x: work(x), xs)\n"
    written = translate(function(text)).commit
    assert "key=$each(0, quick) if $counters[5] > $counters[2] else quick" in written
    assert "(lambda x: (work if $counters[2] else $route(1, work))(x) if $step(6) else None)" in (
        written
    )
    assert "if $counters[7] > $counters[2] else lambda x: work(x)" in written


@schedule
def mapped(n: Any) -> Any:
    total = sum(map(work, [n, n + 1, quick(n)]))
    return total, list(map(lambda a, b: work(a, b) + n, [1, 2], [n, n]))


@schedule
def in_a_loop(n: Any) -> Any:
    rows = []
    for k in range(2):
        print(k)
        rows.append(list(map(work, [n, k])))
        rows.append(sorted([n, k], key=lambda x, /: work(x, k)))
    return rows


@schedule
def chosen(n: Any) -> Any:
    best = min([n, 1, 2], key=work)
    kept = list(filter(work, [n, 2]))
    ordered = sorted([n, 4], key=lambda x: -work(x), reverse=True)
    pairs = list(itertools.starmap(work, [(n, 1), (2, quick(n))]))
    return best, kept, ordered, pairs


@schedule
def folded(n: Any) -> Any:
    total = functools.reduce(lambda a, b: a + work(b), [n, 1, 2], 0)
    words = list(map(str.strip, [" a", f"{n} "]))
    return total, [work(n, len(word)) for word in words]


@schedule
def refused(n: Any) -> Any:
    try:
        done = list(map(risky, [2, n]))
    except ValueError:
        done = [work(n)]
    return done


@schedule
def made_inside(n: Any) -> Any:
    def shifted(x: Any, by: Any = 1) -> Any:
        return work(x + by)

    twice = lambda x: work(x) * 2
    return list(map(shifted, [n, 2])), sorted([n, 2], key=twice), list(map(twice, [1]))


@schedule
def given(f: Any, n: Any = 3) -> Any:
    return list(map(f, [n, n + 1])), sorted([n, 1], key=f)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, program, argument",
    [
        (5, mapped, 3),
        (8, in_a_loop, 3),
        (9, chosen, 3),
        (5, folded, 3),
        (2, refused, 3),
        (4, given, work),
        (5, made_inside, 3),
    ],
)
def test_meaning(calls: int, program: Any, argument: Any) -> None:
    assert_ahead(calls, program, argument)


@functional
def double(x: Any) -> Any:
    return x * 2


def applied(callee: Any, *args: Any, **kwargs: Any) -> Any:
    return guarded("applied", 0, (), callee, args, kwargs)


def test_guards_touch_nothing() -> None:
    local = library("Local")(1, lambda _, x: x)
    assert_untouched(
        *(lambda w, f=f: applied(f, w, [1]) for f in (map, filter, functools.reduce)),
        *(lambda w, f=f: applied(f, double, w) for f in (map, filter, itertools.starmap)),
        *(lambda w, f=f: applied(f, [1, 2], key=w) for f in (sorted, min, max)),
        *(lambda w, f=f: applied(f, [w, w], key=local) for f in (sorted, min, max)),
        *(lambda w, f=f: applied(f, w, key=len) for f in (sorted, min, max)),
        lambda w: applied(sorted, [1, 2], key=local, reverse=w),
        lambda w: applied(filter, local, [w]),
        lambda w: applied(filter, None, [w]),
        lambda w: applied(map, str.strip, [w]),
        lambda w: applied(map, local, [w]),
        lambda w: applied(w, local, [1]),
        lambda w: applied(functools.reduce, len, [w], w),
        lambda w: applied(itertools.starmap, double, [w]),
    )


def test_each_call_is_issued_with_its_number() -> None:
    ra = FakeAhead()
    items = OwnList([5, ra.promise()])
    values = library("applied")(ra, 7, (1,), map, (double, items), {})
    assert [call[:2] for call in ra.issued] == [(7, (1, 0)), (7, (1, 1))]
    assert [call[3] for call in ra.issued] == [(5,), (items[1],)]
    assert [type(value) for value in values] == [Promise, Promise]


def test_out_of_room_it_waits() -> None:
    ra = FakeAhead()
    ra.parked = True
    values = library("applied")(ra, 7, (), map, (double, [1]), {})
    assert type(values) is Promise
    assert not ra.issued


def test_what_a_call_raises_is_seen_by_the_try_around_it() -> None:
    ra = FakeAhead()
    scope: list[Promise] = []
    library("applied")(ra, 7, (), map, (double, [1, 2]), {}, scope)
    assert len(scope) == 2


def test_a_function_of_the_same_name_is_not_taken_for_it() -> None:
    local = library("Local")(1, lambda _, x: x)
    assert applied(len, local, [1]) is UNKNOWN
    ra = FakeAhead()
    library("applied")(ra, 7, (3,), double, ([1],), {})
    assert [call[:2] for call in ra.issued] == [(7, (3, -1))]


def test_items_are_put_in_the_order_of_their_keys() -> None:
    back = library("Local")(1, lambda _, x: -x)
    assert applied(sorted, [1, 3, 2], key=back) == [3, 2, 1]
    assert applied(sorted, [1, 3, 2], key=back, reverse=True) == [1, 2, 3]
    assert applied(min, [1, 3, 2], key=back) == 3
    assert applied(max, 1, 3, 2, key=back) == 1
    assert applied(max, [], key=back, default=5) == 5
    assert is_refused(applied(max, [], key=back))
    assert applied(min, [2, 1], key=None) == 1
    assert is_refused(applied(sorted, [1, "a"], key=library("Local")(1, lambda _, x: x)))
    assert is_refused(applied(sorted, [1], key=library("Local")(2, lambda _, x, y: x)))


def test_values_of_pure_functions() -> None:
    assert applied(map, len, ["a", "bc"]) == [1, 2]
    assert applied(map, str.upper, ["a"]) == ["A"]
    assert applied(map, max, [1, 5], [4, 2]) == [4, 5]
    assert applied(filter, None, [0, 1, ""]) == [1]
    assert applied(itertools.starmap, max, [(1, 2), (4, 3)]) == [2, 4]
    assert applied(functools.reduce, max, [1, 3, 2]) == 3
    assert applied(map, str.upper, [b"a"]) == [UNKNOWN]


@functional
def thread(x: Any) -> Any:
    """The thread that computes it; waits for the others."""
    from tests.translation.meeting import enter

    enter()
    return threading.get_ident() + 0 * x


@schedule
def threads_of(n: Any) -> Any:
    found = list(map(thread, [n, n + 1]))
    found += map(lambda x: thread(x), [n, n + 1])
    for one in filter(lambda x: x > 0, map(thread, [n])):
        found.append(one)
    return found, sorted([n, n + 1], key=thread), max([n, n], key=lambda x: thread(x + n))


@pytest.mark.usefixtures("threads")
def test_the_outcomes_are_taken() -> None:
    meeting.expect(9)
    try:
        found, _, _ = threads_of(1)
        assert meeting.took_place(9)
    finally:
        meeting.expect(0)
    assert threading.get_ident() not in found
