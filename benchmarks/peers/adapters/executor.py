"""concurrent.futures.ProcessPoolExecutor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from benchmarks.peers.peer import Futures, Peer


class Executor(Futures):
    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def submit(self, function: Any, *values: Any) -> Any:
        return self._executor.submit(function, *values)

    def result(self, handle: Any) -> Any:
        return handle.result()


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    with ProcessPoolExecutor(cores) as executor:
        yield Executor(executor)
