"""Which functional calls of a scheduled run overlapped, by its events, whatever the clock says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydron_ng.events import Event, Issued, Settled, Taken
from pydron_ng.runtime.session import session


class Overlap:
    """The events of a run, in order.

    Two calls overlap if the second was handed to the workers before the outcome of the first was
    there, and the program took both outcomes: enough workers would have made them at once.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []

    def taken(self) -> frozenset[int]:
        """The calls whose outcome the program took."""
        return frozenset(event.call for event in self.events if isinstance(event, Taken))

    def overlapped(self) -> frozenset[int]:
        """Those of them that overlapped with another one of them."""
        taken = self.taken()
        underway: set[int] = set()
        found: set[int] = set()
        for event in self.events:
            if event.call in taken and isinstance(event, Issued):
                underway.add(event.call)
                if len(underway) > 1:
                    found |= underway if len(underway) == 2 else {event.call}  # noqa: PLR2004
            elif isinstance(event, Settled):
                underway.discard(event.call)
        return frozenset(found)

    def peak(self) -> int:
        """How many calls were with the workers at once, at most."""
        most = now = 0
        for event in self.events:
            now += {Issued: 1, Settled: -1}.get(type(event), 0)
            most = max(most, now)
        return most


@contextmanager
def listening() -> Iterator[Overlap]:
    """What the session of this moment says of its calls inside of the block."""
    current = session()
    heard = Overlap()
    current.listener = heard.events.append
    try:
        yield heard
    finally:
        current.listener = None
