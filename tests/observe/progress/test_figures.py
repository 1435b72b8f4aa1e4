"""What is read of a call while it runs: asked in the middle of it, at a place that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.observe.progress.figures import Figures, read
from pydron_ng.runtime import process
from pydron_ng.runtime.watch import Begun

pytestmark = pytest.mark.usefixtures("processes", "_listener")
seen: list[Figures] = []


class Silent:
    """Is told of calls, and says nothing."""

    def tell(self, calls: Any) -> float:
        return 60.0

    def end(self) -> None:
        pass

    def forget(self) -> None:
        pass


@pytest.fixture
def _listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process.watch, "_is_wanted", lambda: True)
    monkeypatch.setattr(process.watch, "_make", Silent)
    monkeypatch.setattr(process.watch, "_unwanted_until", 0.0)
    seen.clear()
    yield
    assert not process.watch._begun


def look() -> None:
    begun: list[Begun] = list(process.watch._begun.values())
    found = read(begun)
    assert found is not None
    seen.append(found)


@functional
def calibrate(n: Any) -> Any:
    return n


@functional
def fit(n: Any) -> Any:
    return n


@schedule
def over(items: Any) -> None:
    for number, item in enumerate(items):
        calibrate(item)
        if number == 2:
            look()


@schedule
def plainly(items: Any) -> None:
    number = 0
    for item in items:
        calibrate(item)
        if number == 2:
            look()
        number += 1


@pytest.mark.parametrize(
    "items",
    [
        [1, 2, 3, 4],
        (1, 2, 3, 4),
        range(4),
        {1: 2, 2: 3, 3: 4, 4: 5},
        {1: 2, 2: 3, 3: 4, 4: 5}.values(),
        np.arange(4.0),
        "text",
    ],
    ids=lambda items: type(items).__name__,
)
def test_how_many_items_there_are_is_known_of_what_has_a_length(items: Any) -> None:
    plainly(items)
    loop = seen[0].loop
    assert loop is not None
    assert (loop.done, loop.items, loop.is_only) == (2, 4, True)


def test_of_what_is_counted_through_as_well() -> None:
    over([7, 8, 9, 10])
    assert seen[0].loop is not None
    assert seen[0].loop.items == 4


def test_of_an_iterator_nobody_knows() -> None:
    plainly(iter([1, 2, 3, 4]))
    loop = seen[0].loop
    assert loop is not None
    assert (loop.done, loop.items) == (2, None)


@schedule
def in_two_loops(n: int) -> None:
    for i in range(n):
        calibrate(i)
    for i in range(2 * n):
        fit(i)
        if i == 3:
            look()


def test_it_is_the_loop_that_the_program_is_in() -> None:
    in_two_loops(5)
    loop = seen[0].loop
    assert loop is not None
    assert (loop.done, loop.items, loop.is_only) == (3, 10, False)


@schedule
def nested(n: int) -> None:
    for i in range(n):
        for j in range(3):
            calibrate(j)
        fit(i)
        if i == 2:
            look()


def test_the_outermost_loop_counts_and_calls_of_inner_ones_have_no_known_number() -> None:
    nested(4)
    loop = seen[0].loop
    assert loop is not None
    assert (loop.done, loop.items) == (2, 4)
    totals = {calls.name: calls.total for calls in seen[0].calls}
    assert totals == {"calibrate": None, "fit": 4}


@schedule
def sometimes(n: int) -> None:
    for i in range(n):
        if i % 2:
            fit(i)
    look()


def test_what_is_not_called_for_each_item_has_no_known_number() -> None:
    sometimes(9)
    assert [(calls.name, calls.made, calls.total) for calls in seen[0].calls] == [("fit", 4, None)]


@schedule
def all_of_them(n: int) -> None:
    total = [calibrate(i) for i in range(n)]
    look()
    fit(len(total))


def test_comprehensions_are_loops_and_all_calls_are_counted() -> None:
    all_of_them(50)
    loop = seen[0].loop
    assert loop is not None
    assert (loop.done, loop.items) == (49, 50)
    made = {calls.name: calls.made for calls in seen[0].calls}
    assert made["calibrate"] == 50


def test_the_next_call_counts_from_the_beginning() -> None:
    all_of_them(50)
    all_of_them(20)
    made = {calls.name: calls.made for calls in seen[1].calls}
    assert made["calibrate"] == 20


@schedule
def outer(n: int) -> list[Any]:
    before = n
    plainly(range(before))
    return [before]


def test_a_call_without_loops_shows_that_of_a_call_inside_of_it() -> None:
    outer(6)
    assert seen[0].name == "outer"
    assert seen[0].loop is not None
    assert seen[0].loop.items == 6


def test_workers_are_counted() -> None:
    plainly([1, 2, 3])
    assert seen[0].workers == 2
    assert 0 <= seen[0].busy <= 2
    assert seen[0].others == 0
    assert seen[0].is_ahead


class Surveyor:
    @schedule
    def survey(self, n: int) -> None:
        for i in range(n):
            calibrate(i)
            if i == 1:
                look()


def test_a_method_bears_the_name_of_its_class() -> None:
    Surveyor().survey(3)
    assert seen[0].name == "Surveyor.survey"


@schedule
def stream(n: int) -> Iterator[Any]:
    for i in range(n):
        yield calibrate(i)
    assert not process.watch._begun


def test_generators_are_not_shown_as_they_wait_for_their_consumer() -> None:
    assert list(stream(4)) == [0, 1, 2, 3]
