"""What one call of a scheduled function says to those who listen, while somebody does."""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING

from pydron_ng.events import Entered, Inlined, Left, Taken
from pydron_ng.runtime.process import audience

if TYPE_CHECKING:
    from pydron_ng.runtime.audience import Hearer
    from pydron_ng.runtime.calls import IssuedCall, Key
    from pydron_ng.runtime.driver import Driver
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.rows.row import Row
    from pydron_ng.runtime.running import Running


class Account:
    """Says what the commit program does. Unheard, nothing is said; the clock is read to wait."""

    def __init__(self, running: Running, driver: Driver) -> None:
        self._running = running
        self._driver = driver
        self._waited = 0.0  # for the call that comes next

    def entered(self) -> None:
        if (tell := audience.tell) is not None:
            program, serial = self._running.program, self._running.serial
            code = program.caller
            place = code.co_qualname, code.co_filename, code.co_firstlineno
            tell(Entered(serial, *place, perf_counter(), get_ident(), program))

    def left(self) -> None:
        if (tell := audience.tell) is not None:
            tell(Left(self._running.serial, perf_counter(), self._running.pace.retired))

    def wait(self, done: Callable[[], bool]) -> float:
        """Wait as the driver does; the seconds that it took."""
        began = perf_counter()
        self._driver.wait(done)
        seconds = perf_counter() - began
        if audience.tell is not None:
            self._waited += seconds
        return seconds

    def took(self, call: IssuedCall) -> None:
        """An outcome was taken."""
        if (tell := audience.tell) is not None:
            self._took(tell, call.number, 1)

    def took_row(self, row: Row) -> None:
        """All calls of a row were taken, or made."""
        if (tell := audience.tell) is not None and not row.is_here:
            self._took(tell, row.id, row.taken)

    def _took(self, tell: Hearer, number: int, calls: int) -> None:
        waited, self._waited = self._waited, 0.0
        tell(Taken(number, perf_counter(), waited, calls))

    def made(self, call: IssuedCall | Row, seconds: float) -> None:
        """The program has made a call itself."""
        if (tell := audience.tell) is not None:
            tell(call.inlined(seconds))

    def made_unissued(self, key: Key, function: object, mark: Functional, seconds: float) -> None:
        """The same for one that nobody had issued."""
        if (tell := audience.tell) is not None:
            name = getattr(function, "__qualname__", type(function).__qualname__)
            file, line = self._running.place_of(key[0])
            at, serial, why = perf_counter(), self._running.serial, why_unissued(mark)
            tell(Inlined(-1, name, file, line, at, seconds, serial, key, why))


def why_unissued(mark: Functional) -> str:
    """The code that says why a call of the function is made by the program."""
    if mark.inline:
        return mark.inline
    if mark.seconds is None:
        return "first-call"
    return "too-short" if mark.is_cheap else "not-issued"
