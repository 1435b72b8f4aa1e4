"""Which cores of a node belong to which client: each core to one at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pydron_ng.backends import cores


class NoneFree(Exception):
    """Others have all cores; the text says so."""


class Share(NamedTuple):
    """What one client has. processors: as the system counts them."""

    cores: frozenset[int]
    processors: frozenset[int]


class Shares:
    """total: how many cores the node lends; each: to a client, at most.

    Raises: ValueError, which says what is wrong.
    """

    def __init__(self, total: int | None, each: int | None) -> None:
        """total: None: all there are; negative: all but so many.

        Of more than there are, several are one processor: for calls that wait.
        """
        self._processors = _processors()
        there = len(self._processors)
        self.total = there if total is None else total if total >= 0 else there + total
        if self.total < 1:
            raise ValueError(f"this machine has {there} cores: with --cores {total} none is lent")
        if each is not None and each < 1:
            raise ValueError(f"with --cores-per-client {each} none is lent")
        self._each = each or self.total
        self._free = frozenset(range(self.total))
        self._clients = 0
        self._turn = threading.Lock()

    @contextmanager
    def share(self, wanted: int | None) -> Iterator[Share]:
        """Cores of one's own: as many as are wanted, allowed and free; None: as many as can be.

        Raises: NoneFree.
        """
        own = self._take(wanted)
        try:
            yield own
        finally:
            with self._turn:
                self._clients -= 1
                self._free |= own.cores

    def _take(self, wanted: int | None) -> Share:
        with self._turn:
            count = min(wanted or self.total, self._each, len(self._free))
            if count < 1:
                others = "another program has" if self._clients == 1 else "other programs have"
                raise NoneFree(f"none of its {self.total} cores is free: {others} them")
            own = frozenset(sorted(self._free)[:count])
            self._free -= own
            self._clients += 1
        there = len(self._processors)
        return Share(own, frozenset(self._processors[core % there] for core in own))


def _processors() -> list[int]:
    """Those that are ours, without those beyond what the control group allows."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))[: cores.available()]
    return list(range(cores.available()))
