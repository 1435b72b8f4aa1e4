"""Segments that are used again and again: a fresh one costs more than sending the bytes."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Sequence
from itertools import count
from time import perf_counter
from typing import Any

from pydron_ng.memory.segment import Segment, Stretch, new_digest

#: From this size on, in bytes, writing into an arena beats the stream.
SHARE_BYTES = 256 * 1024
#: Of segments that nobody uses so many bytes are kept: the program's window, twice; what a worker
#: has just answered.
IDLE_BYTES = 512 << 20
WORKER_IDLE_BYTES = 128 << 20
#: So many descriptors an arena takes at most: programs may open about a thousand files.
MOST_SEGMENTS = 64
_ALIGNMENT = 64  # bytes: what processors load at once begins there as it did
_PAGE = 4096
_CLASSES = 8  # sizes of segments between a power of two and the next: an eighth is lost at most


class Arena:
    """Takes bytes into shared memory, up to a limit; each stretch is free again when it dies.

    idle_bytes: of segments that are kept while nobody uses them.
    compared: whether stretches are going to be asked what they hold.
    most_bytes: of all segments together; None: half of what the machine has.
    """

    def __init__(
        self,
        idle_bytes: int = IDLE_BYTES,
        most_bytes: int | None = None,
        *,
        compared: bool = True,
    ) -> None:
        self._most_bytes = _half_of_memory() if most_bytes is None else most_bytes
        self._idle_bytes = idle_bytes
        self._compared = compared
        self._numbers = count()
        self._idle: deque[Segment] = deque()  # the one that was used last comes last
        self._freed: deque[Segment] = deque()  # filled by finalizers, in any thread
        self._segments: dict[int, Segment] = {}
        self.bytes = 0  # of all segments
        self.growing_seconds = 0.0  # spent on segments that were not there yet

    def store(self, parts: Sequence[Any], address: int = 0) -> Stretch | None:
        """The parts, one after the other; None where there is no room for them.

        address: where the first one is in this process, so that it gets the same alignment.
        """
        start = address % _ALIGNMENT
        segment = self._take(start + sum(map(len, parts)))
        if segment is None:
            return None
        digest = new_digest() if self._compared else None
        return Stretch(segment, start, parts, self._freed.append, digest)

    def close(self) -> None:
        """Nothing is stored any more; what is stored stays until the last stretch dies."""
        self._most_bytes = self.bytes = 0
        for segment in self._segments.values():
            segment.close()
        self._segments.clear()
        self._idle.clear()

    def _take(self, size: int) -> Segment | None:
        """A segment that nobody uses, of at least that size and not more than twice of it."""
        self._collect()
        fitting = [segment for segment in self._idle if size <= segment.size <= 2 * size + _PAGE]
        if fitting:
            segment = min(reversed(fitting), key=lambda segment: segment.size)
            self._idle.remove(segment)
            return segment
        return self._make(_class_of(size))

    def _make(self, size: int) -> Segment | None:
        while self._idle and not self._has_room(size):
            self._drop()
        if not self._has_room(size):
            return None
        began = perf_counter()
        try:
            segment = Segment(next(self._numbers), size)
        except (OSError, MemoryError):  # no descriptor, no memory: the stream needs neither
            return None
        finally:
            self.growing_seconds += perf_counter() - began
        self._segments[segment.number] = segment
        self.bytes += size
        return segment

    def _has_room(self, size: int) -> bool:
        return len(self._segments) < MOST_SEGMENTS and self.bytes + size <= self._most_bytes

    def _collect(self) -> None:
        while self._freed:
            segment = self._freed.popleft()
            if segment.number in self._segments:
                self._idle.append(segment)
        while sum(segment.size for segment in self._idle) > self._idle_bytes:
            self._drop()

    def _drop(self) -> None:
        """Give the segment back that has not been used for the longest time."""
        segment = self._idle.popleft()
        del self._segments[segment.number]
        segment.close(unmap=True)
        self.bytes -= segment.size


def is_possible() -> bool:
    """Whether this system has what it takes."""
    return sys.platform == "linux" and hasattr(os, "memfd_create") and sys.maxsize > 1 << 32


def _class_of(size: int) -> int:
    step = max(_PAGE, (1 << (size.bit_length() - 1)) // _CLASSES)
    return -(-size // step) * step


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
