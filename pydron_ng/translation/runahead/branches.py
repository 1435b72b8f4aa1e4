"""What is run ahead past exits that are not decided yet: dropped as soon as one is taken."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import ATOMS
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)

#: How a unit that may leave what it is in has ended: it has not, or by which exit.
FALLS, BREAK, RETURN, CONTINUE = 0, 1, 2, 3
_ENDS_LOOP = frozenset({BREAK, RETURN})


class Branch:
    """The calls that were issued past one exit; further branches grow out of it."""

    __slots__ = ("calls", "inner", "is_dropped", "outer")

    def __init__(self, outer: Branch | None) -> None:
        self.calls: list[Any] = []
        self.is_dropped: bool = outer is not None and outer.is_dropped
        self.outer = outer
        self.inner: dict[int, Branch] = {}
        if outer is not None:
            outer.inner[id(self)] = self

    def drop(self, ra: Ahead) -> None:
        """The exit was taken: nothing of this will be asked for."""
        self.is_dropped = True
        ra.abandon(self.calls)
        for inner in list(self.inner.values()):
            inner.drop(ra)
        self.join()

    def join(self) -> None:
        """The exit was not taken: what came after it is as certain as what came before."""
        if self.outer is not None:
            self.outer.inner.pop(id(self), None)
            self.outer.inner.update(self.inner)
            self.outer.calls += self.calls
        for inner in self.inner.values():
            inner.outer = self.outer


class Past:
    """Drops a branch if the exit that it goes past is taken."""

    __slots__ = ("_branch", "_how", "_ra")

    def __init__(self, ra: Ahead, how: Promise, branch: Branch) -> None:
        self._ra, self._how, self._branch = ra, how, branch

    def kept(self) -> None:
        if self._how.value == FALLS:
            self._branch.join()
        else:
            self._branch.drop(self._ra)


def gate(ra: Ahead, how: Any, value: Any) -> Any:
    """`value` for those who change it past an exit: there once the exit turned out not taken."""
    if type(how) is not Promise or type(value) in ATOMS:
        return value
    return lifted(ra.ready, lambda known, own: own if known == FALLS else UNKNOWN, how, value)


class Passing:
    """A loop whose iterations are begun while earlier ones may still end it."""

    __slots__ = ("_outer", "_pending", "_ra", "ended")

    def __init__(self, ra: Ahead) -> None:
        self._ra = ra
        self._outer: Branch | None = ra.branch
        self._pending: deque[tuple[Any, tuple[Any, ...], Branch | None]] = deque()
        self.ended = False

    def enter(self) -> None:
        """An iteration begins: on a branch of its own, if an earlier one may end the loop."""
        if self._pending:
            self._ra.branch = Branch(self._outer)

    def passed(self, how: Any, values: tuple[Any, ...], changed: tuple[int, ...]) -> Any:
        """What the next iteration starts with: `values`, those at the ranks `changed` gated."""
        branch, self._ra.branch = self._ra.branch, self._outer
        self._pending.append((how, values, branch if branch is not self._outer else None))
        if type(how) is Promise:
            how.when_kept(self)
        self.kept()
        gated = list(values)
        for rank in changed:
            gated[rank] = gate(self._ra, how, values[rank])
        return gated

    def kept(self) -> None:
        """One of the iterations is known to go on, or to end the loop."""
        while self._pending and _known(self._pending[0][0]) == FALLS:
            self._pending.popleft()
            if self._pending and (branch := self._pending[0][2]) is not None:
                branch.join()  # nothing before it can end the loop any more
        for rank, (how, _, _) in enumerate(self._pending):
            if _known(how) in _ENDS_LOOP:
                self._end(rank)
                return

    def _end(self, rank: int) -> None:
        """The loop ends with the iteration of that rank, or earlier."""
        self.ended = True
        for _, _, branch in islice(self._pending, rank + 1, None):
            if branch is not None:
                branch.drop(self._ra)
        while len(self._pending) > rank + 1:
            self._pending.pop()

    async def outcome(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """How the loop ended, and the values of names then; `values` if no exit was taken."""
        while self._pending:
            how, then, _ = first = self._pending[0]
            if type(how) is Promise:
                how = await how
            if how in _ENDS_LOOP:
                return (how, *then)
            if self._pending and self._pending[0] is first:
                self._pending.popleft()
        return (FALLS, *values)


def _known(how: Any) -> int | None:
    """How an iteration ended; None while that is open."""
    if type(how) is not Promise:
        return int(how)
    return int(how.value) if how.kept else None
