"""Scheduled callees: their calls are issued once, by their caller, and taken by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.runtime.descent import DEEPEST
from pydron_ng.runtime.process import arriving
from pydron_ng.testing import sequential


def note(name: str) -> None:
    """Remember the call where no functional function depends on it: with its thread."""
    vars(threading.current_thread()).setdefault("made", []).append(name)


def made() -> tuple[list[str], list[str]]:
    """The calls that this thread and the workers have made since the last time."""
    here: list[str] = []
    there: list[str] = []
    for thread in threading.enumerate():
        names = vars(thread).pop("made", [])
        (here if thread is threading.main_thread() else there).extend(names)
    return here, there


@functional
def square(value: int) -> int:
    note("square")
    return value * value


@functional
def both(left: int, right: int) -> int:
    note("both")
    return left + right


@functional
def refuse(value: int) -> int:
    note("refuse")
    raise ValueError(value)


@schedule
def pair(value: int) -> int:
    return both(square(value), square(value + 1))


@schedule
def pairs(count: int) -> list[int]:
    return [pair(value) for value in range(count)]


@schedule
def through_a_result(count: int) -> int:
    total = 0
    for value in range(count):
        total += pair(pair(value) % 7)
    return total


@schedule
def with_a_test(value: int) -> int:
    if square(value) > 10:
        return square(value + 1)
    print("small", value)
    return square(value + 2)


@schedule
def decides(count: int) -> list[int]:
    found = []
    for value in range(count):
        found.append(with_a_test(value))
        print(value)
    return found


@schedule
def chain(depth: int) -> int:
    return square(depth) + chain(depth - 1) if depth else 0


class Scale:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    @schedule
    def one(self, value: int) -> int:
        return square(value * self.factor)

    @schedule
    def all(self, count: int) -> list[int]:
        return [self.one(value) for value in range(count)]


@schedule
@functional
def halves(values: list[int]) -> int:
    note("halves")
    if len(values) == 1:
        return square(values[0])
    middle = len(values) // 2
    return both(halves(values[:middle]), halves(values[middle:]))


@schedule
def survives(count: int) -> list[int]:
    found = []
    for value in range(count):
        try:
            found.append(pair(refuse(value)))
        except ValueError:
            found.append(pair(value))
    return found


@schedule
def with_a_helper(count: int) -> list[int]:
    gain = square(3)

    def helped(value: int, *, more: int = 1) -> int:
        return both(square(value), square(gain + more))

    found = []
    for value in range(count):
        print(value)
        found.append(helped(value) + helped(value, more=2))
    return found


@schedule
def with_a_lambda(count: int) -> list[int]:
    twice: Any = lambda value: square(square(value) % 5)
    return [twice(value) for value in range(count)]


@schedule
def with_a_recursive_helper(count: int) -> int:
    def down(value: int) -> int:
        return square(value) + down(value - 1) if value else 0

    return down(count)


@pytest.fixture(autouse=True)
def eight_threads() -> Iterator[None]:
    made()
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 8}], inline=False):
        yield


@pytest.mark.parametrize(
    "program, argument",
    [
        (pairs, 6),
        (through_a_result, 5),
        (decides, 6),
        (Scale(3).all, 6),
        (chain, DEEPEST // 2),
        (chain, 2 * DEEPEST),
        (with_a_helper, 5),
        (with_a_lambda, 5),
        (with_a_recursive_helper, 9),
    ],
)
def test_each_call_is_made_once_and_by_a_worker(
    program: Callable[[Any], Any], argument: Any
) -> None:
    with sequential():
        expected = program(argument)
    alone, _ = made()
    assert program(argument) == expected
    here, there = made()
    assert sorted(there) == sorted(alone)
    assert not here


def test_a_recursion_that_could_be_a_task_is_one_or_is_descended_into_never_both() -> None:
    assert halves(list(range(64))) == sum(n * n for n in range(64))
    here, there = made()
    assert (here + there).count("square") == 64
    assert (here + there).count("halves") == 127
    assert there.count("halves") > here.count("halves")


def test_what_was_begun_and_never_called_is_forgotten() -> None:
    assert survives(5) == [pair(value) for value in range(5)]
    assert not arriving


def test_calls_that_end_early_leave_nothing_behind() -> None:
    @schedule
    def stops(count: int) -> int:
        for value in range(count):
            if pair(value) > 5:
                return value
        return -1

    assert stops(50) == 2
    assert not arriving


def test_a_callee_is_run_ahead_only_inside_of_the_window() -> None:
    with pydron_ng.configure(window=2):
        assert pairs(6) == [pair(value) for value in range(6)]
