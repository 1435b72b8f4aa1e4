"""What every peer is asked for, and what most of them can be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Function = Callable[[Any], Any]


class Peer(Protocol):
    """Runs functions of `benchmarks.peers.tasks` on workers, in the idiom of its own users."""

    def call(self, function: Function, value: Any) -> Any:
        """One call, waited for."""

    def each(self, function: Function, values: Sequence[Any]) -> list[Any]:
        """Independent calls, submitted one by one; all their results."""

    def stream(self, function: Function, values: Sequence[Any]) -> Iterator[Any]:
        """Likewise; the results come one after the other, and are not kept."""

    def total(self, function: Function, values: Sequence[Any]) -> Any:
        """Likewise; the sum of the results."""

    def chain(self, function: Function, value: Any, links: int) -> Any:
        """``value = function(value)``, so many times."""

    def tree(self, add: Callable[[Any, Any], Any], leaves: Sequence[Any]) -> Any:
        """The sum of the leaves, a power of two of them, in pairs."""


class Open(Protocol):
    """How an adapter's peer is had."""

    def __call__(self, cores: int, *, every: bool) -> AbstractContextManager[Peer]:
        """every: each call goes to a worker, even where it would be faster not to send it."""


class Futures:
    """A peer of ``submit`` and ``result``: values are waited for before they are passed on."""

    def submit(self, function: Callable[..., Any], *values: Any) -> Any:
        """A handle of the call."""
        raise NotImplementedError

    def result(self, handle: Any) -> Any:
        """What the call returned; waits for it."""
        raise NotImplementedError

    def call(self, function: Function, value: Any) -> Any:
        return self.result(self.submit(function, value))

    def each(self, function: Function, values: Sequence[Any]) -> list[Any]:
        return list(self.stream(function, values))

    def stream(self, function: Function, values: Sequence[Any]) -> Iterator[Any]:
        handles = [self.submit(function, value) for value in values]
        handles.reverse()
        while handles:  # a handle may hold its result: it is let go
            yield self.result(handles.pop())

    def total(self, function: Function, values: Sequence[Any]) -> Any:
        return sum(self.stream(function, values))

    def chain(self, function: Function, value: Any, links: int) -> Any:
        for _ in range(links):
            value = self.call(function, value)
        return value

    def tree(self, add: Callable[[Any, Any], Any], leaves: Sequence[Any]) -> Any:
        while len(leaves) > 1:
            handles = [self.submit(add, *pair) for pair in pairs(leaves)]
            leaves = [self.result(handle) for handle in handles]
        return leaves[0]


class Dataflow(Futures):
    """One whose handles may be passed on as they are, before their values are there."""

    def chain(self, function: Function, value: Any, links: int) -> Any:
        for _ in range(links):
            value = self.submit(function, value)
        return self.result(value)

    def tree(self, add: Callable[[Any, Any], Any], leaves: Sequence[Any]) -> Any:
        while len(leaves) > 1:
            leaves = [self.submit(add, *pair) for pair in pairs(leaves)]
        return self.result(leaves[0])


def pairs(values: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    """The first and the second, the third and the fourth ..."""
    return zip(values[::2], values[1::2], strict=True)
