"""Values arrive as they left, or do not leave."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import io
import math
import signal
import sys
import threading
import uuid
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydron_ng.values.library import Library, WorkerLibrary
from pydron_ng.values.pack import Packed, Unshippable, pack, unpack

SENTINEL = object()


@dataclass
class Point:
    x: float
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    x: int


class Pair(NamedTuple):
    left: Any
    right: Any


class Colour(enum.Enum):
    RED = "red"


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


class Slotted:
    __slots__ = ("value",)


class Hooked:
    def __getstate__(self) -> dict[str, int]:
        return {}


class Mortal:
    def __del__(self) -> None: ...


class Logged(list[int]):
    def append(self, item: int, /) -> None:
        super().append(item)


class Awkward(ValueError):
    def __init__(self, left: int, right: int) -> None:
        super().__init__(f"{left}{right}")
        self.left = left


def module_function() -> None: ...


def round_trip(value: Any) -> Any:
    """The value after it went to a worker and back."""
    program, worker = Library(), WorkerLibrary()
    packed = pack(value, program)
    for token in packed.tokens:
        worker.define(token, program.blob(token))
    return unpack(pack(unpack(packed.blob, worker), worker).blob, program)


def packed(value: Any) -> Packed:
    return pack(value, Library())


atoms = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
values = st.recursive(
    atoms,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_plain_values_arrive_as_they_left_and_pack_the_same_twice(value: Any) -> None:
    library = Library()
    first, second = pack(value, library), pack(value, library)
    assert first == second
    assert repr(unpack(first.blob, library)) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        Point(1.5, ["a"]),
        Frozen(3),
        Pair(1, [2]),
        Mode.READ | Mode.WRITE,
        range(2, 9, 3),
        slice(1, None),
        complex(-0.0, 1),
        bytearray(b"abc"),
        dt.datetime(2020, 1, 2, tzinfo=dt.UTC),
        decimal.Decimal("1.10"),
        Fraction(1, 3),
        Path("a/b"),
        uuid.UUID(int=7),
        collections.OrderedDict(a=1),
        collections.Counter("aab"),
        collections.deque([1, 2], maxlen=3),
        collections.defaultdict(list, a=[1]),
        frozenset([1]),
        np.float32(1.25),
        np.dtype("<M8[s]"),
        np.datetime64("2020-01-01"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_faithful_types_arrive_as_they_left(value: Any) -> None:
    back = round_trip(value)
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize(
    "value",
    [Colour.RED, len, math.sqrt, np.sum, np.add, module_function, Point, Ellipsis, SENTINEL],
    ids=repr,
)
def test_what_is_told_by_identity_comes_back_as_itself(value: Any) -> None:
    assert round_trip(value) is value
    assert round_trip([value])[0] is value


def test_the_nan_of_a_module_comes_back_as_itself() -> None:
    assert round_trip(math.nan) is math.nan
    assert round_trip({"a": [np.nan]})["a"][0] is np.nan


def test_one_nan_in_two_places_stays_one_nan() -> None:
    nan = float("nan")
    first, second, other = round_trip([nan, nan, float("nan")])
    assert first is second
    assert first is not other


def test_bytes_tell_apart_what_equality_does_not() -> None:
    shared: list[int] = []
    assert packed(0.0) != packed(-0.0)
    assert packed(1) != packed(1.0)
    assert packed(1) != packed(True)
    assert packed((shared, shared)) != packed(([], []))
    assert packed({"a": 1, "b": 2}) != packed({"b": 2, "a": 1})


def test_the_same_nan_is_the_same_call() -> None:
    assert packed((math.nan,)) == packed((math.nan,))


def test_aliases_inside_of_a_value_survive() -> None:
    shared = [1]
    first, second = round_trip((shared, shared))
    assert first is second


def test_cycles_survive() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    back = round_trip(cycle)
    assert back[0] is back


@pytest.mark.parametrize(
    "value, code",
    [
        (iter([1]), "unshippable-iterator"),
        (zip([1], [2], strict=True), "unshippable-iterator"),
        ((x for x in [1]), "unshippable-iterator"),
        (io.StringIO("a"), "unshippable-iterator"),
        (Hooked(), "unshippable-hooks"),
        (Mortal(), "unshippable-hooks"),
        (Logged(), "unshippable-hooks"),
        (np.random.default_rng(1), "unshippable-hooks"),
        (object(), "unshippable-sentinel"),
        (np.zeros(10**7)[:: 9 * 10**6], "unshippable-view"),
        (np.array([(1, 2)], "i4,i4"), "unshippable-array"),
        (memoryview(b"a"), "unshippable-hooks"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_not_arrive_as_it_left_stays(value: Any, code: str) -> None:
    with pytest.raises(Unshippable) as caught:
        packed([{"a": value}])
    assert caught.value.code == code


@pytest.mark.parametrize("value", [threading.Lock(), threading.Event(), sys._getframe()], ids=repr)
def test_what_belongs_to_this_process_stays(value: Any) -> None:
    with pytest.raises(Unshippable):
        packed(value)


def test_a_refusal_names_the_type_and_the_place() -> None:
    steps = iter([1])
    with pytest.raises(Unshippable) as caught:
        packed(((1, Point(1, [{"a": steps}])), {}))  # type: ignore[list-item]
    assert "list_iterator" in caught.value.why
    assert "argument 2: .tags[0]['a']" in caught.value.why
    with pytest.raises(Unshippable) as caught:
        packed(((), {"steps": steps}))
    assert "argument 'steps'" in caught.value.why


class Rings:
    """Its pickling is interrupted by a signal."""

    def __reduce__(self) -> Any:
        signal.raise_signal(signal.SIGUSR1)
        return Rings, ()


def test_what_a_signal_handler_raises_is_the_programs_own() -> None:
    def ring(*_: Any) -> None:
        raise TimeoutError("alarm")

    library = Library()
    library.trust(Rings)
    before = signal.signal(signal.SIGUSR1, ring)
    try:
        with pytest.raises(TimeoutError):
            pack(Rings(), library)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert pack([1], library) == packed([1])


def test_a_value_nested_too_deeply_stays() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Unshippable) as caught:
        packed(deep)
    assert caught.value.code == "unshippable-depth"


def test_a_failed_pack_leaves_nothing_behind() -> None:
    library = Library()
    with pytest.raises(Unshippable):
        pack(["left behind", iter([])], library)
    assert pack([1], library) == packed([1])


def test_a_class_with_hooks_travels_on_the_users_word() -> None:
    library = Library()
    library.trust(Hooked)
    assert type(unpack(pack(Hooked(), library).blob, library)) is Hooked


def test_slots_that_are_not_set_stay_unset() -> None:
    assert not hasattr(round_trip(Slotted()), "value")


def test_an_exception_comes_back_without_its_init_being_run() -> None:
    back = round_trip(Awkward(1, 2))
    assert (type(back), back.args, back.__dict__) == (Awkward, ("12",), {"left": 1})


def test_a_caught_exception_stays_for_it_holds_frames() -> None:
    try:
        raise ValueError("a")
    except ValueError as caught:
        with pytest.raises(Unshippable):
            packed(caught)


def test_large_memory_travels_beside_the_pickle_as_a_copy() -> None:
    array = np.zeros(100_000)
    blob = packed(array).blob
    array[0] = 1
    assert len(blob) == 2
    assert unpack(blob, Library())[0] == 0


SETS = [{1, 2}, frozenset({3, 4}), {"x": {5, 6}}, [{7, 8}, {7, 8}]]


@pytest.mark.parametrize("value", SETS, ids=repr)
def test_sets_that_list_alike_on_both_sides_travel(value: Any) -> None:
    assert repr(round_trip(value)) == repr(value)


def test_a_set_that_would_list_in_another_order_is_refused() -> None:
    shrunk = set(range(40))
    shrunk -= set(range(40)) - {1, 8}
    assert list(shrunk) == [1, 8]
    if list({8, 1}) == [1, 8]:
        pytest.fail("this interpreter lists small sets otherwise: find another example")
    blob = packed(shrunk).blob
    with pytest.raises(Unshippable) as caught:
        unpack(blob, Library())
    assert caught.value.code == "set-order"
