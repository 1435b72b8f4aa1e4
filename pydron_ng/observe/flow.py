"""How the calls of a function hang together: frozen data, for pictures and for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Passes(Enum):
    """How the passes of a loop are to each other."""

    OVERLAP = "overlap"  # none waits for the calls of another
    CHAIN = "chain"  # each takes what the one before it has computed
    ROUNDS = "rounds"  # the calls within one overlap, the next pass takes what they computed
    UNDECIDED = "undecided"  # whether there is another is decided by the one before
    WAIT = "wait"  # each waits until the program is past a line of the one before


@dataclass(frozen=True, slots=True)
class Block:
    """What calls stand in: the function itself (the first), loops, functions inside of it.

    outer: the number of the block around it, -1 for the function itself.
    passes: None where it is no loop; is_sure: false where only the run can tell.
    by: the names that the next pass takes; lines: those that it waits for, or that decide.
    """

    title: str
    line: int
    outer: int
    passes: Passes | None = None
    is_sure: bool = True
    by: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """One call needs another, both as numbers in Explanation.calls.

    names: of the variables that bring the result; empty where it goes straight into the call.
    decides: the result decides whether the call is made.
    is_later: it is the next pass of a loop that needs it.
    """

    source: int
    target: int
    names: tuple[str, ...]
    decides: bool
    is_later: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A call that waits until the program is past a line.

    is_later: it is the call in the next pass; is_sure: false where only the run can tell.
    is_once: all passes of the loop around it wait together.
    """

    call: int
    is_sure: bool
    is_later: bool
    is_once: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What the program alone does, in its place. block: where it stands.

    holds: the calls that wait for it; none where it only keeps its place.
    """

    line: int
    code: str
    what: str
    why: str
    way_out: str
    block: int
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The blocks, which of them each call is in, and what is between calls. bars: in order."""

    blocks: tuple[Block, ...]
    block_of: tuple[int, ...]
    links: tuple[Link, ...]
    bars: tuple[Bar, ...]

    def around(self, block: int) -> tuple[int, ...]:
        """A block and those that it is in, from the function itself inwards."""
        found: list[int] = []
        while block >= 0:
            found.append(block)
            block = self.blocks[block].outer
        return tuple(reversed(found))


def needed_links(links: Iterable[Link]) -> list[Link]:
    """Those that say more than others do together.

    A decision says nothing new where another way leads to the call; neither does a value where
    that way brings it under the same names.
    """
    found = list(links)
    for link in [link for link in found if not link.is_later]:
        others = [other for other in found if other is not link and not other.is_later]
        last = {other for other in others if other.target == link.target}
        if not link.decides:
            last = {other for other in last if other.names == link.names}
        sources = _reached(link.source, others)
        if any(other.source in sources for other in last):
            found.remove(link)
    return found


def _reached(call: int, links: Iterable[Link]) -> set[int]:
    """The calls that need it, and those that need them."""
    found: set[int] = set()
    left = [call]
    while left:
        here = left.pop()
        fresh = {link.target for link in links if link.source == here} - found
        found |= fresh
        left += fresh
    return found
