"""List, set and dict comprehensions, and generator expressions as arguments."""

from __future__ import annotations

import builtins
import itertools
from typing import Any

import pytest

from pydron_ng import schedule, translate
from pydron_ng.translation.runahead.ahead import Strand
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import UNKNOWN
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression, function, statement, text


def test_shape() -> None:
    assert statement("[work(x) for x in xs if x > a]") == text(
        """
        async def item_0(ra, k4, v_a, v_x):
            t1 = operate(ra, '>', v_x, v_a)
            if type(t1) is Promise:
                t1 = await t1
            t1 = decided(t1)
            if t1 is UNKNOWN:
                await Promise(ra.ready)
            if not t1:
                return (OwnList(), )
            t2 = call(ra, 0, (k4, ), ra.lookup('work'), (v_x, ), {})
            return (OwnList([t2]), )


        async def comprehension_0(ra, listed, v_a):
            collected = OwnList()
            k4 = -1
            for each in over_now(ra, listed, 2):
                k4 += 1
                if ra.parked:
                    await ra.room()
                v_x = each
                (t3, ) = spawn(ra, item_0(ra, k4, v_a, v_x), 0, (), (None, ))
                collected.append(t3)
            return (gathered(ra, collected), )


        begun(ra, bind(ra, 2, -1, (), v_xs), LAMBDA)
        """.replace("LAMBDA", "lambda listed, v_a=v_a: comprehension_0(ra, v_a=v_a, listed=listed)")
    )


def test_shapes_of_sets_and_dicts() -> None:
    assert statement("{work(x) for x in xs}").splitlines()[-1].startswith("as_set(ra, begun(ra,")
    assert statement("{x: work(x) for x in xs}").splitlines()[-1].startswith("as_dict(ra, begun(")


def test_shape_where_a_name_is_bound_inside() -> None:
    assert statement("[y for x in xs if (y := x)]\nwork(y)").splitlines()[-5:] == [
        "t1, t2 = v_y, Promise(ra.ready)",
        "v_y = t2",
        "begun(ra, v_xs, lambda listed, t2=t2, v_y=t1: "
        "comprehension_0(ra, t2=t2, v_y=v_y, listed=listed))",
        "v_y = bind(ra, 1, 0, (), v_y)",
        "unread(ra, 0, (), ra.lookup('work'), (v_y, ), {})",
    ]


def test_shape_of_what_is_left_out() -> None:
    assert expression("sum(x for x in xs)") != "call(ra, -1, (), ra.lookup('sum'), (UNKNOWN, ), {})"
    assert expression("(x for x in xs)") == "UNKNOWN"
    assert "unread(ra, 0, (), ra.lookup('work'), (UNKNOWN, ), {})" in statement(
        "work([(y := x) for x in xs for _ in xs])"
    )


@schedule
def conditions(numbers: Any) -> Any:
    return [work(x, y) for x in numbers if x for y in range(3) if quick(y) % 2 == 0 or y]


@schedule
def nested(numbers: Any) -> Any:
    return [[work(x + y) for y in numbers if y != 5] for x in numbers if quick(x)]


@schedule
def sets_and_dicts(numbers: Any) -> Any:
    return {work(x) for x in numbers}, {x: work(x, 1) for x in numbers}


@schedule
def over_what_was_computed(numbers: Any) -> Any:
    slow = work(7)
    ordered = sorted(numbers)
    least = len(ordered) - 4
    return slow, [work(x) for x in ordered if x > least], work(1) if least else work(2)


@schedule
def consumed(numbers: Any) -> Any:
    total = sum(work(x) for x in numbers)
    return total, ", ".join(str(work(x, 1)) for x in numbers), all(x > 0 for x in numbers)


@schedule
def a_name_of_its_own(x: Any) -> Any:
    kept = [work(x) for x in [1, 2, 3]]
    return kept, work(x)


@schedule
def unpacked(pairs: Any) -> Any:
    return [work(a, b, i) for i, (a, b) in enumerate(pairs)]


@schedule
def names_bound_inside(numbers: Any) -> Any:
    kept = [work(y) for x in numbers if (y := quick(x)) % 2 == 0]
    total = 0
    sums = [total := total + x for x in numbers]
    last = [z := x for x in numbers if x > 1]
    return kept, sums, last, work(total), work(y), work(z)


@schedule
def over_what_is_used_up(numbers: Any) -> Any:
    kept = [work(x) for x in iter(numbers)]
    return kept, work(7), work(8)


@schedule
def later_results(numbers: Any) -> Any:
    values = [work(x) for x in numbers]
    while len(values) > 1:
        odd = values[len(values) // 2 * 2 :]
        values = [quick(a + b) for a, b in zip(values[::2], values[1::2])] + odd
    return values


@schedule
def generators_with_names(numbers: Any) -> Any:
    doubled = (x * 2 for x in numbers)
    weighed = (work(x) for x in doubled)
    total = 0
    for value in (work(x, 1) for x in numbers):
        total += value
    return total, list(weighed)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, generators_with_names, [1, 2]),
        (4, conditions, [0, 1, 2]),
        (9, nested, [1, 2, 3]),
        (4, sets_and_dicts, [1, 2]),
        (5, over_what_was_computed, [3, 1, 2]),
        (4, consumed, [1, 2]),
        (4, a_name_of_its_own, 7),
        (2, unpacked, [(1, 2), (3, 4)]),
        (5, later_results, [1, 2, 3, 4, 5]),
        (4, names_bound_inside, [1, 2, 3]),
        (1, over_what_is_used_up, [1, 2]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: list(library("over_now")(FakeAhead(), w, 1)),
        lambda w: guarded("begun", w, lambda known: None),
        lambda w: guarded("as_set", OwnList([w])),
        lambda w: guarded("as_dict", OwnList([OwnTuple([w, 1])])),
    )


def test_a_dict_may_hold_promises_but_not_as_keys() -> None:
    ra = FakeAhead()
    key, value = ra.promise(), ra.promise()
    made = library("as_dict")(ra, OwnList([OwnTuple([key, value])]))
    assert is_refused(made)
    key.keep("a")
    ra.run()
    assert made.value == OwnDict(a=value)


def test_a_set_waits_for_all_items() -> None:
    assert guarded("as_set", OwnList([1, 1, 2])) == {1, 2}
    assert is_refused(guarded("as_set", OwnList([[1]])))
    assert is_refused(guarded("as_dict", OwnList([OwnTuple([[1], 2])])))


def test_a_piece_that_is_unknown_leaves_the_whole_unknown() -> None:
    assert guarded("gathered", OwnList([OwnList([1]), UNKNOWN])) is UNKNOWN
    assert guarded("gathered", OwnList([OwnList([1]), OwnList([2])])) == [1, 2]


@schedule
def decided_one_by_one(numbers: Any) -> Any:
    found = any(quick(x) > 8 for x in numbers), all(quick(x) < 8 for x in numbers)
    first = next(
        (
            quick(x)
            for x in numbers
            if quick(
                x,
            )
            > 8
        ),
        None,
    )
    return found, first, work(found[0]), work(2)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [0, 0]])
def test_what_comes_behind_a_search_does_not_wait_for_more_than_it(numbers: list[int]) -> None:
    assert_ahead(2, decided_one_by_one, numbers)


BEGUN = """
def f(xs, ys):
    {}
"""


class Noting(FakeAhead):
    """Knows what names stand for, and keeps the promises that it made."""

    def __init__(self) -> None:
        super().__init__()
        self.promises: list[Any] = []

    def issue(self, *call: Any) -> Any:
        self.promises.append(super().issue(*call))
        return self.promises[-1]

    def lookup(self, name: str) -> Any:
        return {"work": work, "quick": quick, "itertools": itertools}.get(
            name, getattr(builtins, name, UNKNOWN)
        )


def _issued(search: str, *outcomes: Any, speculate: bool = False) -> list[Any]:
    """The arguments that are issued as one outcome after the other comes in."""
    program = translate(schedule(speculate=speculate)(function(BEGUN.format(search)))).program
    ra, made = Noting(), program.run_ahead
    Strand(ra, made.start(ra, [1, 2, 3], [4, 5])).kept()
    for promise, outcome in zip(ra.promises, outcomes, strict=False):
        promise.keep(outcome)
        ra.run()
    return [args[0] for _, _, _, args, _ in ra.issued]


@pytest.mark.parametrize(
    "search, outcomes, issued",
    [
        ("any(work(x) for x in xs)", (), [1]),
        ("any(work(x) for x in xs)", (0,), [1, 2]),
        ("any(work(x) for x in xs)", (0, 1), [1, 2]),
        ("any(work(x) for x in xs)", (0, 0, 0), [1, 2, 3]),
        ("all(work(x) for x in xs)", (0,), [1]),
        ("all(work(x) > 1 for x in xs)", (2, 1), [1, 2]),
        ("all([work(x) for x in xs])", (), [1, 2, 3]),
        ("any(work(x + y) for x in xs for y in ys)", (0, 0), [5, 6, 6]),
        ("any(work(x + y) for x in xs for y in ys)", (0, 1), [5, 6]),
        ("next(work(x) for x in xs)", (0,), [1]),
        ("next((work(x, 1) for x in xs if quick(x)), None)", (0, 1), [1, 2, 2]),
        ("any(map(work, xs))", (0, 1), [1, 2]),
        ("any(map(lambda x: work(x) > 5, xs))", (3, 4), [1, 2, 3]),
        ("next(map(work, xs))", (3,), [1]),
        ("next(filter(work, xs))", (), []),
        ("any(sorted(map(work, xs)))", (), [1, 2, 3]),
        ("m = map(work, xs)", (), []),
        ("m = map(work, xs)\n    print(list(m))", (), [1, 2, 3]),
        ("m = map(work, xs)\n    if ys: return\n    list(m)", (), []),
        ("m = map(work, xs)\n    if ys: list(m)", (), []),
        ("m = map(work, xs)\n    next(m), list(m)", (), []),
        ("a, b, c = map(work, xs)", (), [1, 2, 3]),
        ("for y in map(work, xs): print(y)", (), [1, 2, 3]),
        ("for y in map(work, xs):\n        if y: break", (), []),
        ("for i, y in enumerate(map(work, xs)): print(i)", (), [1, 2, 3]),
        ("list(itertools.islice(map(work, xs), 1))", (), []),
        ("print([y for y in map(work, xs)])", (), [1, 2, 3]),
        ("any(y for y in map(work, xs))", (), []),
        ("any(work(y) for y in (x for x in xs))", (), []),
    ],
)
def test_a_call_is_issued_once_it_is_bound_to_be_made(
    search: str, outcomes: tuple[Any, ...], issued: list[int]
) -> None:
    assert _issued(search, *outcomes) == issued


@pytest.mark.parametrize(
    "search", ["any(work(x) for x in xs)", "all(map(work, xs))", "next(work(x) for x in xs)"]
)
def test_all_are_issued_where_exits_are_gone_past(search: str) -> None:
    assert _issued(search, speculate=True) == [1, 2, 3]
