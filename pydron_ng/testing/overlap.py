"""Which functional calls of a scheduled run overlapped, by its events, whatever the clock says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydron_ng.events import Event, Issued, Settled, Taken
from pydron_ng.observe.listening import Listening


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
            if isinstance(event, Issued) and event.call in taken:
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
    """What is said of each call inside of the block."""
    heard = Overlap()
    with Listening(heard.events.append, singly=True):
        yield heard
