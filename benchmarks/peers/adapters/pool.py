"""multiprocessing.Pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pool
from typing import Any

from benchmarks.peers.peer import Futures, Peer


class Processes(Futures):
    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def submit(self, function: Any, *values: Any) -> Any:
        return self._pool.apply_async(function, values)

    def result(self, handle: Any) -> Any:
        return handle.get()


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    with Pool(cores) as pool:
        yield Processes(pool)
