"""No peer at all: the plain program, which the others are to beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.peers.peer import Function, Futures, Peer


class Plain(Futures):
    """Makes each call where it stands."""

    def submit(self, function: Any, *values: Any) -> Any:
        return function, values

    def result(self, handle: Any) -> Any:
        function, values = handle
        return function(*values)

    def call(self, function: Function, value: Any) -> Any:
        return function(value)

    def stream(self, function: Function, values: Sequence[Any]) -> Iterator[Any]:
        for value in values:
            yield function(value)


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    del cores, every
    yield Plain()
