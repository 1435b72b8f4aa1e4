"""Scheduled generators over sources without an end: what is held does not grow with the items."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import pydron_ng
from pydron_ng import ahead, functional, schedule
from tests.programs import work

MANY = 100_000
SOME = 8_000
SETTLED = 2_000  # items after which every buffer and table has its size
WINDOW = 64  # calls: full or empty when objects are counted
SLACK = 3_000  # objects: fewer than one for each item, more than what the window comes to


@functional
def squared(number: int) -> list[int]:
    return [number * number]


@schedule
def of_an_iterator(numbers: Iterable[int]) -> Iterator[list[int]]:
    for number in numbers:
        yield squared(number)


@schedule
def of_what_may_be_read_ahead(numbers: Iterable[int]) -> Iterator[list[int]]:
    for number in ahead(numbers):
        yield squared(number)


@schedule
def with_effects_and_a_total(numbers: Iterable[int]) -> Iterator[list[int]]:
    total = 0
    for number in ahead(numbers):
        found = squared(number)
        total += found[0] % 7
        work.spin(1)
        yield [total]


@schedule(speculate=True)
def past_an_open_exit(numbers: Iterable[int]) -> Iterator[list[int]]:
    for number in ahead(numbers):
        found = squared(number)
        if found[0] < 0:
            return
        if found[0] % 10 == 1:
            continue
        yield squared(found[0])


def growth(stream: Iterator[Any], items: int) -> int:
    """How many objects there are more after `items` than after the first ones."""
    for _ in itertools.islice(stream, SETTLED):
        pass
    gc.collect()
    before = len(gc.get_objects())
    for _ in itertools.islice(stream, items - SETTLED):
        pass
    gc.collect()
    return len(gc.get_objects()) - before


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "program, items",
    [
        (of_an_iterator, SOME),
        (of_what_may_be_read_ahead, SOME),
        (with_effects_and_a_total, SOME),
        (past_an_open_exit, SOME),
        pytest.param(of_what_may_be_read_ahead, MANY, marks=pytest.mark.long),
        pytest.param(past_an_open_exit, MANY, marks=pytest.mark.long),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_held_of_an_endless_stream_does_not_grow(
    program: Callable[[Iterable[int]], Iterator[Any]], items: int
) -> None:
    workers = [{"type": "threads", "cores": 1}]
    with pydron_ng.configure(workers=workers, inline=False, window=WINDOW):
        stream = program(itertools.count())
        assert growth(stream, items) < SLACK
        assert next(stream)
