"""What pydron_ng says about itself: reasons and what becomes of calls, as frozen data.

Named tuples: dataclasses would take milliseconds at the start of each program.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """Why something was not run ahead, not sent, or not taken.

    code: stable and documented, such as ``unknown-call``.
    line: 1-based line in the user's file, 0 where there is none.
    chain: what it follows from, outermost first, each a short sentence.
    """

    code: str
    line: int
    chain: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = " <- ".join(self.chain)
        return f"line {self.line}: [{self.code}] {why}".rstrip()


class Issued(NamedTuple):
    """A functional call was handed to the workers. call: its number, the same in all events."""

    call: int
    function: str
    line: int
    at: float  # seconds, of time.perf_counter()


class Settled(NamedTuple):
    """Its outcome is there."""

    call: int
    at: float
    seconds: float  # wall time of the call alone


class Taken(NamedTuple):
    """The commit program has come to the call, and the outcome was that of this very call."""

    call: int
    at: float


Event = Issued | Settled | Taken
