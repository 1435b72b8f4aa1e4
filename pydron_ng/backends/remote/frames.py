"""What program, relay and agent say to each other: small frames, so that nothing holds up a beat.

A frame is a kind, a worker's number, a size, a checksum, and at most MOST_BYTES of data. What a
worker and the program send each other is cut into frames as it comes; where its messages end is
their affair. Not every way for bytes keeps them as they are: SSH does, others may not.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, NamedTuple
from zlib import crc32

from pydron_ng.backends.wire import Readable

HEAD = struct.Struct("!BIII")
_FRONT = struct.Struct("!BII")
MOST_BYTES = 256 * 1024
_ROOM = 4 * (MOST_BYTES + HEAD.size)


class Kind(IntEnum):
    """Who says what, and what goes with it."""

    ORDER = 1  # program to relay: where to go, and how; JSON
    UP = 2  # agent to program: it is there; JSON
    LOST = 3  # relay to program: the host is not to be had (any more), and why; JSON
    BEAT = 4  # relay and agent to each other: I am there
    START = 5  # program to agent: that many workers
    KILL = 6  # program to agent: that worker
    JOINED = 7  # agent to program: a worker
    UNSTARTED = 8  # agent to program: so many workers will not come; text
    ENDED = 9  # agent to program: a worker is no more; text
    DATA = 10  # program and worker to each other
    ASK = 11  # agent to program: what is that module? its name
    ANSWER = 12  # program to agent: marshalled
    REACHED = 13  # relay to program: who is there, as far as the way tells; JSON
    VITALS = 14  # program to agent: how is it there? agent to program: like that; JSON
    HOLD = 15  # program to agent: take nothing from that worker for now
    HEAR = 16  # program to agent: take what it says again
    NOTE = 17  # relay to program, before that: what the user is to know; JSON


class Frame(NamedTuple):
    kind: int
    number: int  # of a worker, or how many
    data: memoryview


def frame(kind: Kind, number: int = 0, data: bytes = b"") -> bytes:
    """One frame, of data that fit into it."""
    return _head(kind, number, data) + data


def saying(kind: Kind, **what: Any) -> bytes:
    """A frame of JSON."""
    return frame(kind, 0, json.dumps(what).encode())


def said(data: memoryview) -> dict[str, Any]:
    """What such a frame says."""
    spoken: dict[str, Any] = json.loads(bytes(data))
    return spoken


def cut(kind: Kind, number: int, buffers: Iterable[bytes]) -> Iterator[bytes | memoryview]:
    """The frames of any amount of data, as buffers to be written one after the other."""
    for buffer in buffers:
        if len(buffer) <= MOST_BYTES:
            yield _head(kind, number, buffer)
            yield buffer
            continue
        view = memoryview(buffer)
        for start in range(0, len(view), MOST_BYTES):
            piece = view[start : start + MOST_BYTES]
            yield _head(kind, number, piece)
            yield piece


def _head(kind: int, number: int, data: bytes | memoryview) -> bytes:
    return HEAD.pack(kind, number, len(data), _checksum(kind, number, data))


def _checksum(kind: int, number: int, data: bytes | memoryview) -> int:
    return crc32(data, crc32(_FRONT.pack(kind, number, len(data))))


class Frames:
    """Frames out of a stream that comes in pieces.

    are_checked: whether they are what they were; else whoever gets them next asks.
    """

    def __init__(self, *, are_checked: bool = True) -> None:
        self._are_checked = are_checked
        self._room = memoryview(bytearray(_ROOM))
        self._spare = memoryview(bytearray(_ROOM))
        self._filled = 0

    def pull(self, stream: Readable) -> tuple[memoryview, list[Frame]]:
        """The frames that one more read completes, and the bytes of all of them as they came.

        They are to be used before the next read.

        Raises: EOFError at the stream's end; what the stream raises; ValueError: it has no frames.
        """
        count = stream.recv_into(self._room[self._filled :])
        if not count:
            raise EOFError
        self._filled += count
        frames: list[Frame] = []
        end = 0
        while (found := self._frame_at(end)) is not None:
            frames.append(found)
            end += HEAD.size + len(found.data)
        whole = self._room[:end]
        if end:
            self._begin_anew(end)
        return whole, frames

    def _frame_at(self, start: int) -> Frame | None:
        if self._filled - start < HEAD.size:
            return None
        kind, number, size, checksum = HEAD.unpack_from(self._room, start)
        if size > MOST_BYTES or kind not in _KINDS:
            raise ValueError("the bytes that came are no frame of ours: something else wrote them")
        data = start + HEAD.size
        if self._filled < data + size:
            return None
        found = Frame(kind, number, self._room[data : data + size])
        if self._are_checked and _checksum(*found) != checksum:
            raise ValueError("the bytes that came are not the ones that were sent")
        return found

    def _begin_anew(self, end: int) -> None:
        """What was not a whole frame goes to the beginning, of other memory: frames are in use."""
        rest = self._room[end : self._filled]
        room = self._spare
        room[: len(rest)] = rest
        self._spare, self._room = self._room, room
        self._filled = len(rest)


_KINDS = frozenset(Kind)
