"""Calls that are alone with the workers, and that the program comes to just after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.events import Event, Left, Settled, Taken
from pydron_ng.runtime import pace


@pytest.fixture(autouse=True)
def _much_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with something else does not end running ahead."""
    monkeypatch.setattr(pace, "ALLOWANCE", 1e9)
    monkeypatch.setattr(pace, "_SHORT_SECONDS", 1e9)


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@functional
def fit(x: int) -> int:
    spin(0.001)
    return x * x


class Disc:
    """Nobody knows what its methods do, nor has marked others of their names."""

    def __init__(self, watch: Callable[[], None] = lambda: None) -> None:
        self.loaded: list[int] = []
        self._watch = watch

    def read_from_disc(self, n: int) -> int:
        self.loaded.append(n)
        return n

    def look_at_disc(self) -> None:
        self._watch()


@schedule
def one_by_one(count: int, disc: Disc) -> list[int]:
    found = []
    for n in range(count):
        x = disc.read_from_disc(n)
        found.append(fit(x))
    return found


@schedule
def beside(count: int, disc: Disc) -> list[int]:
    found = []
    for n in range(count):
        x = disc.read_from_disc(n)
        disc.look_at_disc()
        found.append(fit(x))
    return found


def heard(
    program: Callable[[], object], hear: Callable[[Event], None] = lambda _: None
) -> list[Event]:
    events: list[Event] = []
    threads = [{"type": "threads", "cores": 2}]
    with (
        pydron_ng.configure(workers=threads),
        pydron_ng.on_event(events.append),
        pydron_ng.on_event(hear),
    ):
        program()
    return events


def taken(events: list[Event]) -> int:
    return sum(isinstance(event, Taken) for event in events)


def test_lone_calls_are_left_to_the_program_once_they_were_sent_in_vain() -> None:
    results: list[list[int]] = []
    events = heard(lambda: results.append(one_by_one(200, Disc())))
    assert results == [[x * x for x in range(200)]]
    assert taken(events) <= 10


def test_where_that_goes_on_running_ahead_ends() -> None:
    events = heard(lambda: [one_by_one(200, Disc()) for _ in range(2)])
    assert "one-by-one" in {event.retired for event in events if isinstance(event, Left)}
    assert "one-by-one" in {reason.code for reason in pydron_ng.explain(one_by_one).seen}


def test_lone_calls_that_are_made_beside_something_are_sent_for_ever() -> None:
    """The program goes on only when each has been made: it never has to make one itself."""
    done = threading.Semaphore(0)

    def hear(event: Event) -> None:
        if isinstance(event, Settled):
            done.release()

    def watch() -> None:
        assert done.acquire(timeout=30)

    beside(1, Disc())  # which tells what a call costs
    disc = Disc(watch)
    results: list[list[int]] = []
    events = heard(lambda: results.append(beside(60, disc)), hear)
    assert results == [[x * x for x in range(60)]]
    assert taken(events) == 60
