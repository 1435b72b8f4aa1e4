"""Where the bytes of a value are kept while it is packed: in a blob, or in shared memory.

``pack`` ends with one of these: it is given the pieces of the pickle, and the memory of large
arrays as it is, and says what the blob consists of.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

from pydron_ng.memory.arena import SHARE_BYTES, Arena
from pydron_ng.memory.segment import Stretch
from pydron_ng.values.arrays import Memory
from pydron_ng.values.blob import Blob, Part

Keep = Callable[[Sequence[bytes], Sequence[bytes | Memory]], Blob]

#: So many arrays are remembered as written: loops have a few that they pass again and again.
_MOST_REMEMBERED: Final = 64
_OTHER: Final = b""  # in place of a part that is not the one that was expected


def keep_here(pickled: Sequence[bytes], buffers: Sequence[bytes | Memory]) -> Blob:
    """All in the blob."""
    return (b"".join(pickled), *[bytes(memoryview(b)) for b in map(_buffer, buffers)])


def _buffer(piece: bytes | Memory) -> Any:
    return piece.view if isinstance(piece, Memory) else piece


class KeepShared:
    """What is large goes to an arena."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena

    def __call__(self, pickled: Sequence[bytes], buffers: Sequence[bytes | Memory]) -> Blob:
        return (self._pickle(pickled), *map(self._kept, buffers))

    def _pickle(self, pieces: Sequence[bytes]) -> Part:
        if sum(map(len, pieces)) >= SHARE_BYTES:
            stretch = self._arena.store(pieces)
            if stretch is not None:
                return stretch
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _kept(self, piece: bytes | Memory) -> Part:
        if isinstance(piece, bytes):
            return piece
        stretch = None if piece.size < SHARE_BYTES else self._stretch(piece)
        return bytes(piece.view) if stretch is None else stretch

    def _stretch(self, piece: Memory) -> Stretch | None:
        return self._arena.store([piece.view], piece.address)


class KeepOnce(KeepShared):
    """The same, but written once however often it comes up.

    What it was written to is used again without a look while nobody can have changed it.
    """

    def __init__(self, arena: Arena) -> None:
        super().__init__(arena)
        self._moment = 0
        self._written: dict[tuple[int, int], _Written] = {}

    def clock(self) -> float:
        """Seconds, but of those in which the arena grows, which happens once."""
        return perf_counter() - self._arena.growing_seconds

    def changed(self) -> None:
        """What was written before may have changed since."""
        self._moment += 1

    def seen(self, piece: Memory, stretch: Stretch) -> None:
        """Just now, this memory was the same as this stretch."""
        written = self._written.get((piece.address, piece.size))
        if written is not None and written.stretch is stretch:
            written.moment = self._moment

    def _stretch(self, piece: Memory) -> Stretch | None:
        return self._again(piece) or self._write(piece)

    def _again(self, piece: Memory) -> Stretch | None:
        """The stretch that this very memory was written to, if it is there and the same."""
        written = self._written.get((piece.address, piece.size))
        stretch = None if written is None else written.stretch
        if written is None or stretch is None:
            return None
        if written.moment != self._moment and not stretch.holds([piece.view]):
            return None
        self._written[piece.address, piece.size] = _Written(piece, stretch, self._moment)
        return stretch

    def _write(self, piece: Memory) -> Stretch | None:
        stretch = super()._stretch(piece)
        if len(self._written) >= _MOST_REMEMBERED:
            self._written = {key: w for key, w in self._written.items() if w.stretch is not None}
        if stretch is not None and len(self._written) < _MOST_REMEMBERED:
            self._written[piece.address, piece.size] = _Written(piece, stretch, self._moment)
        return stretch


class _Written:
    """What memory was written to a stretch, and at which moment it was seen to be the same.

    It refers to neither: a program can tell who else has an array of its own. Whoever was sent
    both has the memory; as long as he has, no other can be at its address.
    """

    __slots__ = ("_piece", "_stretch", "moment")

    def __init__(self, piece: Memory, stretch: Stretch, moment: int) -> None:
        self._piece = weakref.ref(piece)
        self._stretch = weakref.ref(stretch)
        self.moment = moment

    @property
    def stretch(self) -> Stretch | None:
        return None if self._piece() is None else self._stretch()


class Expecting:
    """Copies nothing: gives the expected blob, if the value is the one that it was made of.

    shared: told which memory is the same as what was sent.
    """

    def __init__(self, expected: Blob, shared: KeepOnce | None) -> None:
        self._expected = expected
        self._shared = shared

    def __call__(self, pickled: Sequence[bytes], buffers: Sequence[bytes | Memory]) -> Blob:
        first, *rest = self._expected
        if len(buffers) != len(rest) or self._compared(first, pickled) is _OTHER:
            return (_OTHER,)
        pairs = zip(rest, buffers, strict=True)
        return (first, *[self._compared(part, [piece]) for part, piece in pairs])

    def _compared(self, expected: Part, pieces: Sequence[bytes | Memory]) -> Part:
        """The expected part, if these are its bytes, one after the other."""
        only = pieces[0] if len(pieces) == 1 else None
        if isinstance(expected, Stretch):
            if not expected.holds([_buffer(piece) for piece in pieces]):
                return _OTHER
            if isinstance(only, Memory) and self._shared is not None:
                self._shared.seen(only, expected)
            return expected
        assert isinstance(expected, bytes)
        if isinstance(only, Memory):
            return expected if only.equals(expected) else _OTHER
        found = only if only is not None else b"".join(_buffer(piece) for piece in pieces)
        return expected if found == expected else _OTHER
