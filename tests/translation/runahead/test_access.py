"""Attributes and subscripts."""

from __future__ import annotations

import enum
import math
import os
import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from pydron_ng import schedule
from pydron_ng.runtime.stage import stage
from pydron_ng.translation.runahead.constructs.access import members
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    immutable,
)
from tests.translation.gate import assert_ahead, listed, work
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused
from tests.translation.written import expression


@pytest.mark.parametrize(
    "text, emitted",
    [
        ("a.b", "attribute(ra, v_a, 'b')"),
        ("a[b]", "item(ra, v_a, v_b)"),
        ("a[1:b]", "item(ra, v_a, slicing(ra, 1, v_b, None))"),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert expression(text) == emitted


@dataclass
class Image:
    size: int
    parts: list[int]

    def scaled(self, by: int) -> int:
        return self.size * by


class Slotted:
    __slots__ = ("x",)
    kind = 3

    def __init__(self) -> None:
        self.x = 5


@schedule
def items_of_a_result(n: Any) -> Any:
    numbers = listed(n)
    return work(numbers[0]), work(numbers[-1])


@schedule
def slices(n: Any) -> Any:
    first, second = listed(n)[1:]
    return work(first), work(second)


@schedule
def attributes(image: Any) -> Any:
    return work(image.size), work(image.parts[1]), work(math.pi)


@schedule
def slots(thing: Any) -> Any:
    return work(thing.x), work(thing.kind)


class Band(enum.Enum):
    """A plain enumeration, with an alias."""

    RED = 1
    BLUE = 2
    AZURE = 2


class Opinionated(enum.Enum):
    """Computes what others keep."""

    ONE = 1

    @enum.property
    def value(self) -> Any:
        raise AssertionError("asked for")


class OwnMeta(enum.EnumType):
    """Has a way of its own to be gone over."""


class Strange(enum.Enum, metaclass=OwnMeta):
    ONE = 1


@schedule
def enumerated(n: Any) -> Any:
    found = [work(band.value, n) for band in Band]
    for band in Band:
        found.append(work(len(band.name), n))
    return found


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, enumerated, 4),
        (2, items_of_a_result, 4),
        (2, slices, 4),
        (3, attributes, Image(3, [1, 2])),
        (2, slots, Slotted()),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_members_are_looked_up_where_nothing_is_computed() -> None:
    assert members(Band) == [Band.RED, Band.BLUE]
    assert members(Strange) is None
    assert guarded("attribute", Band.BLUE, "value") == 2
    assert guarded("attribute", Band.BLUE, "name") == "BLUE"
    assert is_refused(guarded("attribute", Opinionated.ONE, "value"))


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, name=name: guarded("attribute", w, name) for name in ("x", "y", "z")),
        lambda w: guarded("item", w, 0),
        lambda w: guarded("item", [1], w),
        lambda w: guarded("item", {1: 2}, w),
        lambda w: guarded("item", OwnDict({1: 2}), w),
        lambda w: guarded("slicing", w, None, None),
    )


def test_an_array_gives_what_its_subscript_gives() -> None:
    image = np.arange(12).reshape(3, 4)
    assert guarded("item", image, (1, 2)) == 6
    assert guarded("attribute", image, "shape") == (3, 4)
    assert guarded("item", image, slice(1, 2)).base is image.base


def test_a_slice_of_an_own_list_is_an_own_list() -> None:
    part = guarded("item", OwnList([1, 2, 3]), slice(1, None))
    assert type(part) is OwnList
    assert part == [2, 3]


class Computes:
    x = property(lambda self: 1)

    def __getattr__(self, name: str) -> int:
        return 2


class Metaclass(type):
    z = 1


class OfMetaclass(metaclass=Metaclass):
    y = 1


class Pair(NamedTuple):
    x: int
    y: int


@pytest.mark.parametrize(
    "value, name",
    [
        (Computes(), "x"),
        (Computes(), "y"),
        (OfMetaclass, "y"),
        (Pair(1, 2), "x"),
        (np.arange(3), "real"),
        (math, "no_such_name"),
        (object(), "__class__"),
    ],
)
def test_an_attribute_that_is_computed_is_not_looked_up(value: Any, name: str) -> None:
    assert is_refused(guarded("attribute", value, name))


def test_methods_are_bound_as_in_an_ordinary_call() -> None:
    image = Image(2, [])
    assert guarded("attribute", image, "scaled")(3) == 6
    assert guarded("attribute", Image, "scaled")(image, 3) == 6


class Callables:
    @staticmethod
    def still(x: int) -> int:
        return x

    @classmethod
    def of_class(cls) -> str:
        return cls.__name__


def test_static_and_class_methods_are_what_they_are() -> None:
    assert guarded("attribute", Callables(), "still")(3) == 3
    assert guarded("attribute", Callables(), "of_class")() == "Callables"
    assert guarded("attribute", Callables, "of_class")() == "Callables"


@pytest.mark.parametrize(
    "container, key",
    [
        ([1], 5),
        ({(1,): 2}, 1),
        (np.array([object()]), 0),
        (np.arange(3), [True, False, True]),
        (OwnList([1]), "a"),
        ({1.5, 2}, 0),
    ],
)
def test_what_cannot_be_subscripted_safely_is_unknown(container: Any, key: Any) -> None:
    assert is_refused(guarded("item", container, key))


def test_slices_are_of_numbers() -> None:
    assert is_refused(guarded("slicing", "a", None, None))
    assert guarded("slicing", 1, 2, None) == slice(1, 2, None)


def test_modules_that_answer_by_thread_show_what_all_threads_see() -> None:
    stage()
    assert guarded("attribute", os, "path") is os.path
    assert is_refused(guarded("attribute", sys, "stdout"))
    assert immutable(os)
