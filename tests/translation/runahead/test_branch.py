"""if: decided at once, or by a strand that waits for its test."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.written import statement, text


def test_shape() -> None:
    assert statement("if work(a):\n    y = b\nelse:\n    y = 1\nwork(y)") == text(
        """
        async def statement_1(ra, v_a, v_b, v_y):
            t1 = call(ra, 0, (), ra.lookup('work'), (v_a, ), {})
            if type(t1) is Promise:
                t1 = await t1
            t1 = decided(t1)
            if t1 is UNKNOWN:
                t1 = decided(await ra.told(1, ()))
            if t1:
                t2 = v_b
                v_y = bind(ra, 2, 0, (), t2)
            else:
                t3 = 1
                v_y = bind(ra, 3, 0, (), t3)
            return (v_y, )


        (v_y, ) = spawn(ra, statement_1(ra, v_a, v_b, v_y), 1, (), (0, ))
        unread(ra, 1, (), ra.lookup('work'), (v_y, ), {})
        """
    )


def test_shape_of_a_branch_that_nothing_needs() -> None:
    assert statement("if a:\n    print(b)\nwork(a)").startswith("unread(")


@schedule
def sorted_out(numbers: Any) -> Any:
    good: list[Any] = []
    bad: list[Any] = []
    for number in numbers:
        value = work(number)
        if value > 5:
            good.append(value)
        elif value > 3:
            bad.append(work(value))
        else:
            print("dropped", number)
    return good, bad


@schedule
def both_sides_bind(n: Any) -> Any:
    if quick(n) > 10:
        y = quick(n)
    else:
        y = 0
    return work(y), work(n)


@schedule
def an_object_decides(thing: Any) -> Any:
    first = work(1)
    if thing:
        second = work(2)
    else:
        second = 0
    return first, second, work(3)


class Thing:
    asked = 0

    def __bool__(self) -> bool:
        self.asked += 1
        return self.asked == 1


@schedule
def objects_decide_again_and_again(things: Any) -> Any:
    kept = []
    for thing in things:
        if thing:
            kept.append(1)
        kept.append(work(len(kept)))
        while thing:
            kept.append(work(2))
            if thing:
                continue
            break
        kept.append(work(3))
    return kept


@schedule
def a_loop_without_calls_decides(numbers: Any) -> Any:
    for number in numbers:
        if number < 0:
            return None
    return work(1), work(2)


@schedule
def a_long_loop_decides(numbers: Any) -> Any:
    for number in numbers:
        if number < 0:
            return None
    total = 0
    while total < 1_000:
        total += 1
        if total < 0:
            raise ValueError(total)
    return work(total), work(2)


@schedule
def one_returns(n: Any) -> Any:
    if quick(n) < 0:
        return n
    return work(n), work(n + 1)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, sorted_out, [0, 1, 2, 3]),
        (2, both_sides_bind, 3),
        (2, an_object_decides, Thing()),
        (2, one_returns, 3),
        (1, objects_decide_again_and_again, [Thing(), Thing()]),
        (2, a_loop_without_calls_decides, [1, 2, 3]),
        (2, a_long_loop_decides, [*range(200)]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)
