"""Comprehensions, map() and its like, over what only the program itself can compute."""

from __future__ import annotations

import enum
import json
import random
from collections.abc import Iterator
from typing import Any, cast

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def weighed(value: Any) -> Any:
    spin(300)
    return value * 3


@functional
def picky(value: Any) -> Any:
    spin(300)
    if value == 2:
        raise ValueError(value)
    return [value]


def loaded(text: str) -> list[Any]:
    print("loading", text)
    return [len(part) for part in text.split()]


def growing(values: list[Any]) -> list[Any]:
    values.append(len(values))
    return values


def one_by_one(values: list[Any]) -> Iterator[Any]:
    for value in values:
        print("next", value)
        yield value


class Rows:
    """Is gone over by code of its own."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __getitem__(self, place: int) -> Any:
        print("row", place)
        return self.values[place]


@schedule
def over_a_call(text: str) -> tuple[Any, ...]:
    rows = [weighed(size) for size in loaded(text)]
    total = sum(weighed(size) for size in loaded(text))
    table = {size: weighed(size) for size in loaded(text) if size > 2}
    return rows, total, table, [weighed(x["a"]) for x in json.loads('[{"a": 1}, {"a": 2}]')]


@schedule
def handed_a_call(text: str) -> tuple[Any, ...]:
    ordered = sorted(loaded(text), key=weighed, reverse=True)
    best = max(loaded(text), key=lambda size: weighed(size) % 7)
    return list(map(weighed, loaded(text))), ordered, best, list(filter(weighed, loaded(text)))


@schedule
def changed_on_the_way(values: list[Any]) -> tuple[Any, ...]:
    first = [weighed(value) for value in growing(values)[:] if len(growing(values)) < 12]
    second = [[weighed(value + len(values)) for value in growing(values)[:3]] for _ in range(2)]
    return first, second, list(map(weighed, growing(values)))


@schedule
def one_after_the_other(values: list[Any]) -> tuple[Any, ...]:
    rows = [weighed(value) for value in one_by_one(values)]
    return (
        rows,
        list(map(weighed, one_by_one(values))),
        [weighed(v) for v in cast(Any, Rows(*values))],
    )


@schedule
def fails_inside(values: list[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    try:
        found = [picky(value) for value in growing(values)]
    except ValueError as error:
        print("failed", error)
    try:
        found += map(picky, growing(values))
    except ValueError as error:
        print("failed", error)
    return found, values


@schedule
def generators_with_names(values: list[Any]) -> tuple[Any, ...]:
    first = (weighed(value) for value in values)
    second = (weighed(value) + len(values) for value in first)
    values.append(5)
    taken = []
    for value in (weighed(value) for value in values):
        print("taken", value)
        taken.append(value)
        if value > 8:
            break
    third = (weighed(value) for value in values)
    return taken, list(second), list(first), next(third), list(third)


@schedule
def generators_late(values: list[Any]) -> tuple[Any, ...]:
    factor = 2
    scaled = (weighed(value * factor) for value in values)
    factor = 3
    return sum(scaled), sum(scaled), factor


class Band(enum.Enum):
    """Says so when it is asked for its sum."""

    RED = 1
    BLUE = 2
    AZURE = 2

    @property
    def total(self) -> int:
        print("total of", self.name)
        return self.value + 1


@schedule
def over_an_enumeration(base: int) -> tuple[Any, ...]:
    found = {band: weighed(band.value + base) for band in Band}
    for place, band in enumerate(Band):
        found[band] += weighed(place) + weighed(band.total)
        print(band.name, found[band])
    return list(found.items()), [weighed(len(band.name)) for band in (Band.AZURE, Band.RED)]


@schedule
def drawn_first(seed: int, count: int) -> tuple[Any, ...]:
    rng = random.Random(seed)
    drawn = [rng.randrange(9) for _ in range(count)]
    settings = {"first": rng.randrange(9), "list": drawn, "weight": weighed(count)}
    alias = settings["list"]
    found = [weighed(value) for value in drawn]
    alias.append(4)
    found += [weighed(value) for value in drawn]
    rows = [(weighed(value), rng.random()) for value in drawn]
    return found, weighed(settings["first"]), weighed(settings["weight"]), rows


TEXT = TEXT = "to be or not to be"
CALLS = (
    Call.of(over_a_call, TEXT),
    Call.of(over_a_call, ""),
    Call.of(handed_a_call, TEXT),
    Call.of(handed_a_call, ""),
    Call.of(changed_on_the_way, [1, 2, 3]),
    Call.of(one_after_the_other, [1, 2, 3]),
    Call.of(fails_inside, [1, 2, 3]),
    Call.of(fails_inside, [5, 1]),
    Call.of(drawn_first, 3, 4),
    Call.of(over_an_enumeration, 3),
    Call.of(generators_with_names, [1, 2, 3]),
    Call.of(generators_late, [1, 2, 3]),
)
