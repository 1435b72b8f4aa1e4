"""Who hears what becomes of calls."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock, get_ident

from pydron_ng.events import Event
from pydron_ng.log import log

Hearer = Callable[[Event], None]


class Seat:
    """The place of one who hears; a hearer may have several.

    singly: does it hear of each call by itself?
    """

    __slots__ = ("hearer", "singly")

    def __init__(self, hearer: Hearer, *, singly: bool) -> None:
        self.hearer = hearer
        self.singly = singly


class Audience:
    """Those who hear all events; usually there are none.

    tell: tells an event to all of them; None while nobody listens, so that nothing has to be said.
        Whoever tells reads it once: the last one may leave at any moment.
    singly: is there one that hears of each call by itself? Then no calls go in rows.
    telling: the threads in which somebody is hearing now; what these do is told to nobody.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._seats: tuple[Seat, ...] = ()
        self.tell: Hearer | None = None
        self.singly = False
        self.telling: set[int] = set()

    def admit(self, hearer: Hearer, *, singly: bool = False) -> Seat:
        """Where it sits from now on."""
        seat = Seat(hearer, singly=singly)
        with self._lock:
            self._seats = (*self._seats, seat)
            self._count()
        return seat

    def dismiss(self, seat: Seat) -> None:
        """Nobody sits there any more."""
        with self._lock:
            self._seats = tuple(one for one in self._seats if one is not seat)
            self._count()

    def clear(self) -> None:
        """Nobody listens any more; this may be a fork, and who held the lock is not in it."""
        self._lock = RLock()
        self._seats, self.telling = (), set()
        self._count()

    def _count(self) -> None:
        self.tell = self._tell if self._seats else None
        self.singly = any(seat.singly for seat in self._seats)

    def _tell(self, event: Event) -> None:
        thread = get_ident()
        if thread in self.telling:
            return
        try:
            self.telling.add(thread)
            for seat in self._seats:
                self._tell_one(seat, event)
        finally:
            self.telling.discard(thread)

    def _tell_one(self, seat: Seat, event: Event) -> None:
        try:
            seat.hearer(event)
        except BaseException as error:  # what only listens does not disturb the program
            from pydron_ng.values.foreign import is_foreign

            if isinstance(error, KeyboardInterrupt) or is_foreign(error):
                raise
            self.dismiss(seat)
            log().warning("%r hears no more events: it raised %r", seat.hearer, error)
