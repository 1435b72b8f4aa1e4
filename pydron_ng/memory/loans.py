"""Stretches that another process has written, as this one sees them.

The one who writes is told when a loan has been let go of; only then it writes there again.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_ng.memory.mapping import Mapping


class Views:
    """A worker's private mappings of segments: those that nobody has written to are used again."""

    def __init__(self) -> None:
        self._idle: dict[int, list[Mapping]] = {}

    def take(self, segment: int, descriptor: int) -> Mapping:
        """A mapping of the segment as it is now, for one reader. Raises: OSError."""
        from pydron_ng.memory.mapping import Mapping

        if idle := self._idle.get(segment):
            return idle.pop()
        mapping = Mapping(descriptor, os.fstat(descriptor).st_size, writable=True, private=True)
        mapping.populate()
        return mapping

    def give_back(self, segment: int, mapping: Mapping) -> None:
        """Nobody looks at it any more."""
        if mapping.is_untouched():
            self._idle.setdefault(segment, []).append(mapping)

    def forget(self, segment: int) -> None:
        """The segment is used no more."""
        self._idle.pop(segment, None)


class Taken:
    """For a worker: memory of its own, new for each reader, who may write to it and keep it.

    The pages are copied when they are written to, or when the loan is let go of.
    """

    __slots__ = ("_descriptor", "_segment", "_start", "_taken", "_views", "loan", "size")

    def __init__(
        self, views: Views, loan: int, segment: int, descriptor: int, start: int, size: int
    ) -> None:
        """descriptor: of the segment; -1 if it did not arrive."""
        self.loan = loan
        self.size = size
        self._views = views
        self._segment = segment
        self._descriptor = descriptor
        self._start = start
        self._taken: list[tuple[Mapping, weakref.ref[Any]]] = []

    def __len__(self) -> int:
        return self.size

    @property
    def memory(self) -> memoryview:
        """Raises: OSError."""
        mapping = self._views.take(self._segment, self._descriptor)
        buffer = mapping.buffer()
        self._taken.append((mapping, weakref.ref(buffer)))
        return memoryview(buffer).cast("B")[self._start : self._start + self.size]

    def let_go(self) -> None:
        """Who still looks at it has a copy from now on, at the same place. Raises: OSError."""
        for mapping, buffer in self._taken:
            if buffer() is None:
                self._views.give_back(self._segment, mapping)
            else:
                mapping.let_go()
        self._taken.clear()


class Seen:
    """For the program, which copies what it reads: a view of a segment that stays mapped."""

    __slots__ = ("_free", "_view", "loan", "size")

    def __init__(
        self, loan: int, view: memoryview | None, size: int, free: Callable[[int], None]
    ) -> None:
        """view: None if the segment did not arrive. free: told the loan when nobody has it."""
        self.loan = loan
        self.size = size
        self._view = view
        self._free = free

    def __len__(self) -> int:
        return self.size

    @property
    def memory(self) -> memoryview:
        """Not to be written to. Raises: OSError."""
        if self._view is None:
            raise OSError("the worker's memory cannot be mapped here")
        return self._view

    def __del__(self) -> None:
        self._free(self.loan)
