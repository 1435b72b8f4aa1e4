"""deco: its decorator on each function, all of them on one pool instead of one pool for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pool
from typing import Any

from deco import concurrent

from benchmarks.peers import tasks
from benchmarks.peers.peer import Futures, Peer


class Decorated(Futures):
    def __init__(self, functions: dict[Any, Any]) -> None:
        self._functions = functions

    def submit(self, function: Any, *values: Any) -> Any:
        decorated = self._functions[function]
        return decorated, decorated(*values)

    def result(self, handle: Any) -> Any:
        """Its own list of all results is emptied by ``wait``, which is called as soon as it can."""
        decorated, call = handle
        value = call.result()
        if decorated.results and decorated.results[-1] is call:
            decorated.wait()
        return value


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    decorated = {function: concurrent(function) for function in tasks.FUNCTIONS}
    with Pool(cores) as pool:
        for function in decorated.values():
            function.concurrency = pool
        yield Decorated(decorated)
