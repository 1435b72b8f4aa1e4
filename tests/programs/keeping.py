"""Dataclasses, named tuples and namespaces that carry values of functional calls."""

from __future__ import annotations

import copy
from collections import namedtuple
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, NamedTuple

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@dataclass
class Frame:
    number: Any
    gain: Any = 2


@dataclass(frozen=True, slots=True)
class Fixed:
    x: Any
    y: Any = 0


@dataclass(order=True)
class Loud:
    value: Any
    seen: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        print("made", self.value)


class Plain:
    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    @functional
    def weigh(self, by: Any) -> Any:
        spin(300)
        return self.value * by


class Spot(NamedTuple):
    x: Any
    y: Any = 3


Named = namedtuple("Named", "p q", defaults=(5,))


@functional
def measure(value: Any) -> Any:
    spin(300)
    return value * 3 + 1


@functional
def combine(frame: Frame, spot: Any) -> Frame:
    return Frame(frame.number + spot.x, spot)


@schedule
def carried(values: list[Any]) -> list[Any]:
    frames = [Frame(measure(value), gain=value) for value in values]
    spots = [Spot(measure(value)) for value in values]
    done = []
    for frame, spot in zip(frames, spots, strict=True):
        found = combine(frame, spot)
        print(frame.number, spot.y)
        done.append(measure(found.number))
    return [done, frames, spots, [measure(spot[0]) for spot in spots]]


@schedule
def changed(values: list[Any]) -> list[Any]:
    frame = Frame(measure(values[0]))
    before = measure(frame.number)
    frame.number = measure(values[1])
    after = measure(frame.number)
    frame.extra = values  # type: ignore[attr-defined]
    again = replace(frame, gain=measure(after))
    bag = SimpleNamespace(first=before)
    bag.second = measure(bag.first)
    return [before, after, frame.__dict__, again, bag, measure(bag.second)]


@schedule
def aliased(values: list[Any]) -> Any:
    shared = [measure(values[0])]
    pair = Frame(shared, shared)
    shared.append(measure(pair.gain[0]))
    return pair, pair.number is pair.gain, Plain("x", measure(2)).weigh(measure(3))


@schedule
def mistaken(values: list[Any]) -> Any:
    try:
        return Frame(measure(values[0]), 1, measure(2))  # type: ignore[call-arg]
    except TypeError as error:
        return str(error), measure(3)


@schedule
def fixed(values: list[Any]) -> Any:
    one = Fixed(measure(values[0]))
    try:
        one.x = measure(1)  # type: ignore[misc]
    except AttributeError as error:
        print(type(error).__name__)
    p, q = Named(measure(4))
    return one, hash(one) == hash(Fixed(one.x)), {one: measure(one.x)}, measure(p + q)


@schedule
def loud(values: list[Any]) -> Any:
    things = [Loud(measure(value)) for value in values]
    return sorted(things), [measure(thing.value) for thing in things]


VALUES = [4, 1, 2.5]


class Copied:
    """Says so when it is copied."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Copied:
        print("copied", len(memo))
        return Copied()


@schedule
def copies_of_settings(values: list[Any], settings: dict[str, Any]) -> tuple[Any, ...]:
    found = []
    for value in values:
        own = copy.deepcopy(settings)
        own["value"] = value
        own["list"].append(value)
        found.append((measure(own["value"]), measure(len(own["list"])), own))
        settings["list"].append(value)
    memo: dict[int, Any] = {}
    return found, copy.copy(settings), copy.deepcopy(settings["list"], memo), len(memo)


CALLS = (
    Call.of(copies_of_settings, [1, 2, 3], {"list": [0]}),
    Call.of(copies_of_settings, [1, 2], {"list": [0], "other": Copied()}),
    Call.of(carried, VALUES),
    Call.of(carried, []),
    Call.of(carried, ["a", 1]),
    Call.of(changed, VALUES),
    Call.of(aliased, VALUES),
    Call.of(mistaken, VALUES),
    Call.of(fixed, VALUES),
    Call.of(loud, VALUES),
)
