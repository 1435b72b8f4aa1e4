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


class Entered(NamedTuple):
    """The program has called a scheduled function that runs ahead.

    frame: the number of this call of it, the same in all events. thread: the one that runs it.
    program: what was made of the function, for `pydron_ng.observe` alone.
    """

    frame: int
    function: str
    file: str
    line: int
    at: float  # seconds, of time.perf_counter(), in all events
    thread: int
    program: object


class Left(NamedTuple):
    """That call is over.

    retired: the code that says why it was not run ahead to its end; calls that the program made
        after that are not told.
    """

    frame: int
    at: float
    retired: str


class Issued(NamedTuple):
    """A functional call was handed to the workers, or a row of short ones, as one.

    call: its number, the same in all events. calls: how many there are in the row; else 1.
    task: calls of the same task travel together, and are made one after the other.
    frame: the call of the scheduled function that it is made for.
    key: the site of the call in that function, then the counters of the loops around it.
    cause: the task whose outcome had to be there before; -1: only the program had to come so far.
    label: function and arguments, shortened.
    """

    call: int
    function: str
    file: str
    line: int
    at: float
    task: int
    calls: int
    frame: int
    key: tuple[int, ...]
    cause: int
    label: str


class Settled(NamedTuple):
    """Its outcome is there.

    seconds: wall time of the call alone, or of all calls in the row.
    elapsed: seconds since its worker had nothing else to do, transport included; 0.0: unknown.
    """

    call: int
    at: float
    seconds: float
    worker: int
    elapsed: float


class Taken(NamedTuple):
    """The program has come to the call, and the outcome was that of this very call.

    waited: seconds that the program waited for it. calls: how many of a row were taken.
    """

    call: int
    at: float
    waited: float
    calls: int


class Inlined(NamedTuple):
    """The program has made a functional call itself.

    call: its number, if it had been issued, else -1. why: a code, such as ``too-short``.
    at: when it had returned. seconds: what it took. key: as of `Issued`.
    """

    call: int
    function: str
    file: str
    line: int
    at: float
    seconds: float
    frame: int
    key: tuple[int, ...]
    why: str


class Joined(NamedTuple):
    """A worker is there. host: where; empty on this machine."""

    worker: int
    host: str
    at: float


class HandedOn(NamedTuple):
    """A worker has made a call that a call on another worker had handed on.

    number: of the task of that call. calls: how many it was. seconds: until it was back.
    """

    number: int
    worker: int
    at: float
    seconds: float
    calls: int
    label: str


class Lost(NamedTuple):
    """A worker is gone."""

    worker: int
    why: str
    at: float


Event = Entered | Left | Issued | Settled | Taken | Inlined | Joined | HandedOn | Lost
