"""Readers have memory of their own, whatever they do with it and however long they keep it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from pydron_ng.memory.arena import Arena
from pydron_ng.memory.loans import Taken, Views
from pydron_ng.memory.mapping import Mapping
from pydron_ng.memory.owned import is_private, owner
from pydron_ng.memory.segment import Stretch

SIZE = 1_000_001
DATA = os.urandom(SIZE)


@pytest.fixture
def arena() -> Iterator[Arena]:
    arena = Arena()
    yield arena
    arena.close()


@pytest.fixture
def stretch(arena: Arena) -> Stretch:
    stretch = arena.store([DATA], 24)
    assert stretch is not None
    return stretch


def taken(stretch: Stretch, views: Views) -> Taken:
    segment = stretch.segment
    return Taken(views, 0, segment.number, segment.descriptor, stretch.start, stretch.size)


def overwrite(stretch: Stretch) -> None:
    """What happens to a segment that is used again."""
    stretch.segment.view(0, stretch.segment.size)[:] = bytes(stretch.segment.size)


def test_each_reader_may_write_and_nobody_else_sees_it(stretch: Stretch) -> None:
    loan = taken(stretch, Views())
    one, other = loan.memory, loan.memory
    one[5] = one[5] ^ 1
    assert one != DATA
    assert other == DATA
    assert stretch.memory == DATA


def test_what_is_kept_stays_as_it_is_when_the_segment_is_used_again(stretch: Stretch) -> None:
    loan = taken(stretch, Views())
    kept = loan.memory
    kept[7] = 7
    part = kept[1000:2000]
    loan.let_go()
    overwrite(stretch)
    assert kept[7] == 7
    assert kept[8:] == DATA[8:]
    assert part == DATA[1000:2000]


def test_a_view_that_nobody_wrote_to_serves_the_next_reader(stretch: Stretch) -> None:
    views = Views()
    loan = taken(stretch, views)
    first = np.frombuffer(loan.memory, np.uint8)
    place = first.ctypes.data
    assert first.sum() == sum(DATA)
    del first
    loan.let_go()
    overwrite(stretch)
    again = np.frombuffer(taken(stretch, views).memory, np.uint8)
    assert again.ctypes.data == place
    assert not again.any()


def test_a_view_that_was_written_to_serves_nobody_else(stretch: Stretch) -> None:
    views = Views()
    for place in (0, SIZE // 2, SIZE - 1):
        loan = taken(stretch, views)
        memory = loan.memory
        memory[place] = memory[place] ^ 255
        del memory
        loan.let_go()
        assert taken(stretch, views).memory == DATA


def test_without_numpy_nobody_can_tell_and_no_view_is_used_again(
    stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = Views()
    loan = taken(stretch, views)
    assert loan.memory == DATA
    with monkeypatch.context() as without:
        without.delitem(sys.modules, "numpy")
        loan.let_go()
    assert not views._idle


def test_a_view_that_was_kept_serves_nobody_else(stretch: Stretch) -> None:
    views = Views()
    loan = taken(stretch, views)
    kept = loan.memory
    loan.let_go()
    kept[0] = kept[0] ^ 255
    assert taken(stretch, views).memory == DATA


def test_a_segment_that_did_not_arrive_is_an_error() -> None:
    with pytest.raises(OSError):
        _ = Taken(Views(), 0, 1, -1, 0, 10).memory


def test_an_array_of_it_owns_its_memory(stretch: Stretch) -> None:
    owning = owner()
    assert owning is not None
    memory = taken(stretch, Views()).memory
    assert is_private(memory)
    array = owning.array(memory, (SIZE,), "u1", "C")
    assert array.flags.owndata
    assert array.flags.writeable
    assert array.base is None
    assert array.ctypes.data % 64 == 24
    assert array.tobytes() == DATA


def test_the_memory_goes_with_the_array(stretch: Stretch) -> None:
    owning = owner()
    assert owning is not None
    descriptor = stretch.segment.descriptor
    before = private_mappings()
    mapping = Mapping(descriptor, SIZE, writable=True, private=True)
    array = owning.array(memoryview(mapping.buffer()).cast("B")[:SIZE], (SIZE,), "u1", "C")
    del mapping
    assert private_mappings() == before + 1
    del array
    assert private_mappings() == before


def private_mappings() -> int:
    with open("/proc/self/maps") as maps:
        return sum("memfd:pydron " in line and line.split()[1].endswith("p") for line in maps)


def test_an_array_that_owns_it_can_be_resized(stretch: Stretch) -> None:
    owning = owner()
    assert owning is not None
    array = owning.array(taken(stretch, Views()).memory, (SIZE,), "u1", "C")
    array.resize((2 * SIZE,), refcheck=False)
    assert array[:SIZE].tobytes() == DATA
    assert not array[SIZE:].any()
    array.resize((10,), refcheck=False)
    assert array.tobytes() == DATA[:10]


def test_arrays_made_meanwhile_are_numpys_own(stretch: Stretch) -> None:
    owning = owner()
    assert owning is not None
    array = owning.array(taken(stretch, Views()).memory, (SIZE,), "u1", "C")
    before = private_mappings()
    others = [array.copy() for _ in range(3)]
    assert private_mappings() == before
    del others


def test_memory_that_others_see_is_not_private(stretch: Stretch) -> None:
    assert not is_private(stretch.memory)
    assert not is_private(memoryview(bytearray(10)))
    assert not is_private(b"bytes")
