"""What is told of calls to those who listen."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.events import Entered, Event, Inlined, Issued, Joined, Left, Settled, Taken


@functional
def square(x: int) -> int:
    return x * x


@functional
def total(values: list[int]) -> int:
    return sum(values)


@schedule
def squares(count: int) -> int:
    found = []
    for x in range(count):
        found.append(square(x))
    return total(found)


@pytest.fixture(autouse=True)
def _workers() -> Iterator[None]:
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        yield


def of(heard: list[Event], kind: type) -> list[Event]:
    return [event for event in heard if type(event) is kind]


def test_every_call_is_issued_settled_and_taken_once() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append, singly=True):
        assert squares(5) == 30
    issued = {event.call for event in heard if isinstance(event, Issued)}
    assert len(issued) == 6
    assert {event.call for event in heard if isinstance(event, Settled)} == issued
    assert Counter(e.call for e in heard if isinstance(e, Taken)) == dict.fromkeys(issued, 1)


def test_a_call_is_told_with_its_place_and_arguments() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append, singly=True):
        squares(3)
    first = next(event for event in heard if isinstance(event, Issued))
    line = squares.__code__.co_firstlineno + 4
    assert (first.function, first.file, first.line) == ("square", __file__, line)
    assert first.label == "square(0)"


def test_the_task_whose_outcome_a_call_takes_is_its_cause() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append, singly=True):
        squares(3)
    *first, last = (event for event in heard if isinstance(event, Issued))
    assert {event.cause for event in first} == {-1}
    assert last.function == "total"
    assert last.cause in {event.task for event in first}


def test_a_row_of_calls_is_told_as_one() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        for _ in range(3):
            squares(200)
    issued = {event.call: event.calls for event in heard if isinstance(event, Issued)}
    assert max(issued.values()) > 1
    made = sum(event.calls for event in heard if isinstance(event, Taken))
    assert made + len(of(heard, Inlined)) == 3 * 201


def test_a_scheduled_call_is_entered_and_left() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        squares(3)
    entered, *_, left = (event for event in heard if not isinstance(event, Joined))
    assert isinstance(entered, Entered)
    assert isinstance(left, Left)
    assert (entered.function, entered.frame) == ("squares", left.frame)


def test_times_are_in_the_order_of_what_happened() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        squares(20)
    times = [event.at for event in heard]
    assert times == sorted(times)


def test_workers_are_told_when_they_join() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        squares(3)
    settled = {event.worker for event in heard if isinstance(event, Settled)}
    assert settled <= {event.worker for event in heard if isinstance(event, Joined)}


def test_calls_that_the_program_makes_are_told_with_the_reason() -> None:
    heard: list[Event] = []
    with (
        pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline="auto"),
        pydron_ng.on_event(heard.append),
    ):
        squares(50)
    first = next(event for event in heard if isinstance(event, Inlined))
    last = heard[-1]
    assert first.why in {"first-call", "too-short"}
    assert isinstance(last, Left)
    assert last.retired == "too-short"


def test_a_listener_that_raises_costs_nothing_but_its_events(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Event] = []

    def stumble(_: Event) -> None:
        raise ZeroDivisionError

    with (
        caplog.at_level(logging.WARNING, "pydron_ng"),
        pydron_ng.on_event(stumble),
        pydron_ng.on_event(heard.append),
    ):
        assert squares(5) == 30
    assert "ZeroDivisionError" in caplog.text
    assert of(heard, Left)


def test_nothing_is_told_after_the_end() -> None:
    heard: list[Event] = []
    listening = pydron_ng.on_event(heard.append)
    squares(3)
    listening.close()
    count = len(heard)
    squares(3)
    assert len(heard) == count
