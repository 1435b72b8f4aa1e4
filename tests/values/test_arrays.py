"""Arrays arrive with their memory layout, for another order of sums ends in other bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydron_ng.values.library import Library
from pydron_ng.values.pack import pack, unpack

IMAGE = np.arange(24, dtype=float).reshape(4, 6)

LAYOUTS = {
    "plain": IMAGE,
    "transposed": IMAGE.T,
    "upside down": IMAGE[::-1],
    "mirrored": IMAGE[:, ::-1],
    "every second row": IMAGE[::2],
    "a column": IMAGE[:, 2],
    "a column from below": IMAGE[::-1, 3],
    "corners": IMAGE[::3, ::-5],
    "every third text": np.array(["a", "bc", "d", "e", "f", "g", "h"])[::3],
    "rotated": np.rot90(IMAGE),
    "broadcast": np.broadcast_to(np.arange(6.0), (4, 6)),
    "no elements": np.zeros((0, 3)),
    "no dimensions": np.array(5),
    "big endian": np.arange(3, dtype=">i4"),
    "times": np.array(["2020-01-01"], "M8[ns]"),
    "texts": np.array(["a", "bc"]),
    "objects": np.array([None, "a", [1]], object),
    "long long": np.arange(3, dtype="q"),
    "flags": np.array([True, False]),
}


def round_trip(array: Any) -> Any:
    library = Library()
    return unpack(pack(array, library).blob, library)


@pytest.mark.parametrize("array", LAYOUTS.values(), ids=LAYOUTS)
def test_layout_type_and_values_survive(array: Any) -> None:
    back = round_trip(array)
    assert back.strides == array.strides or array.size <= 1
    assert back.dtype == array.dtype
    assert back.dtype.char == array.dtype.char
    np.testing.assert_array_equal(back, array)


def test_what_arrives_can_be_written_to_and_owns_its_memory() -> None:
    back = round_trip(np.arange(5))
    back[0] = 9
    assert back.flags.owndata


def test_bits_of_a_view_that_is_spread_survive() -> None:
    memory = np.array([[1, -0.0, 2], [3, np.nan, 4], [5, -np.nan, 6]], "f4")
    column = memory[:, 1]
    assert round_trip(column).tobytes() == column.tobytes()


def test_what_lies_between_does_not_travel() -> None:
    wide = np.zeros((4, 1000))
    assert sum(map(len, pack(wide[:, 7], Library()).blob)) < 1000


def test_a_view_arrives_as_a_view() -> None:
    assert not round_trip(IMAGE[:, 1]).flags.owndata
    assert not round_trip(IMAGE[1:]).flags.owndata


def test_what_may_not_be_written_to_still_may_not() -> None:
    fixed = np.arange(3)
    fixed.flags.writeable = False
    assert not round_trip(fixed).flags.writeable


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.data(),
)
def test_sums_of_any_view_that_travels_have_the_same_bits(shape: list[int], data: Any) -> None:
    rng = np.random.default_rng(1)
    array = rng.normal(size=shape).transpose(data.draw(st.permutations(range(len(shape)))))
    steps = data.draw(st.lists(st.sampled_from([1, -1]), min_size=len(shape), max_size=len(shape)))
    view = array[tuple(slice(None, None, step) for step in steps)]
    back = round_trip(view)
    assert back.sum().hex() == view.sum().hex()
    assert back.mean(0).tobytes() == view.mean(0).tobytes()
