"""The session of a worker whose calls hand calls on to others, while such a call goes on."""

from __future__ import annotations

import importlib
import linecache
from threading import get_ident
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.log import hush
from pydron_ng.runtime.decorating import schedule_in_place
from pydron_ng.runtime.grain import WORTH_HANDING_ON, Functional, mark
from pydron_ng.runtime.nested.borrower import Borrower
from pydron_ng.runtime.nested.library import NestLibrary
from pydron_ng.runtime.nested.reach import reachable
from pydron_ng.runtime.nested.words import Told
from pydron_ng.runtime.process import scheduled_names
from pydron_ng.runtime.reads import Reads
from pydron_ng.runtime.session import Session, move_in

if TYPE_CHECKING:
    from pydron_ng.backends.base import Conversation
    from pydron_ng.runtime.driver import Driver
    from pydron_ng.runtime.outcome import Raised, Returned
    from pydron_ng.runtime.surroundings import Surroundings
    from pydron_ng.values.blob import Blob
    from pydron_ng.values.library import Arrival, WorkerLibrary

#: What is imported before a call may need it: files that are read then would be the call's.
_NEEDED = (
    "pydron_ng.runtime.activation",
    "pydron_ng.runtime.entry",
    "pydron_ng.runtime.outcome",
    "pydron_ng.runtime.replay",
    "pydron_ng.runtime.surroundings",
    "pydron_ng.translation.runahead.program",
    "pydron_ng.values.definitions",
    "pydron_ng.values.functions",
    "pydron_ng.values.whole",
)


class Nest(Session):
    """As the program's session; its driver is a ``Borrower``."""

    is_nested = True

    def __init__(
        self, conversation: Conversation, told: Blob, library: WorkerLibrary, reads: Reads
    ) -> None:
        """library: what the worker was sent."""
        known = Told.read(told)
        super().__init__(library=NestLibrary(library))
        self._is_kept = known.is_kept and not reads.is_elsewhere
        self._window = known.window
        self._arrived = library
        self._reads = reads
        own = self.library
        assert isinstance(own, NestLibrary)
        self._borrower = Borrower(conversation, own, known.workers, reads)
        self._thread = get_ident()
        self._is_open = False
        self._has_captured: Surroundings | None = None
        self._waiting: dict[str, list[Arrival]] = {}  # functions to be scheduled, by their names
        self._met: dict[bytes, tuple[int, Any]] = {}  # what was looked into, and when
        self._in_place: dict[int, tuple[FunctionType, FunctionType]] = {}
        for name in _NEEDED:
            importlib.import_module(name)
        hush()
        Functional.worth = WORTH_HANDING_ON
        move_in(self)

    # --- as a session ---

    @property
    def is_ready(self) -> bool:
        return True

    @property
    def window(self) -> int:
        return self._window

    @property
    def sends_all(self) -> bool:
        return False  # who waits for what nobody has begun may wait for ever

    @property
    def driver(self) -> Driver:
        return self._borrower  # type: ignore[return-value]  # it does as one

    def _caches(self) -> bool:
        return self._is_kept

    def foresee(self) -> None:
        """Workers are there."""

    def usable(self) -> bool:
        """In the thread of the worker's call, while that goes on."""
        return self._is_open and get_ident() == self._thread and not self._borrower.entered

    def surround(self, surroundings: Surroundings) -> None:
        if self._has_captured != surroundings:
            self._has_captured = surroundings
            self._borrower.settings(surroundings.blob)

    def postpone(self, function: FunctionType, *, speculates: bool) -> None:
        """What the call that goes on defines itself is scheduled at once."""
        if self.usable() and "<locals>" in function.__qualname__:
            with self._borrower.lock:
                scheduled_names.add(function.__name__)
                schedule_in_place(function, speculate=speculates)
        else:
            super().postpone(function, speculates=speculates)

    def has_read(self, outcome: Returned | Raised) -> None:
        self._reads.has_read(outcome.files, outcome.unseen)

    def rest(self) -> None:
        self._borrower.rest()

    def resume(self) -> None:
        self._borrower.resume()

    def discard(self) -> None:
        """Nothing is handed on any more by this worker."""
        with self._borrower.lock:
            self._borrower.close()

    def forked(self) -> Session:
        """A child has no part in the conversation: it runs as if undecorated."""
        self.is_nested = False
        return Session(library=self.library)

    # --- the worker's calls ---

    def begin(self) -> None:
        """A call begins."""
        self._is_open = True
        self._borrower.begin()

    def end(self) -> None:
        """It has ended, and so has all that it has handed on."""
        self._is_open = False
        self._borrower.end()

    def meet(self, token: bytes, function: Any) -> Any:
        """What is to be called in place of `function`: what it may call is scheduled now."""
        version = self._arrived.scheduled
        known = self._met.get(token)
        if known is None or known[0] != version:
            self._take_in()
            for arrival in reachable(function, self._waiting):
                self._schedule(arrival)
            function = self._in_place.get(id(function), (function, function))[1]
            self._met[token] = known = version, function
        return known[1]

    def _take_in(self) -> None:
        """The functions that have come since."""
        arrivals, self._arrived.arrivals = self._arrived.arrivals, []
        for arrival in arrivals:
            function = arrival.function
            blank = function.__dict__.get("__functional__")
            if type(blank) is Functional and not blank.marks(function):
                mark(function, reads=blank.reads, limits=blank.limits)
            if arrival.is_scheduled:
                scheduled_names.add(function.__name__)
                self._waiting.setdefault(function.__name__, []).append(arrival)

    def _schedule(self, arrival: Arrival) -> None:
        function: Any = arrival.function  # as FunctionType it would be taken for a method
        if "__pydron_scheduled__" in function.__dict__:
            return
        file, text = function.__code__.co_filename, arrival.text
        if text and not linecache.getlines(file):
            linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
        original = schedule_in_place(function, speculate=arrival.speculates)
        self._in_place[id(original)] = original, function
