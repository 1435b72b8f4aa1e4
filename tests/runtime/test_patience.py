"""Who counts as slow, told with a clock that stands still."""

from __future__ import annotations

import pytest

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.messages import Slow
from pydron_ng.runtime.patience import LEAST_SECONDS, LOOK_SECONDS, SLOW_TIMES, Patience

SLOW = [Slow(WorkerId(0), TaskId(7))]


class Office:
    """Worker 0 is at task 7, which is expected to take so long."""

    def __init__(self, expected: float) -> None:
        self.now = 100.0
        self.expected = expected
        self.patience = Patience(
            lambda: [(WorkerId(0), TaskId(7))], lambda _: self.expected, lambda: self.now
        )
        assert self.patience.begins(WorkerId(0))


def test_a_worker_is_slow_that_takes_so_many_times_longer_than_expected() -> None:
    office = Office(1.0)
    office.now += SLOW_TIMES - 0.01
    assert office.patience.due() == []
    office.now += LOOK_SECONDS
    assert office.patience.due() == SLOW


def test_nobody_is_slow_who_takes_no_time_at_all() -> None:
    office = Office(1e-6)
    office.now += LEAST_SECONDS - 0.01
    assert office.patience.due() == []
    office.now += LOOK_SECONDS
    assert office.patience.due() == SLOW


def test_nobody_is_slow_as_long_as_nobody_knows_how_long_it_takes() -> None:
    office = Office(0.0)
    office.now += 1e6
    assert office.patience.due() == []
    office.expected = 1.0
    office.now += LOOK_SECONDS
    assert office.patience.due() == SLOW


def test_each_task_has_its_own_time() -> None:
    office = Office(1.0)
    office.now += SLOW_TIMES
    assert not office.patience.begins(WorkerId(0))
    office.now += SLOW_TIMES
    assert office.patience.due() == []


def test_it_looks_now_and_then_and_not_at_all_where_nobody_is_at_work() -> None:
    office = Office(1.0)
    assert office.patience.seconds == pytest.approx(LOOK_SECONDS)
    office.patience.rests(WorkerId(0))
    assert office.patience.due() == []
    office.now += 2 * LOOK_SECONDS
    assert office.patience.due() == []
    assert not office.patience.are_set
