"""mpire.WorkerPool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mpire import WorkerPool

from benchmarks.peers.peer import Futures, Peer


class Workers(Futures):
    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def submit(self, function: Any, *values: Any) -> Any:
        return self._pool.apply_async(function, values)

    def result(self, handle: Any) -> Any:
        return handle.get()


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    with WorkerPool(n_jobs=cores) as pool:
        yield Workers(pool)
