"""Who hears what becomes of calls."""

from __future__ import annotations

from collections.abc import Callable

from pydron_ng.events import Event
from pydron_ng.log import log

Hearer = Callable[[Event], None]


class Audience:
    """Those who hear all events; usually there are none.

    tell: tells an event to all of them; None while nobody listens, so that nothing has to be said.
    singly: is there one that hears of each call by itself? Then no calls go in rows.
    """

    def __init__(self) -> None:
        self.tell: Hearer | None = None
        self.singly = False
        self._hearers: dict[Hearer, bool] = {}

    def admit(self, hearer: Hearer, *, singly: bool = False) -> None:
        self._hearers[hearer] = singly
        self._count()

    def dismiss(self, hearer: Hearer) -> None:
        self._hearers.pop(hearer, None)
        self._count()

    def clear(self) -> None:
        """Nobody listens any more."""
        self._hearers.clear()
        self._count()

    def _count(self) -> None:
        self.tell = self._tell if self._hearers else None
        self.singly = any(self._hearers.values())

    def _tell(self, event: Event) -> None:
        for hearer in tuple(self._hearers):
            try:
                hearer(event)
            except Exception as error:  # what only listens does not disturb the program
                from pydron_ng.values.foreign import is_foreign

                if is_foreign(error):
                    raise
                self.dismiss(hearer)
                log().warning("%r hears no more events: it raised %r", hearer, error)
