"""joblib, on loky's processes: it has no single calls, so one call is a Parallel of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, delayed

from benchmarks.peers.peer import Function, Futures, Peer, pairs


class Calls(Futures):
    def __init__(self, parallel: Any, streaming: Any) -> None:
        """streaming: gives its results one after the other."""
        self._parallel = parallel
        self._streaming = streaming

    def call(self, function: Function, value: Any) -> Any:
        return self._parallel([delayed(function)(value)])[0]

    def each(self, function: Function, values: Sequence[Any]) -> list[Any]:
        return self._parallel(delayed(function)(value) for value in values)

    def stream(self, function: Function, values: Sequence[Any]) -> Iterator[Any]:
        yield from self._streaming(delayed(function)(value) for value in values)

    def tree(self, add: Any, leaves: Sequence[Any]) -> Any:
        while len(leaves) > 1:
            leaves = self._parallel(delayed(add)(*pair) for pair in pairs(leaves))
        return leaves[0]


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del every
    with Parallel(n_jobs=cores) as parallel:
        yield Calls(parallel, Parallel(n_jobs=cores, return_as="generator"))
