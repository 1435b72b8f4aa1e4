"""Segments of shared memory, and stretches of bytes in them that do not change while they live."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from pydron_ng.memory.descriptor import Descriptor

#: So much is copied, then digested, before it has left the processor's cache.
_BLOCK = 512 * 1024


class Segment:
    """Nameless memory of a fixed size, all of it there already; freed with its last user.

    Raises: OSError, where there is no such memory.

    number: tells it from all others of its arena. descriptor: -1 once it is closed.
    address: where it is mapped here.
    """

    __slots__ = ("_file", "_view", "address", "descriptor", "number", "size")

    def __init__(self, number: int, size: int) -> None:
        from pydron_ng.memory.mapping import Mapping  # ctypes takes its time to import

        self.number = number
        self.size = size
        self.descriptor = os.memfd_create("pydron", os.MFD_CLOEXEC)
        self._file = Descriptor(self.descriptor)
        try:
            os.posix_fallocate(self.descriptor, 0, size)  # else running out of it is a SIGBUS
            mapping = Mapping(self.descriptor, size, writable=True, private=False)
        except BaseException:
            self.close()
            raise
        mapping.populate(written=True)
        self.address = mapping.address
        self._view = memoryview(mapping.buffer()).cast("B")

    @property
    def is_there(self) -> bool:
        """Is the descriptor still that of the segment? The program may have closed it."""
        return self.descriptor >= 0 and self._file.is_ours()

    def view(self, start: int, size: int) -> memoryview:
        return self._view[start : start + size]

    def close(self, *, unmap: bool = False) -> None:
        """Nobody else can be handed it any more; stretches of it stay as they are.

        unmap: there are none; who still knows the segment does not keep its memory.
        """
        if unmap:
            self._view.release()
        if self.descriptor >= 0:
            self._file.close()
        self.descriptor = -1


class Stretch:
    """Bytes in a segment that stay as they are for as long as this object lives.

    start: the first of them, in the segment.
    """

    __slots__ = ("__weakref__", "_digest", "_free", "segment", "size", "start")

    def __init__(
        self,
        segment: Segment,
        start: int,
        parts: Iterable[Any],
        free: Callable[[Segment], None],
        digest: Any,
    ) -> None:
        """parts: what is to be written there. free: told when the segment may be used again.

        digest: a new one, so that the bytes need not be read when they are compared; or None.
        """
        self.segment = segment
        self.start = start
        self._free = free
        end = start
        for part in parts:
            with memoryview(part) as whole, whole.cast("B") as source:
                for first in range(0, len(source), _BLOCK):
                    block = source[first : first + _BLOCK]
                    target = segment.view(end, len(block))
                    target[:] = block
                    if digest is not None:
                        digest.update(target)  # what is compared later is what was sent
                    end += len(block)
        self.size = end - start
        self._digest = None if digest is None else digest.digest()

    def __len__(self) -> int:
        return self.size

    @property
    def memory(self) -> memoryview:
        return self.segment.view(self.start, self.size).toreadonly()

    @property
    def digest(self) -> bytes | None:
        """Of the bytes, if one was made, by ``new_digest``."""
        digest: bytes | None = self._digest
        return digest

    def holds(self, parts: Sequence[Any]) -> bool:
        """Are these, one after the other, the bytes that were written?"""
        if sum(map(len, parts)) != self.size:
            return False
        if self._digest is not None:
            digest = new_digest()
            for part in parts:
                digest.update(part)
            return bool(digest.digest() == self._digest)
        return self._is_equal(parts)

    def _is_equal(self, parts: Sequence[Any]) -> bool:
        if self.segment.descriptor < 0:
            return False  # in a fork of the program, which the segment is not kept for
        from pydron_ng.memory.mapping import address_of, is_equal

        here = self.segment.address + self.start
        for part in parts:
            if not is_equal(here, address_of(part), len(part)):
                return False
            here += len(part)
        return True

    def __del__(self) -> None:
        if hasattr(self, "_free"):
            self._free(self.segment)


def new_digest() -> Any:
    """Of 128 bits, at the speed of memory; None where there is none: bytes are compared."""
    make = _digests()
    return None if make is None else make()


@cache
def _digests() -> Callable[[], Any] | None:
    try:
        from xxhash import xxh3_128 as make
    except ImportError:
        return None
    found: Callable[[], Any] = make
    return found
