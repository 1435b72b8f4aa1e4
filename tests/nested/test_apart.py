"""Calls of calls that fork, have threads, await, exit or are interrupted."""

from __future__ import annotations

import pytest

import pydron_ng
from pydron_ng.events import HandedOn
from pydron_ng.testing import Call, check
from tests.nested import apart, work

FIVE = [{"type": "multicore", "cores": 5}]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("call", apart.CALLS, ids=lambda call: call.function.__qualname__)
def test_a_program_is_its_sequential_self(call: Call) -> None:
    check(call)
    check(call)


@pytest.mark.usefixtures("crowd")
def test_an_interrupt_at_any_moment_leaves_a_worker_that_works() -> None:
    for _ in range(5):
        assert apart.all_are_interrupted(5) == [1] * 5
        assert work.sweeps(3, 4) == [14, 126, 366]


def test_what_has_limits_is_not_handed_on(handed_on: list[HandedOn]) -> None:
    with pydron_ng.configure(workers=FIVE, inline=False):
        for _ in range(3):
            assert apart.all_have_limits(5)[-1] == [0, 1, 2, 3]
    assert not handed_on


def test_what_a_coroutine_calls_is_not_handed_on(handed_on: list[HandedOn]) -> None:
    with pydron_ng.configure(workers=FIVE, inline=False):
        for _ in range(3):
            check(Call.of(apart.all_await, 3))
    assert not handed_on


def test_tasks_of_a_pool_hand_nothing_on(handed_on: list[HandedOn]) -> None:
    with pydron_ng.Pool(3) as pool:
        assert list(pool.map(work.sweep, [0, 3, 6], [3, 3, 3])) == [5, 50, 149]
    assert not handed_on
