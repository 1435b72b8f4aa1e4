"""distex.Pool, in an event loop of its own that runs while somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distex import Pool

from benchmarks.peers.peer import Futures, Peer


class Awaiting(Futures):
    def __init__(self, pool: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._pool = pool
        self._loop = loop

    def submit(self, function: Any, *values: Any) -> Any:
        return self._loop.create_task(self._pool.run_async(function, *values))

    def result(self, handle: Any) -> Any:
        return self._loop.run_until_complete(handle)


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pool = Pool(cores)
    yield Awaiting(pool, loop)
    pool.shutdown()
