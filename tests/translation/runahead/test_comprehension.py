"""List, set and dict comprehensions, and generator expressions as arguments."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.promises import UNKNOWN, OwnDict, OwnList, OwnTuple
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression, statement, text


def test_shape() -> None:
    assert statement("[work(x) for x in xs if x > a]") == text(
        """
        async def item_0(ra, k3, v_a, v_x):
            t1 = operate(ra, '>', v_x, v_a)
            if type(t1) is Promise:
                t1 = await t1
            t1 = decided(t1)
            if t1 is UNKNOWN:
                await Promise(ra.ready)
            if not t1:
                return (OwnList(), )
            return (OwnList([call(ra, 0, (k3, ), ra.lookup('work'), (v_x, ), {})]), )


        async def comprehension_0(ra, listed, v_a):
            collected = OwnList()
            k3 = -1
            for each in over_now(ra, listed):
                k3 += 1
                if ra.parked:
                    await ra.room()
                v_x = each
                collected.append(spawn(ra, item_0(ra, k3, v_a, v_x), 0, (), (None,))[0])
            return (gathered(ra, collected), )


        begun(ra, v_xs, lambda listed, v_a=v_a: comprehension_0(ra, v_a=v_a, listed=listed))
        """
    )


def test_shapes_of_sets_and_dicts() -> None:
    assert statement("{work(x) for x in xs}").splitlines()[-1].startswith("as_set(ra, begun(ra,")
    assert statement("{x: work(x) for x in xs}").splitlines()[-1].startswith("as_dict(ra, begun(")


def test_shape_of_what_is_left_out() -> None:
    assert expression("[(y := x) for x in xs]") == "UNKNOWN"
    assert expression("(x for x in xs)") != "UNKNOWN"


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
def later_results(numbers: Any) -> Any:
    values = [work(x) for x in numbers]
    while len(values) > 1:
        odd = values[len(values) // 2 * 2 :]
        values = [quick(a + b) for a, b in zip(values[::2], values[1::2])] + odd
    return values


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, conditions, [0, 1, 2]),
        (9, nested, [1, 2, 3]),
        (4, sets_and_dicts, [1, 2]),
        (5, over_what_was_computed, [3, 1, 2]),
        (4, consumed, [1, 2]),
        (4, a_name_of_its_own, 7),
        (2, unpacked, [(1, 2), (3, 4)]),
        (5, later_results, [1, 2, 3, 4, 5]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: list(library("over_now")(FakeAhead(), w)),
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
