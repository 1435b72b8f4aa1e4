"""Results that are parts of the arguments come back as these very parts."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from pydron_ng.runtime.outcome import Refused, Returned
from pydron_ng.values.unshippable import Unshippable
from tests.runtime.other_process import OtherProcess


@pytest.fixture(scope="module")
def other() -> Iterator[OtherProcess]:
    with OtherProcess() as process:
        yield process


@dataclass
class Record:
    items: list[Any] = field(default_factory=lambda: [[1], [2]])

    def itself(self) -> Record:
        return self


@dataclass(slots=True)
class Slotted:
    items: list[Any]


class Pair(NamedTuple):
    left: Any
    right: Any


class Stack(list[Any]):
    """A list with an instance dictionary."""


def same(x: Any) -> Any:
    return x


def first(x: Any) -> Any:
    return x[0]


def last_value(x: Any) -> Any:
    return list(x.values())[-1]


def key(x: Any) -> Any:
    return list(x)[-1]


def items(x: Any) -> Any:
    return x.items


def of_left(x: Any) -> Any:
    return x.left


def of_dict(x: Any) -> Any:
    return x.__dict__["kept"]


def longest(x: Any) -> Any:
    return max(x, key=len)


def looked_up(x: Any) -> Any:
    return x.get("b")


def stacked() -> Stack:
    stack = Stack([1])
    stack.kept = [2]  # type: ignore[attr-defined]
    return stack


def moved() -> OrderedDict[str, list[int]]:
    """Its own order is not that in which a dictionary underneath has it."""
    ordered = OrderedDict(a=[1], b=[2], c=[3])
    ordered.move_to_end("a")
    return ordered


PARTS: list[tuple[Callable[[Any], Any], Any]] = [
    (same, [1]),
    (same, np.zeros(3)),
    (same, Record()),
    (Record.itself, Record()),
    (first, [[1], [2]]),
    (first, ([1], 2)),
    (first, deque([[1]])),
    (first, Stack([[1]])),
    (first, np.array([[1], None], object)),
    (first, [(1, 2)]),
    (first, [np.zeros(3)]),
    (first, [math.inf - math.inf]),
    (last_value, {"a": [1], "b": [2]}),
    (last_value, moved()),
    (last_value, defaultdict(list, a=[1])),
    (last_value, Counter({"a": (1,)})),
    (key, {1: 2, (1, (2,)): 3}),
    (items, Record()),
    (items, Slotted([1])),
    (items, SimpleNamespace(items=[1])),
    (of_left, Pair([1], 2)),
    (of_dict, stacked()),
    (longest, [[1], [2, 3], [4]]),
    (looked_up, {"a": [1], "b": [2]}),
]


@pytest.mark.parametrize("function, argument", PARTS)
def test_the_result_is_the_very_part(
    other: OtherProcess, function: Callable[[Any], Any], argument: Any
) -> None:
    outcome = other.call(function, argument)
    assert isinstance(outcome, Returned), outcome
    assert outcome.value is function(argument)


def some(x: Any) -> Any:
    return {"first": x[0], "again": [x[0], [x[0]]], "all": x, "own": [1]}


def test_parts_keep_their_identity_inside_of_what_is_new(other: OtherProcess) -> None:
    argument = [[1], [2]]
    outcome = other.call(some, argument)
    assert isinstance(outcome, Returned)
    value = outcome.value
    assert value["first"] is value["again"][0] is value["again"][1][0] is argument[0]
    assert value["all"] is argument
    assert value["own"] == [1]


def test_other_arguments_that_are_as_good_have_parts_of_their_own(other: OtherProcess) -> None:
    issued, real = [[1], [2]], [[1], [2]]
    outcome = other.call(some, issued)
    assert isinstance(outcome, Returned)
    assert outcome.value["first"] is issued[0]
    assert outcome.value_for(((real,), {}))["again"][0] is real[0]


def test_a_part_that_is_not_there_is_not_made_up(other: OtherProcess) -> None:
    outcome = other.call(first, [[1]])
    assert isinstance(outcome, Returned)
    others: list[Any] = [[], [1], {}, Record()]
    for arguments in others:
        with pytest.raises(Unshippable):
            outcome.value_for(((arguments,), {}))


IMAGE = np.arange(24.0).reshape(4, 6)
VIEWS: list[Callable[[Any], Any]] = [
    lambda a: a[1:3],
    lambda a: a[::-1, ::2],
    lambda a: a.T,
    lambda a: a.reshape(2, 12),
    lambda a: a.ravel(),
    lambda a: a[2],
    lambda a: a[..., None],
    lambda a: a.view(np.int64)[1:],
    lambda a: np.broadcast_to(a[0], (3, 6)),
    lambda a: a[1:3, 2:4].T[::-1],
    np.diagonal,
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("base", [IMAGE, IMAGE[1:], IMAGE[:, ::2], np.asfortranarray(IMAGE)])
def test_a_view_of_an_argument_is_a_view_of_the_original(
    other: OtherProcess, view: Callable[[Any], Any], base: Any
) -> None:
    try:
        expected = view(base)
    except ValueError:
        return  # numpy cannot see this array so
    outcome = other.call(view, base)
    assert isinstance(outcome, Returned), outcome
    assert _looks(outcome.value) == _looks(expected)
    assert np.shares_memory(outcome.value, base) == np.shares_memory(expected, base)
    if np.shares_memory(expected, base):
        assert outcome.value.base is expected.base


def _looks(array: Any) -> Any:
    flags = array.flags
    order = flags.c_contiguous, flags.f_contiguous, flags.owndata, flags.writeable
    return array.shape, array.strides, array.dtype, order, array.tobytes()


def two_views(a: Any) -> Any:
    return [a[1:], Record([a[:2], a])]


def test_views_that_overlap_are_views_of_one_memory(other: OtherProcess) -> None:
    image = np.arange(4)
    outcome = other.call(two_views, image)
    assert isinstance(outcome, Returned)
    upper, record = outcome.value
    image[1] = 77
    assert (upper[0], record.items[0][1], record.items[1][1]) == (77, 77, 77)


def base_of(a: Any) -> Any:
    return a.base


def in_a_set(x: Any) -> Any:
    return next(iter(x))


def test_what_cannot_be_told_is_refused(other: OtherProcess) -> None:
    for function, argument in ((base_of, np.arange(4)[1:]), (in_a_set, {(1, 2)})):
        outcome = other.call(function, argument)
        assert isinstance(outcome, Refused)
        assert outcome.reason_code == "aliased-result"
