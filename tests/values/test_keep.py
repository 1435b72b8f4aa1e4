"""What is large is written once, and compared without being copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pydron_ng.memory.arena import SHARE_BYTES, Arena
from pydron_ng.memory.segment import Stretch
from pydron_ng.values.blob import memory_of
from pydron_ng.values.keep import Expecting, KeepOnce
from pydron_ng.values.library import Library
from pydron_ng.values.pack import Packed, pack, unpack

LENGTH = SHARE_BYTES // 4  # of arrays of float64: twice what is shared


@pytest.fixture
def keep() -> Iterator[KeepOnce]:
    arena = Arena()
    yield KeepOnce(arena)
    arena.close()


def packed(value: Any, keep: KeepOnce) -> Packed:
    return pack(value, Library(), keep=keep)


def is_same(value: Any, sent: Packed, keep: KeepOnce | None = None) -> bool:
    return pack(value, Library(), keep=Expecting(sent.blob, keep)).blob == sent.blob


def apart(sent: Packed) -> list[Stretch]:
    return [part for part in sent.blob if isinstance(part, Stretch)]


def values() -> dict[str, Any]:
    square = np.arange(float(LENGTH)).reshape(8, -1)
    fixed = square.copy()
    fixed.flags.writeable = False
    return {
        "array": square,
        "fortran": np.asfortranarray(square),
        "transposed": square.T,
        "upside down": square[::-1],
        "mirrored": square[:, ::-1],
        "a view": square[1:],
        "not writeable": fixed,
        "big endian": square.astype(">f8"),
        "times": np.arange(LENGTH).astype("M8[s]"),
        "texts": np.full(LENGTH, "text"),
        "masked": np.ma.masked_less(square, 5),
        "bytes": b"ab" * SHARE_BYTES,
        "bytearray": bytearray(b"ab" * SHARE_BYTES),
        "str": "äb" * SHARE_BYTES,
        "nested": {"a": [square, (b"x" * SHARE_BYTES, {"b": square.T})], "c": {1, 2, 3}},
        "twice": [square, square, square[2:]],
        "many numbers": list(range(SHARE_BYTES)),
        "sets": [frozenset((1, 2, 3)), b"y" * SHARE_BYTES],
        "nan": [float("nan"), square],
    }


@pytest.mark.parametrize("name", values())
def test_what_is_shared_arrives_as_what_is_sent(name: str, keep: KeepOnce) -> None:
    value, library = values()[name], Library()
    if name == "masked":
        library.trust(type(value))
    shared = pack(value, library, keep=keep)
    sent = pack(value, library)
    assert apart(shared)
    assert [bytes(memory_of(part)) for part in shared.blob] == list(sent.blob)
    one, other = unpack(shared.blob, library), unpack(sent.blob, library)
    assert pack(one, library).blob == pack(other, library).blob


@pytest.mark.parametrize("name", values())
def test_the_same_value_is_recognised(name: str, keep: KeepOnce) -> None:
    value, library = values()[name], Library()
    if name == "masked":
        library.trust(type(value))
    shared = pack(value, library, keep=keep)
    plain = pack(value, library)
    for sent in (shared, plain):
        assert pack(value, library, keep=Expecting(sent.blob, keep)).blob == sent.blob


def test_an_array_is_written_once_however_often_it_comes_up(keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    sent = [packed((array, number), keep) for number in range(5)]
    assert len({id(stretch) for one in sent for stretch in apart(one)}) == 1


def test_an_array_that_nobody_changed_is_not_written_again(keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    first = packed(array, keep)
    keep.changed()
    assert apart(packed(array, keep)) == apart(first)


def test_an_array_that_was_changed_is_written_again(keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    first = packed(array, keep)
    keep.changed()
    array[LENGTH // 2] = -1
    second = packed(array, keep)
    assert apart(second) != apart(first)
    np.testing.assert_array_equal(unpack(second.blob, Library()), array)
    assert unpack(first.blob, Library())[LENGTH // 2] == LENGTH // 2


def test_another_array_at_the_same_place_is_another(keep: KeepOnce) -> None:
    place = np.zeros(LENGTH)
    kept = []
    for number in range(5):
        place[:] = number
        view = place[:]
        kept.append(packed(view, keep).blob)
        del view
    for number, blob in enumerate(kept):
        assert unpack(blob, Library())[7] == number


CHANGES = {
    "one element": lambda array: array.__setitem__(array.size // 3, -1.0),
    "through a view": lambda array: array[5:][::-1].__setitem__(0, -1.0),
    "the sign of a zero": lambda array: array.__setitem__(0, -0.0),
    "in place": lambda array: array.__iadd__(1),
    "sorted": lambda array: array[::-1].sort(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(change: str, keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    shared, plain = packed(array, keep), pack(array, Library())
    assert is_same(array, shared, keep)
    assert is_same(array, plain, keep)
    keep.changed()
    CHANGES[change](array)
    assert not is_same(array, shared, keep)
    assert not is_same(array, plain, keep)


def test_another_shape_number_or_kind_is_noticed(keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    sent = packed([array, array.copy()], keep)
    assert is_same([array, array.copy()], sent)
    for other in (
        [array, array],
        [array],
        [array, array.copy(), array.copy()],
        [array.reshape(2, -1), array.copy()],
        [array.view(np.int64), array.copy()],
        [array[:-1], array.copy()],
        None,
    ):
        assert not is_same(other, sent)


def test_large_bytes_that_differ_are_noticed(keep: KeepOnce) -> None:
    sent = packed({"a": b"ab" * SHARE_BYTES}, keep)
    assert is_same({"a": b"ab" * SHARE_BYTES}, sent)
    assert not is_same({"a": b"ab" * SHARE_BYTES + b"c"}, sent)
    assert not is_same({"a": b"ab" * (SHARE_BYTES - 1) + b"ac"}, sent)


def test_nothing_of_the_program_is_kept_alive(keep: KeepOnce) -> None:
    array = np.arange(float(LENGTH))
    sent = packed(array, keep)
    del sent
    array.resize((3,))  # raises where anything refers to the array


def test_where_there_is_no_room_it_is_sent() -> None:
    arena = Arena(most_bytes=SHARE_BYTES)
    value = {"a": np.arange(float(LENGTH)), "b": b"x" * (2 * SHARE_BYTES)}
    sent = pack(value, Library(), keep=KeepOnce(arena))
    assert not apart(sent)
    assert sent.blob == pack(value, Library()).blob
    arena.close()
