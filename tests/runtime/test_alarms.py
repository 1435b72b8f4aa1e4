"""Events that happen by themselves, told with a clock that stands still."""

from __future__ import annotations

from pydron_ng.backends.base import WorkerId
from pydron_ng.runtime.alarms import Alarms
from pydron_ng.runtime.messages import Event, Stalled


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def event(number: int) -> Event:
    return Stalled(WorkerId(number))


def made() -> tuple[Clock, Alarms[int]]:
    clock = Clock()
    return clock, Alarms(clock)


def test_an_event_happens_when_its_time_has_come_and_only_once() -> None:
    clock, alarms = made()
    alarms.set(1, 5.0, event(1))
    clock.now += 4.9
    assert alarms.due() == []
    clock.now += 0.2
    assert alarms.due() == [event(1)]
    assert alarms.due() == []
    assert not alarms.are_set
    assert alarms.seconds is None


def test_what_is_called_off_does_not_happen() -> None:
    clock, alarms = made()
    alarms.set(1, 5.0, event(1))
    alarms.set(2, 5.0, event(2))
    alarms.call_off([1, 77])
    clock.now += 6
    assert alarms.due() == [event(2)]


def test_an_alarm_that_is_set_again_counts_from_then_on() -> None:
    clock, alarms = made()
    alarms.set(1, 5.0, event(1))
    clock.now += 3
    alarms.set(1, 5.0, event(1))
    clock.now += 3
    assert alarms.due() == []
    assert alarms.seconds == 2.0
    assert 1 in alarms


def test_the_shortest_one_says_how_long_there_is_none_due() -> None:
    clock, alarms = made()
    alarms.set(1, 5.0, event(1))
    alarms.set(2, 0.5, event(2))
    alarms.set(3, 9.0, event(3))
    assert alarms.seconds == 0.5
    clock.now += 1
    assert alarms.due() == [event(2)]
    assert alarms.seconds == 4.0
    alarms.call_off([1])
    clock.now += 4
    assert alarms.due() == []  # it was told too early, and knows better now
    assert alarms.seconds == 4.0
