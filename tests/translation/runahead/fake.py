"""An activation that only remembers what it was asked for, to call guards with."""

from __future__ import annotations

from collections import deque
from typing import Any

from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.runtime.grain import mark_of
from pydron_ng.translation.runahead.ahead import Strand
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Waiter,
)


class FakeAhead:
    """Issues nothing: `issued` are the calls that it was asked to issue."""

    def __init__(self) -> None:
        self.ready: deque[Waiter] = deque()
        self.issued: list[tuple[Any, ...]] = []
        self.blamed: list[str] = []
        self.expected: dict[tuple[int, ...], Promise] = {}
        self.parked = False
        self.open_rows: dict[int, Any] = {}
        self.trips: dict[int, int] = {}
        self.branch: Any = None
        self.abandoned: list[Any] = []
        self.results: list[Any] = []

    def started(self, strand: Strand) -> None:
        """Nothing is ever closed."""

    def issue(self, site: int, keys: Any, function: Any, args: Any, kwargs: Any) -> Any:
        self.issued.append((site, keys, function, args, kwargs))
        return self.promise()

    def descend(self, site: int, keys: Any, function: Any, args: Any, kwargs: Any) -> Any:
        return self.issue(site, keys, function, args, kwargs)

    def inner(self, number: int) -> Any:
        return ("inner", number)

    def returned(self, value: Any) -> None:
        self.results.append(value)

    def abandon(self, calls: list[Any]) -> None:
        self.abandoned += calls

    def expect(self, point: int, rank: int, keys: Any, value: Any) -> Promise:
        return self.expected.setdefault((point, rank, *keys), self.promise())

    def told(self, point: int, keys: Any) -> Promise:
        return self.expect(point, -1, keys, UNKNOWN)

    def room(self) -> Promise:
        return self.promise()

    def lookup(self, name: str) -> Any:
        return UNKNOWN

    def kind(self, callee: Any) -> str:
        if mark_of(callee) is not None:
            return "functional"
        return "pure" if is_pure(callee) else "wrapper" if is_wrapper(callee) else ""

    def blame(self, code: str, line: int, *chain: str) -> None:
        self.blamed.append(code)

    def promise(self) -> Promise:
        return Promise(self.ready)

    def run(self) -> None:
        """Let all go on whose turn it is."""
        while self.ready:
            self.ready.popleft().kept()
