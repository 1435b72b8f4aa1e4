"""Definitions that hold objects that hold them are refused, not followed for ever."""

from __future__ import annotations

import threading

from pydron_ng import functional, schedule

CONDITION = threading.Condition()


def enter() -> None:
    with CONDITION:
        pass


@functional
def waits_its_turn(x: int) -> int:
    enter()
    return x


@schedule
def run(values: list[int]) -> list[int]:
    return [waits_its_turn(value) for value in values]


def test_a_functional_that_reaches_a_lock_of_the_standard_library_comes_to_its_end() -> None:
    for _ in range(2):
        assert run([1, 2, 3]) == [1, 2, 3]
