"""Who sleeps is woken at its time, at the latest when the process is about to fork."""

from __future__ import annotations

from threading import Event
from time import perf_counter

from pydron_ng.runtime.waker import Waker

FAR = 3600.0
SOON = 60.0  # seconds until a test that hangs fails


class Sleeper:
    def __init__(self) -> None:
        self.woken = Event()

    def awake(self) -> None:
        self.woken.set()


def test_a_sleeper_is_woken_at_its_time() -> None:
    waker, sleeper = Waker(), Sleeper()
    waker.wake_at(perf_counter(), sleeper)
    assert sleeper.woken.wait(SOON)


def test_who_comes_later_and_is_to_be_woken_earlier_is() -> None:
    waker, late, early = Waker(), Sleeper(), Sleeper()
    waker.wake_at(perf_counter() + FAR, late)
    waker.wake_at(perf_counter(), early)
    assert early.woken.wait(SOON)
    assert not late.woken.is_set()
    waker.stop()


def test_one_that_is_gone_is_no_trouble() -> None:
    waker, other = Waker(), Sleeper()
    waker.wake_at(perf_counter(), Sleeper())
    waker.wake_at(perf_counter(), other)
    assert other.woken.wait(SOON)


def test_that_a_sleeper_fails_keeps_no_other_asleep() -> None:
    class Failing(Sleeper):
        def awake(self) -> None:
            raise RuntimeError("no")

    waker, failing, other = Waker(), Failing(), Sleeper()
    waker.wake_at(perf_counter(), failing)
    waker.wake_at(perf_counter(), other)
    assert other.woken.wait(SOON)


def test_after_a_stop_all_are_awake_and_others_may_come() -> None:
    waker, later = Waker(), Sleeper()
    sleepers = [Sleeper() for _ in range(10)]
    for sleeper in sleepers:
        waker.wake_at(perf_counter() + FAR, sleeper)
    waker.stop()
    assert all(sleeper.woken.is_set() for sleeper in sleepers)
    waker.wake_at(perf_counter(), later)
    assert later.woken.wait(SOON)
