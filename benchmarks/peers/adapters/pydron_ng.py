"""pydron_ng: ordinary loops, scheduled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.peers import tasks
from benchmarks.peers.peer import Function, Peer
from pydron_ng import configure, functional, schedule

for task in tasks.FUNCTIONS:
    functional(task)


class Scheduled:
    """Each method is the loop that one would write without it."""

    @staticmethod
    @schedule
    def call(function: Function, value: Any) -> Any:
        return function(value)

    @staticmethod
    @schedule
    def each(function: Function, values: Sequence[Any]) -> list[Any]:
        return [function(value) for value in values]

    @staticmethod
    @schedule
    def stream(function: Function, values: Sequence[Any]) -> Iterator[Any]:
        for value in values:
            yield function(value)

    @staticmethod
    @schedule
    def total(function: Function, values: Sequence[Any]) -> Any:
        total = 0
        for value in values:
            total += function(value)
        return total

    @staticmethod
    @schedule
    def chain(function: Function, value: Any, links: int) -> Any:
        for _ in range(links):
            value = function(value)
        return value

    @staticmethod
    @schedule
    def tree(add: Callable[[Any, Any], Any], leaves: Sequence[Any]) -> Any:
        level = list(leaves)
        while len(level) > 1:
            level = [add(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        return level[0]


@contextmanager
def peer(cores: int, *, every: bool) -> Iterator[Peer]:
    workers = [{"type": "multicore", "cores": cores}]
    with configure(workers=workers, inline=False if every else "auto"):
        yield Scheduled()
