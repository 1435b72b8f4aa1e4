"""Instances of classes that only keep what they are given."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from pydron_ng import functional, schedule
from pydron_ng.purity.records import assignments, is_record_class
from pydron_ng.translation.runahead.operations import deeply
from pydron_ng.translation.runahead.own import OwnRecord
from pydron_ng.translation.runahead.promises import UNKNOWN
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library


@dataclass
class Frame:
    number: Any
    gain: Any = 2


@dataclass(frozen=True, slots=True)
class Fixed:
    x: Any
    y: Any = 0


class Plain:
    def __init__(self, a: Any, *, b: Any = 1) -> None:
        self.a = a
        self.b = b
        self.c = None

    @functional
    def weigh(self, x: Any) -> Any:
        return work(self.a, self.b) + x


class Spot(NamedTuple):
    x: Any
    y: Any = 3

    def moved(self, by: Any) -> Any:
        return self._replace(x=self.x + by)


Named = namedtuple("Named", "p q", defaults=(5,))  # noqa: PYI024


@dataclass
class Busy:
    x: Any

    def __post_init__(self) -> None:
        self.x += 1


@dataclass
class Listed:
    items: list[Any] = field(default_factory=list)


class Computes:
    def __init__(self, a: Any) -> None:
        self.a = a + 1


class Watched:
    def __init__(self, a: Any) -> None:
        self.a = a

    @property
    def a(self) -> Any:
        return 1

    @a.setter
    def a(self, value: Any) -> None:
        print("set", value)


class Looks(NamedTuple):
    x: Any

    def __getattribute__(self, name: str) -> Any:
        return tuple.__getattribute__(self, name)


@pytest.mark.parametrize(
    "cls, names",
    [
        (Frame, ["number", "gain"]),
        (Fixed, ["x", "y"]),
        (Plain, ["a", "b", "c"]),
    ],
)
def test_what_an_instance_keeps_is_read_from_its_code(cls: type, names: list[str]) -> None:
    assert [name for name, _ in assignments(cls)] == names


def test_who_does_more_is_not_made_ahead() -> None:
    kept = [Frame, Fixed, Plain, Spot, Named, SimpleNamespace]
    assert all(map(is_record_class, kept))
    others = [Busy, Listed, Computes, Watched, Looks, int, list, object, len, 3]
    assert not any(map(is_record_class, others))


@schedule
def kept(n: Any) -> Any:
    frame = Frame(quick(n), gain=n)
    first = work(frame.number, frame.gain)
    fixed = Fixed(n)
    spot = Spot(quick(n))
    a, b = spot
    bag = SimpleNamespace(value=quick(n), other=[n])
    pair = Named(n)
    return (
        first,
        work(fixed.x, fixed.y),
        work(a, b),
        work(spot[0], spot.y),
        work(bag.value, bag.other[0]),
        work(*pair),
    )


@functional
def total(frame: Frame, spot: Spot) -> Any:
    return work(frame.number + frame.gain, spot.x + spot.y)


@schedule
def handed_on(n: Any) -> Any:
    frames = [Frame(quick(k), gain=k) for k in range(2)]
    return [total(frame, Spot(n, quick(n))) for frame in frames], Plain(n, b=2).weigh(1)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("calls, program", [(6, kept), (3, handed_on)])
def test_meaning(calls: int, program: Any) -> None:
    assert_ahead(calls, program, 3)


def make(cls: Any, *args: Any, **kwargs: Any) -> Any:
    return guarded("call", 0, (), cls, args, kwargs)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, c=c: make(c, w) for c in (Frame, Fixed, Plain, Spot, Named)),
        lambda w: make(SimpleNamespace, a=w),
        lambda w: guarded("attribute", make(Frame, w), "number"),
        lambda w: guarded("attribute", make(Frame, w), "other"),
        lambda w: guarded("item", make(Spot, w), 0),
        lambda w: guarded("operate", "==", make(Frame, w), make(Frame, w)),
    )


@pytest.mark.parametrize(
    "cls, args, kwargs",
    [
        (Frame, (), {}),
        (Frame, (1, 2, 3), {}),
        (Frame, (1,), {"number": 2}),
        (Frame, (1,), {"other": 2}),
        (Plain, (1, 2), {}),
        (Spot, (), {}),
        (Spot, (1, 2, 3), {}),
        (Spot, (1,), {"x": 1}),
        (SimpleNamespace, (1,), {}),
    ],
)
def test_a_call_that_is_a_mistake_is_the_programs(cls: Any, args: Any, kwargs: Any) -> None:
    assert make(cls, *args, **kwargs) is UNKNOWN


def test_a_field_may_be_to_come() -> None:
    ra = FakeAhead()
    value = ra.promise()
    frame = library("call")(ra, -1, (), Frame, (value,), {})
    assert type(frame) is OwnRecord
    assert library("attribute")(ra, frame, "number") is value
    made = deeply(ra.ready, lambda known: known, frame)
    value.keep(4)
    ra.run()
    assert made.value == Frame(4, 2)
    assert type(made.value) is Frame


@pytest.mark.parametrize("cls, args", [(Fixed, (1,)), (Spot, (1,)), (Named, (1,)), (Frame, (1,))])
def test_it_becomes_what_the_program_makes(cls: Any, args: Any) -> None:
    ra = FakeAhead()
    made = deeply(ra.ready, lambda known: known, make(cls, *args))
    assert type(made) is cls
    assert made == cls(*args)


def test_methods_are_bound_and_properties_are_left_alone() -> None:
    ra = FakeAhead()
    plain = make(Plain, 1)
    library("call")(ra, 7, (), library("method")(ra, plain, "weigh"), (5,), {})
    assert ra.issued[0][3] == (plain, 5)
    assert is_refused(guarded("attribute", make(Frame, 1), "__class__"))
