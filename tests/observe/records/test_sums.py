"""All calls that a program makes are on record, once each, whoever made them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.events import Event, Issued, Settled, Taken
from pydron_ng.testing import sequential

WORKERS = {"type": "threads", "cores": 2}


@functional
def f(x: Any) -> Any:
    return x * 2


@functional
def g(x: Any) -> Any:
    return x + 1


@functional
def picky(x: int) -> int:
    if x % 5 == 3:
        raise ValueError(x)
    return x


def change(xs: list[int]) -> None:
    xs[len(xs) // 2] = 0


@schedule
def independent(count: int) -> Any:
    return [f(x) for x in range(count)]


@schedule
def chains(count: int) -> Any:
    found = []
    for x in range(count):
        found.append(g(f(x)))
    return found


@schedule
def one_by_one(count: int) -> Any:
    state = 0
    for _ in range(count):
        state = g(f(state)) % 97
    return state


@schedule(speculate=True)
def left_early(count: int) -> Any:
    for x in range(count):
        if f(x) > count:
            return g(x)
    return None


@schedule
def caught(count: int) -> Any:
    found = []
    for x in range(count):
        try:
            found.append(picky(x))
        except ValueError:
            found.append(-1)
    return found


@schedule
def with_effects(count: int) -> Any:
    xs, found = list(range(count)), []
    for x in xs:
        found.append(f(x))
        change(xs)
    return found


@schedule
def handed(count: int) -> Any:
    found = [*map(f, range(count)), *sorted(range(count), key=g)]
    return found, max(range(count), key=lambda x: f(x))


@schedule
def comprehensions(count: int) -> Any:
    pairs = {f(x): g(x) for x in range(count)}
    return pairs, {f(x) for x in range(count)}, sum(g(x) for x in range(count))


@schedule
def nested(count: int) -> Any:
    return [len(independent(4)) + g(x) for x in range(count)]


@schedule
def recursive(count: int) -> Any:
    return f(count) if count < 2 else recursive(count // 2) + recursive(count // 3)


@schedule
def of_many_types(count: int) -> Any:
    return [f(x) for x in [1, 1.0, -0.0, True, "a", 2] * count]


SHAPES = (
    independent,
    chains,
    one_by_one,
    left_early,
    caught,
    with_effects,
    handed,
    comprehensions,
    nested,
    recursive,
    of_many_types,
)


@pytest.fixture(scope="module", params=[False, "auto"], ids=["dispatched", "inline"])
def _workers(request: pytest.FixtureRequest) -> Iterator[None]:
    with pydron_ng.configure(workers=[WORKERS], inline=request.param):
        yield


def made_by(program: Callable[[int], Any], count: int) -> tuple[Any, Counter[str]]:
    """What the plain program returns, and how often it calls each functional function."""
    names = {one.__code__: one.__name__ for one in (f, g, picky)}
    found = Counter[str]()

    def see(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in names:
            found[names[frame.f_code]] += 1

    with sequential():
        sys.setprofile(see)
        try:
            value = program(count)
        finally:
            sys.setprofile(None)
    return value, found


@pytest.mark.usefixtures("_workers")
@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("program", SHAPES, ids=lambda one: one.__name__)
def test_as_many_calls_are_on_record_as_were_made(
    program: Callable[[int], Any], count: int
) -> None:
    expected, made = made_by(program, count)
    for _ in range(3):
        with pydron_ng.record() as run:
            assert program(count) == expected
        told = Counter[str]()
        for tally in run.record.tallies:
            told[tally.function] += tally.calls
        if any(frame.retired for frame in run.record.frames):
            assert told <= made
        else:
            assert told == made


@pytest.mark.usefixtures("_workers")
@pytest.mark.parametrize("program", SHAPES, ids=lambda one: one.__name__)
def test_what_was_taken_was_issued_and_settled_before(program: Callable[[int], Any]) -> None:
    for _ in range(3):
        heard: list[Event] = []
        with pydron_ng.on_event(heard.append):
            program(40)
        known = {Issued: set[int](), Settled: set[int](), Taken: set[int]()}
        before = {Settled: Issued, Taken: Settled}
        for event in heard:
            if isinstance(event, Settled | Taken):
                assert event.call in known[before[type(event)]]
                assert event.call not in known[type(event)]
            if isinstance(event, Issued | Settled | Taken):
                known[type(event)].add(event.call)
