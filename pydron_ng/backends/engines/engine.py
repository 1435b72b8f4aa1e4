"""What the backend asks of an engine; everything else is the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Protocol

#: The function of ours that an engine is to call, with bytes; see ``outpost``.
CarryOut = Callable[[bytes], bytes]
#: Where an engine takes orders: each place with how many at a time.
Places = Mapping[str, int]


class Refused(Exception):
    """The engine cannot be used; args: why, and the way out."""


def unstarted(seconds: float) -> tuple[str, str]:
    """Why an engine that does nothing cannot be used, and the way out."""
    why = f"it has not done anything for {seconds:g} s"
    return why, 'see whether its processes run; if they wait in a queue, give them "start_seconds"'


class Engine(Protocol):
    """Called by one thread of its own, which may wait, though not for ever.

    name: as users know it.
    is_pinned: does what is sent to a place run there, and nowhere else?
    kills: can it call something while that runs?
    start_seconds: so long the first order of a seat may go unanswered; None: it is in a queue that
        others are in, too.
    """

    name: str
    is_pinned: bool
    kills: bool

    @property
    def start_seconds(self) -> float | None: ...

    def open(self) -> None:
        """Have it there, again if it has broken. Raises: Refused."""

    def places(self) -> Places:
        """Those that there are now. Raises: Refused, if it is no more."""

    def submit(self, place: str, call: CarryOut, data: bytes) -> Future[bytes]:
        """Have the call made once. Raises: anything, if it was not taken."""

    def told(self, failure: BaseException) -> Refused:
        """What the exception of a call means."""

    def kill(self, place: str, house: str, seat: int) -> None:
        """Have ``outpost.kill`` called there at once, or do nothing."""

    def close(self, house: str) -> None:
        """Have ``outpost.leave`` called everywhere, and let go of the engine."""
