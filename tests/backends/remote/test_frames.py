"""Frames out of any bytes, in any pieces."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydron_ng.backends.remote.frames import (
    HEAD,
    MOST_BYTES,
    Frames,
    Kind,
    cut,
    frame,
    said,
    saying,
)

#: Machines may be busy.
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Pieces:
    """A stream that gives what it has in pieces of these sizes, the last one again and again."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data = data
        self._sizes = sizes

    def recv_into(self, buffer: memoryview, /) -> int:
        size = self._sizes.pop(0) if len(self._sizes) > 1 else self._sizes[0]
        piece = self._data[: min(size, len(buffer))]
        self._data = self._data[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def all_frames(data: bytes, sizes: list[int]) -> list[tuple[int, int, bytes]]:
    frames, stream = Frames(), Pieces(data, sizes)
    found: list[tuple[int, int, bytes]] = []
    with contextlib.suppress(EOFError):
        while True:
            found += [(one.kind, one.number, bytes(one.data)) for one in frames.pull(stream)[1]]
    return found


sent = st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=50)))


@calmly
@given(sent, st.lists(st.integers(1, 60), min_size=1))
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    wanted: list[tuple[Kind, int, bytes]], sizes: list[int]
) -> None:
    assert all_frames(b"".join(frame(*one) for one in wanted), sizes) == wanted


@calmly
@given(st.binary(max_size=200), st.lists(st.integers(1, 60), min_size=1))
def test_other_bytes_are_frames_or_an_error_and_never_more(data: bytes, sizes: list[int]) -> None:
    found: list[tuple[int, int, bytes]] = []
    with contextlib.suppress(ValueError):
        found = all_frames(data, sizes)
    assert sum(HEAD.size + len(content) for _, _, content in found) <= len(data)


def test_bytes_that_are_no_frames_are_an_error() -> None:
    with pytest.raises(ValueError, match="no frame of ours"):
        all_frames(b"HTTP/1.1 400 Bad Request\r\n\r\n", [100])


@calmly
@given(sent.filter(bool), st.data())
def test_a_bit_that_flips_is_noticed(
    wanted: list[tuple[Kind, int, bytes]], data: st.DataObject
) -> None:
    sent_bytes = bytearray(b"".join(frame(*one) for one in wanted))
    bit = data.draw(st.integers(0, 8 * len(sent_bytes) - 1))
    sent_bytes[bit // 8] ^= 1 << bit % 8
    found: list[tuple[int, int, bytes]] = []
    with contextlib.suppress(ValueError):
        found = all_frames(bytes(sent_bytes), [1 << 20])
    assert found == wanted[: len(found)]
    assert found != wanted


@pytest.mark.parametrize("size", [0, 1, MOST_BYTES, MOST_BYTES + 1, 3 * MOST_BYTES])
def test_any_amount_of_data_is_cut_into_frames_that_are_not_too_large(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    found = all_frames(b"".join(cut(Kind.DATA, 7, [b"head", data])), [100_000])
    assert b"".join(content for _, _, content in found) == b"head" + data
    assert all(kind == Kind.DATA and number == 7 for kind, number, _ in found)


def test_what_is_said_is_heard() -> None:
    assert said(memoryview(saying(Kind.UP, cores=3, name="ü")[HEAD.size :])) == {
        "cores": 3,
        "name": "ü",
    }
