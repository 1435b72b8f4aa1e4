"""Reports that came and were not told yet: a worker that is far ahead of them has to wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pydron_ng.backends.base import WorkerId

#: So many reports of a worker may wait to be told, and about as many as its stream takes.
_MOST_UNTOLD: Final = 64


class Flow:
    """Whom to listen to. All is done under the lock."""

    def __init__(self, listen: Callable[[WorkerId, bool], None]) -> None:
        """listen: whether what a worker says is taken."""
        self._listen = listen
        self._untold = Counter[WorkerId]()
        self._held: set[WorkerId] = set()
        self._is_free = False
        self.teller = 0  # the thread that tells

    def came(self, worker: WorkerId) -> None:
        """One more is to be told."""
        self._untold[worker] += 1
        if self._untold[worker] >= _MOST_UNTOLD and worker not in self._held and not self._is_free:
            self._held.add(worker)
            self._listen(worker, False)

    def told(self, worker: WorkerId) -> None:
        """One of them has been told."""
        self._untold[worker] -= 1
        if self._untold[worker] <= _MOST_UNTOLD // 2 and worker in self._held:
            self._release(worker)
        if not self._untold[worker]:
            del self._untold[worker]

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """While somebody waits. If it is who tells, no worker waits for him."""
        if threading.get_ident() != self.teller:
            yield
            return
        self._is_free = True
        for worker in list(self._held):
            self._release(worker)
        try:
            yield
        finally:
            self._is_free = False

    def _release(self, worker: WorkerId) -> None:
        self._held.remove(worker)
        self._listen(worker, True)
