"""What is told of calls to those who listen."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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


@schedule
def fourth_powers(count: int) -> list[int]:
    return [square(square(x)) for x in range(count)]


@functional
def bits(x: int) -> int:
    return x.bit_length()


@schedule
def widths(count: int) -> list[int]:
    found = []
    for x in range(count):
        found.append(bits((1 << 100_000) + x))
    return found


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


@pytest.mark.parametrize("kind", [Entered, Issued, Settled, Taken, Left])
@pytest.mark.parametrize("singly", [True, False])
def test_who_leaves_at_an_event_does_not_end_running_ahead(
    kind: type[Event], singly: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def leave(event: Event) -> None:
        if isinstance(event, kind):
            listening.close()

    with caplog.at_level(logging.INFO, "pydron_ng"):
        listening = pydron_ng.on_event(leave, singly=singly)
        assert squares(20) == sum(x * x for x in range(20))
    assert not caplog.messages


@pytest.mark.parametrize("kind", [Entered, Issued, Settled, Taken, Left])
def test_scheduled_functions_that_a_hearer_calls_are_not_told(kind: type[Event]) -> None:
    heard: list[Event] = []
    found: list[int] = []

    def hear(event: Event) -> None:
        heard.append(event)
        if isinstance(event, kind):
            found.append(squares(4))

    with pydron_ng.on_event(hear):
        assert squares(20) == sum(x * x for x in range(20))
    assert set(found) == {14}
    assert len(of(heard, Entered)) == 1


def test_the_same_hearer_hears_on_until_each_of_its_ends() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        with pydron_ng.on_event(heard.append):
            pass
        squares(3)
    assert of(heard, Entered)


def test_anything_that_can_be_called_can_hear() -> None:
    @dataclass
    class Counting:
        count: int = 0

        def __call__(self, _: Event) -> None:
            self.count += 1

    hearer = Counting()  # which has no hash
    with pydron_ng.on_event(hearer):
        squares(3)
    assert hearer.count


def test_a_hearer_that_exits_ends_only_its_hearing() -> None:
    def leave(_: Event) -> None:
        raise SystemExit

    with pydron_ng.on_event(leave):
        assert squares(5) == 30


def test_many_threads_may_call_while_hearers_come_and_go() -> None:
    def call() -> list[int]:
        return [squares(5) for _ in range(40)]

    with ThreadPoolExecutor(3) as pool:
        results = [pool.submit(call) for _ in range(3)]
        while not all(result.done() for result in results):
            with pydron_ng.on_event(lambda _: None):
                pass
    assert [result.result() for result in results] == [[30] * 40] * 3


def test_an_integer_that_cannot_be_written_is_told_all_the_same() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append):
        assert widths(3) == [100_001] * 3
    issued = [event for event in heard if isinstance(event, Issued)]
    assert len(issued) == 3
    assert {event.label for event in issued} == {"bits(<int of 100001 bits>)"}


def test_a_call_that_takes_results_in_its_batch_is_issued_before_it_settles() -> None:
    heard: list[Event] = []
    with pydron_ng.on_event(heard.append, singly=True):
        for _ in range(5):
            fourth_powers(10)
    issued = {event.call: event.at for event in heard if isinstance(event, Issued)}
    settled = {event.call: event.at for event in heard if isinstance(event, Settled)}
    assert len(settled) == 100
    assert all(issued[call] <= settled[call] for call in settled)


def test_nothing_is_told_after_the_end() -> None:
    heard: list[Event] = []
    listening = pydron_ng.on_event(heard.append)
    squares(3)
    listening.close()
    count = len(heard)
    squares(3)
    assert len(heard) == count
