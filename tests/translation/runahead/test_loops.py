"""for and while: each iteration a strand of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pydron_ng import ahead, schedule
from pydron_ng.translation.runahead.constructs.items import ARRIVES
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
)
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, library
from tests.translation.written import statement, text


def test_shape_of_for() -> None:
    assert statement("for x in xs:\n    a += work(x)\nelse:\n    work(b)\nwork(a)") == text(
        """
        async def statement_1(ra, v_a, v_b, v_x, v_xs):
            t1 = v_xs
            if type(t1) is Promise:
                t1 = await t1
            if t1 is UNKNOWN:
                t1 = await ra.told(1, ())
            k4 = -1
            t3 = True
            for t2 in over(ra, t1, 2):
                k4 += 1
                if ra.parked:
                    await ra.room()
                if t2 is ARRIVES:
                    v_x = await ra.expect(-1, 0, (k4, ), UNKNOWN)
                else:
                    v_x = t2
                try:
                    t4 = augment(ra, '+', v_a, call(ra, 0, (k4, ), ra.lookup('work'), (v_x, ), {}))
                    v_a = bind(ra, 2, 0, (k4, ), t4)
                except Exception as t5:
                    (v_a, ) = given_up(ra, t5, -1, (k4 + 1, ), (1, ))
            if t3:
                unread(ra, 1, (), ra.lookup('work'), (v_b, ), {})
            return (v_a, )


        (v_a, ) = spawn(ra, statement_1(ra, v_a, v_b, v_x, v_xs), 1, (), (1, ))
        unread(ra, 2, (), ra.lookup('work'), (v_a, ), {})
        """
    )


def test_shape_of_while() -> None:
    assert statement("while a:\n    work(b)") == text(
        """
        async def statement_1(ra, v_a, v_b):
            k4 = -1
            t1 = True
            while True:
                if ra.parked:
                    await ra.room()
                t2 = v_a
                if type(t2) is Promise:
                    t2 = await t2
                t2 = decided(t2)
                if t2 is UNKNOWN:
                    t2 = decided(await ra.told(1, (k4, )))
                if not t2:
                    break
                k4 += 1
                try:
                    unread(ra, 0, (k4, ), ra.lookup('work'), (v_b, ), {})
                except Exception as t3:
                    given_up(ra, t3, -1, (k4 + 1, ), ())
            return ()


        spawn(ra, statement_1(ra, v_a, v_b), 1, (), ())
        """
    )


@pytest.mark.parametrize(
    "body",
    [
        "if work(x): continue\n    work(b)",  # waits
        "work(x and quick(b))",  # evaluated later
        "for y in xs: work(y)",
    ],
)
def test_an_iteration_that_may_wait_is_a_strand(body: str) -> None:
    written = statement(f"for x in xs:\n    {body}")
    waits = "if" in body or "and" in body
    assert ("async def iteration_1(" in written) is waits


def test_an_iteration_in_place_goes_on_where_it_is_left() -> None:
    written = statement("for x in xs:\n    work(x)\n    continue\n    work(b)")
    assert "            continue" in written.splitlines()


def test_shape_of_a_loop_without_functional_calls() -> None:
    assert statement("for x in xs:\n    if a: break\n    a += x\nwork(a)") == text(
        """
        async def statement_1(ra, v_a, v_x, v_xs):
            t1 = True
            t2 = v_xs
            if type(t2) is Promise:
                t2 = await t2
            for t3 in few(t2):
                v_x = t3
                t4 = v_a
                if type(t4) is Promise:
                    t4 = await t4
                t4 = decided(t4)
                if t4 is UNKNOWN:
                    raise Refused('undecided')
                if t4:
                    t1 = False; break
                t5 = augment(ra, '+', v_a, v_x)
                v_a = t5
            return (v_a, )


        (v_a, ) = spawn(ra, statement_1(ra, v_a, v_x, v_xs), 1, (), (1, ))
        unread(ra, 0, (), ra.lookup('work'), (v_a, ), {})
        """
    )


def test_shape_of_a_loop_without_functional_calls_that_may_leave() -> None:
    written = statement("while a:\n    return b\nwork(a)")
    assert "except Refused:\n    await ra.expect(1, -2, (), UNKNOWN)" in written


@schedule
def nested(numbers: Any) -> Any:
    rows = []
    for x in numbers:
        row = []
        for y in range(2):
            row.append(work(x, y))
        rows.append(row)
        print(row)
    return rows


@schedule
def with_else(numbers: Any) -> Any:
    for x in numbers:
        if quick(x) > 900:
            break
        y = work(x)
    else:
        y = work(7)
    return y  # type: ignore[possibly-undefined]


@schedule
def walrus_in_the_test(n: Any) -> Any:
    kept: list[Any] = []
    k = 0
    while (k := k + 1) < n:
        kept.append(work(k))
    else:
        kept.append(work(k, k))
    return kept


@schedule
def converges(x: Any) -> Any:
    steps = 0
    while quick(x) > 20:
        x = quick(x) % 37
        steps += 1
        if steps == 6:
            break
    return x, work(x), work(x, 1)


@schedule
def over_views(named: Any) -> Any:
    kept = {}
    for key, value in named.items():
        kept[key] = work(value)
    for key in sorted(named):
        kept[key] += work(key)
    for rank, (first, second) in enumerate(zip(named, reversed(list(named)))):
        kept[rank] = work(first, second)
    return kept


@schedule
def a_name_is_deleted(numbers: Any) -> Any:
    kept = []
    for x in numbers:
        kept.append(work(x))
        del x
    return kept


@schedule
def over_an_iterator(numbers: Any) -> Any:
    kept = []
    for x in iter(numbers):
        kept.append(work(x))
        kept.append(work(x, 1))
    return kept


@schedule
def over_what_may_be_read_ahead(numbers: Any) -> Any:
    kept = []
    for x in ahead(iter(numbers)):
        kept.append(work(x))
    return kept


@schedule
def over_what_changes(numbers: Any) -> Any:
    kept = []
    for x in numbers:
        kept.append(work(x))
        if len(numbers) < 6:
            numbers.append(x + 10)
    return kept


@schedule
def carried(n: Any) -> Any:
    best = None
    for x in range(n):
        score = work(x)
        if best is None or score > best[0]:
            best = (score, x)
    return best


@schedule
def target_is_an_item(numbers: Any) -> Any:
    kept = [0]
    out = []
    for kept[0] in numbers:
        out.append((work(1), work(2)))
    return out, kept


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, nested, [1, 2]),
        (3, with_else, [1, 2]),
        (3, walrus_in_the_test, 4),
        (2, converges, 9),
        (6, over_views, {1: 2, 3: 4}),
        (3, a_name_is_deleted, [1, 2, 3]),
        (2, over_an_iterator, [1, 2, 3]),
        (1, over_what_changes, [1, 2, 3]),
        (4, carried, 4),
        (2, target_is_an_item, [1, 2]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


@pytest.mark.usefixtures("threads")
def test_ahead_reads_ahead() -> None:
    assert_ahead(3, over_what_may_be_read_ahead, [1, 2, 3])


def items(value: Any, most: int = 3) -> list[Any]:
    found = []
    for item in library("over")(FakeAhead(), value, 0):
        found.append(item)
        if len(found) == most:
            break
    return found


def test_guards_touch_nothing() -> None:
    assert_untouched(items)


@pytest.mark.parametrize(
    "value, given",
    [
        ([1, 2], [1, 2]),
        (OwnList([1, 2]), [1, 2]),
        (OwnDict({1: 2}), [1]),
        ({1: 2}.items(), [(1, 2)]),
        (range(10**12), [0, 1, 2]),
        ("abcd", ["a", "b", "c"]),
        (iter([1, 2]), [ARRIVES] * 3),
        ((x for x in [1]), [ARRIVES] * 3),
    ],
)
def test_only_what_can_be_iterated_again_is_iterated(value: Any, given: list[Any]) -> None:
    assert items(value) == given


def test_an_iterator_is_where_it_was() -> None:
    iterator = iter([1, 2])
    items(iterator)
    assert next(iterator) == 1


def test_rows_of_an_array_are_its_own() -> None:
    image = np.arange(6).reshape(3, 2)
    assert all(np.shares_memory(row, image) for row in items(image))
    assert items(np.array([object()])) == [ARRIVES] * 3
