"""Segments are used again, but never while somebody reads them, and never beyond the limit."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng.memory import arena as arenas
from pydron_ng.memory.arena import MOST_SEGMENTS, SHARE_BYTES, Arena
from pydron_ng.memory.segment import Stretch
from tests.backends.rig import descriptors


@pytest.fixture
def arena() -> Iterator[Arena]:
    arena = Arena()
    yield arena
    arena.close()


@pytest.fixture(params=["digests", "bytes"])
def compared_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where xxhash is missing, bytes are compared; where it is there, digests."""
    if request.param == "bytes":
        monkeypatch.setattr(arenas, "new_digest", lambda: None)
    else:
        pytest.importorskip("xxhash")
    return str(request.param)


def stored(arena: Arena, data: bytes) -> Stretch:
    stretch = arena.store([data])
    assert stretch is not None
    return stretch


def test_a_stretch_holds_the_parts_one_after_the_other(arena: Arena) -> None:
    stretch = arena.store([b"a" * SHARE_BYTES, bytearray(b"bc"), b""])
    assert stretch is not None
    assert stretch.memory == b"a" * SHARE_BYTES + b"bc"
    assert len(stretch) == SHARE_BYTES + 2


def test_a_stretch_cannot_be_written_to(arena: Arena) -> None:
    with pytest.raises(TypeError):
        stored(arena, b"abc").memory[0] = 1


def test_a_stretch_begins_at_an_address_as_even_as_that_of_its_source(arena: Arena) -> None:
    stretch = arena.store([b"abc"], 4096 * 7 + 24)
    assert stretch is not None
    assert (stretch.segment.address + stretch.start) % 64 == 24
    assert bytes(stretch.memory) == b"abc"


def test_any_single_byte_that_differs_is_noticed(arena: Arena, compared_by: str) -> None:
    data = bytearray(os.urandom(3 * SHARE_BYTES))
    stretch = arena.store([data])
    assert stretch is not None
    assert stretch.holds([data])
    assert stretch.holds([data[:1000], bytes(data[1000:])])
    for place in (0, 1234567 % len(data), len(data) - 1):
        data[place] ^= 1
        assert not stretch.holds([data])
        data[place] ^= 1
    assert not stretch.holds([data[:-1]])
    assert not stretch.holds([data, b"\0"])


def test_a_segment_is_used_again_once_its_stretch_is_dead(arena: Arena) -> None:
    first = stored(arena, b"1" * SHARE_BYTES)
    second = stored(arena, b"2" * SHARE_BYTES)
    assert first.segment is not second.segment
    free = first.segment
    del first
    assert stored(arena, b"3" * (SHARE_BYTES - 100)).segment is free
    assert second.memory == b"2" * SHARE_BYTES


def test_a_segment_is_not_taken_for_what_is_much_smaller(arena: Arena) -> None:
    large = stored(arena, b"1" * (4 * SHARE_BYTES)).segment
    assert stored(arena, b"2" * SHARE_BYTES).segment is not large


def test_what_lives_never_changes_whatever_comes_and_goes(arena: Arena) -> None:
    chance = random.Random(3)
    living: list[tuple[Stretch, bytes]] = []
    for number in range(600):
        data = bytes([number % 251]) * chance.randrange(1, 3 * SHARE_BYTES)
        if (stretch := arena.store([data])) is not None:
            living.append((stretch, data))
        while len(living) > chance.randrange(1, 20):
            stretch, data = living.pop(chance.randrange(len(living)))
            assert stretch.memory == data
    for stretch, data in living:
        assert stretch.memory == data


def test_beyond_the_limit_nothing_is_stored() -> None:
    arena = Arena(most_bytes=3 * SHARE_BYTES)
    living = [arena.store([b"x" * SHARE_BYTES]) for _ in range(5)]
    assert [stretch is not None for stretch in living] == [True] * 3 + [False] * 2
    living.clear()
    assert arena.store([b"y" * SHARE_BYTES]) is not None
    assert arena.store([b"z" * (3 * SHARE_BYTES)]) is not None  # the others make room
    assert arena.bytes <= 3 * SHARE_BYTES
    arena.close()


def test_there_are_only_so_many_segments(arena: Arena) -> None:
    living = [arena.store([b"x" * SHARE_BYTES]) for _ in range(MOST_SEGMENTS + 1)]
    assert sum(stretch is not None for stretch in living) == MOST_SEGMENTS


def test_of_what_nobody_uses_only_so_much_is_kept() -> None:
    arena = Arena(idle_bytes=2 * SHARE_BYTES)
    living = [stored(arena, b"x" * SHARE_BYTES) for _ in range(8)]
    living.clear()
    stretch = stored(arena, b"y" * SHARE_BYTES)
    assert arena.bytes == 2 * SHARE_BYTES
    assert stretch.memory == b"y" * SHARE_BYTES
    arena.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.ENOMEM])
@pytest.mark.parametrize("call", ["memfd_create", "posix_fallocate"])
def test_where_there_is_no_memory_nothing_is_stored_and_nothing_left_open(
    call: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = descriptors()

    def fail(*_: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    assert Arena().store([b"x" * SHARE_BYTES]) is None
    assert descriptors() == before


def test_a_closed_arena_stores_nothing_and_leaves_no_descriptor() -> None:
    before = descriptors()
    arena = Arena()
    stretch, other = stored(arena, b"x" * SHARE_BYTES), stored(arena, b"y" * SHARE_BYTES)
    del other
    arena.close()
    arena.close()
    assert descriptors() == before
    assert stretch.memory == b"x" * SHARE_BYTES
    assert arena.store([b"z" * SHARE_BYTES]) is None
    del stretch
    assert descriptors() == before


def test_mappings_end_with_the_last_stretch() -> None:
    before = mapped()
    arena = Arena()
    stretch = stored(arena, b"x" * SHARE_BYTES)
    assert mapped() == before + 1
    arena.close()
    del stretch, arena
    assert mapped() == before


def mapped() -> int:
    """How many segments this process has mapped."""
    with open("/proc/self/maps") as maps:
        return sum("memfd:pydron " in line for line in maps)


def test_a_descriptor_that_the_program_has_closed_is_nobody_elses_to_close(arena: Arena) -> None:
    stretch = stored(arena, b"x" * SHARE_BYTES)
    number = stretch.segment.descriptor
    os.close(number)
    other = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(other, number)
        assert not stretch.segment.is_there
        arena.close()
        os.fstat(number)
    finally:
        os.close(other)
        if other != number:
            os.close(number)
