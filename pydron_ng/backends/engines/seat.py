"""One worker as the program sees it: a seat at the engine, which is at one batch at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pydron_ng.backends.base import (
    Answer,
    Call,
    Cancel,
    Define,
    Frame,
    Settings,
    Welcome,
    WorkerId,
)
from pydron_ng.backends.engines.log import Log
from pydron_ng.backends.engines.orders import NO_SETTINGS, Condition, Order, entry, number_of
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.remote.shelf import Dealings, Shelf
from pydron_ng.backends.wire import Item, item


class Seat:
    """What it has been told, what it is at, and what waits for that.

    process: of the engine, to which its orders go; empty: to any. is_here: on this machine.
    order: the one that is under way, if any. is_to_end: it is lost when that is answered.
    since: it was taken then. is_heard: else it gets no further order.
    condition: when it was last heard of.
    sent, received: bytes of orders and of answers.
    """

    def __init__(self, worker: WorkerId, place: str, house: str, log: Log) -> None:
        self.worker = worker
        self.place = place
        self.process = ""
        self.is_here = self.is_to_end = False
        self.has_joined = False
        self.since = time.monotonic()
        self.order: Order | None = None
        self.is_heard = True
        self.condition: Condition | None = None
        self.sent = self.received = 0
        self._dealings = Dealings(Shelf("", 0))
        self._house = house
        self._log = log
        self._waiting: list[Item] = []
        self._number = 0
        self._first = 0  # what is before that it has sent along already
        self._known = 0
        self._settings = NO_SETTINGS

    def put(self, frames: Sequence[Frame]) -> None:
        """Have these done after all others."""
        for frame in frames:
            match frame:
                case Define() | Settings():
                    self._waiting.append(entry(self._log.note(frame)))
                case Call():
                    self._waiting.append(item(frame))
                case Cancel(task):
                    if any(key == task for key, _ in self._waiting):  # nobody hears it else
                        self._waiting.append(item(frame))
                case Welcome() | Answer():
                    raise NotImplementedError("an engine's workers hear nothing during a call")

    def deals_with(self, shelf: Shelf) -> None:
        """What goes there and comes from there may be kept on it."""
        self._dealings = Dealings(shelf)

    def heard(self, said: Sequence[Item]) -> list[Item]:
        """What is for the program of what was said in an answer."""
        return self._dealings.incoming(said)

    def close(self) -> None:
        """It is no more."""
        self._dealings.close()

    def info(self, labels: Sequence[str]) -> WorkerInfo | None:
        """None: it has not joined yet."""
        if self.condition is None:
            return None
        pid, vitals, host = self.condition
        own = self.worker, tuple(labels)
        return WorkerInfo(*own, host, pid, *vitals, self.sent, self.received)

    def next(self) -> Order | None:
        """The order of all that waits, if it is at nothing else; the first one is for nothing."""
        if self.order is not None or (self.has_joined and not self._waiting):
            return None
        if not self.is_heard:
            return None
        items = self._dealings.outgoing(self._waiting)
        self._waiting = []
        self.order = self._order(self._first, items)
        entries = [number for item in items if (number := number_of(item)) is not None]
        self._known = max([self._known, *(number + 1 for number in entries)])
        for number in entries:
            if self._log.entries[number][0] is None:
                self._settings = number
        return self.order

    def again(self, first: int) -> Order:
        """The same order, where only so much of the log was known."""
        assert self.order is not None
        new = self._order(first, self.order.items)
        self.order = new._replace(known=self.order.known, settings=self.order.settings)
        return self.order

    def _order(self, first: int, items: Sequence[Item]) -> Order:
        self._number += 1
        self._first = len(self._log.entries)
        entries = self._log.entries[first:]
        whose = self._house, self.worker, self._number, self.process
        return Order(*whose, first, entries, self._known, self._settings, items)
