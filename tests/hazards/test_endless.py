"""Work that the sequential program never does must not be done, however long it would take."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")

READY = threading.Event()


@functional
def f(value: Any) -> Any:
    return value if isinstance(value, int) else len(value)


def refuse(number: int) -> None:
    if number > 1000:
        raise ValueError("too big")


@schedule
def waits_for_a_thread(events: list[int]) -> int:
    READY.clear()
    threading.Thread(target=READY.set).start()
    while not READY.is_set():
        READY.wait(0.01)
    return f(1)


def test_a_loop_that_waits_for_the_programs_own_effect_ends() -> None:
    assert waits_for_a_thread([]) == 1


class Flag:
    """Set by a thread of the program."""

    done = False

    def set(self) -> None:
        self.done = True


@schedule
def polls_a_flag(flag: Flag) -> int:
    threading.Thread(target=flag.set).start()
    polls = 0
    while not flag.done:
        polls += 1
    return f(1)


def test_polling_an_attribute_that_a_thread_sets_ends() -> None:
    assert polls_a_flag(Flag()) == 1


@schedule
def power(number: int) -> int:
    refuse(number)
    return f(2**number)


@schedule
def long_list(number: int) -> int:
    refuse(number)
    return f([0] * number)


@schedule
def long_sum(number: int) -> int:
    refuse(number)
    return f(sum(range(number)))


@schedule
def shift(number: int) -> int:
    refuse(number)
    return f(1 << number)


@schedule
def long_text(number: int) -> int:
    refuse(number)
    return f("x" * number) + f(f"{1:>{number}}")


@schedule
def long_range(number: int) -> list[int]:
    refuse(number)
    return [f(n) for n in range(number)]


@schedule
def counts_up(number: int) -> int:
    refuse(number)
    total = 0
    while total < number:
        total += 1
    return f(total)


@schedule
def bad_pattern(number: int) -> int:
    refuse(number)
    return f(1 if re.match(r"(a+)+$", "a" * number + "b") else 0)


TOO_MUCH = [power, long_list, long_sum, shift, long_text, long_range, counts_up, bad_pattern]


@pytest.mark.parametrize("function", TOO_MUCH, ids=lambda function: function.__name__)
@pytest.mark.parametrize("number", [20, 10**12], ids=["little", "too much"])
def test_nothing_huge_is_computed_behind_a_check_that_raises(function: Any, number: int) -> None:
    assert_equivalent(function, number)
