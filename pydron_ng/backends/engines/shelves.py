"""What the machines of an engine keep; all of its processes on one have a shelf in common."""

from __future__ import annotations

from pydron_ng.backends.engines.orders import Kept
from pydron_ng.backends.remote.shelf import Shelf


class Shelves:
    """By the names that outposts have found there."""

    def __init__(self) -> None:
        self._shelves: dict[str, tuple[str, Shelf]] = {}

    def at(self, host: str, kept: Kept) -> Shelf:
        """The shelf that an outpost on the host has told of."""
        if kept.name not in self._shelves:
            self._shelves[kept.name] = host, Shelf(kept.folder, kept.room)
        return self._shelves[kept.name][1]

    def all(self) -> list[tuple[str, Shelf]]:
        """With their hosts."""
        return list(self._shelves.values())
