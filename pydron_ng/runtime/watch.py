"""The scheduled calls under way; while one of them takes long, somebody is told of it.

Who begins or ends a call writes down that it does, and nothing else: a thread that sleeps nearly
always looks whether one has been at work for long. It is the one that wakes functions, and there
only while calls are under way of which somebody wants to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import RLock, get_ident
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import ref

from pydron_ng.log import log

if TYPE_CHECKING:
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.waker import Waker

#: Of calls that end earlier nobody is told.
LONG_SECONDS = 1.0


class Begun(NamedTuple):
    """A scheduled call that runs ahead, and is inside of none that has begun it."""

    running: ref[Running]
    thread: int
    at: float  # perf_counter() when it began


class Teller(Protocol):
    """Who is told of calls that take long. One thread at a time is in here."""

    def tell(self, calls: Sequence[Begun]) -> float:
        """Of these calls, the oldest one first; in how many seconds to tell again."""

    def end(self) -> None:
        """There is no such call any more."""

    def forget(self) -> None:
        """In a forked child: close the descriptors and say nothing."""


class Watch:
    """The calls under way. ``begin`` and ``end`` are all that a call pays for it."""

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._is_wanted: Callable[[], bool] = _nobody
        self._make: Callable[[], Teller] | None = None
        self._reset()

    def _reset(self) -> None:
        self._begun: dict[int, Begun] = {}
        self._teller: Teller | None = None
        self._is_telling = False
        self._is_armed = False
        self._due = self._unwanted_until = 0.0
        self._arming = RLock()
        self._turn = RLock()

    def listen(self, is_wanted: Callable[[], bool], make: Callable[[], Teller]) -> None:
        """From now on `make` makes the teller when there is something to tell.

        is_wanted: asked when a call begins, before; if it says no, not again for a second.
        """
        self._unwanted_until = 0.0
        self._is_wanted, self._make = is_wanted, make

    def begin(self, running: Running) -> None:
        """A call runs ahead from now on."""
        now = perf_counter()
        if now < self._unwanted_until:
            return
        self._begun[id(running)] = Begun(ref(running), get_ident(), now)
        if not self._is_armed and not self._arm():  # in this order: it may just be disarmed
            del self._begun[id(running)]
            self._unwanted_until = now + LONG_SECONDS

    def end(self, running: Running) -> None:
        """The call has ended."""
        if self._begun.pop(id(running), None) is None or self._begun:
            return
        for mark in running.pace.met.values():
            mark.made = 0
        if self._is_telling:
            with self._turn, suppress(Exception):  # it is no trouble of the program's
                self._stop_telling()

    def _arm(self) -> bool:
        """Whether somebody looks at the calls after a while."""
        if self._make is None or not self._is_wanted():
            return False
        with self._arming:
            return self._is_armed or self._wake_in(LONG_SECONDS)

    def _wake_in(self, seconds: float) -> bool:
        self._due = perf_counter() + seconds
        try:
            self._waker.wake_at(self._due, self)
        except RuntimeError:  # there are no more threads
            return False
        self._is_armed = True
        return True

    def awake(self) -> None:
        """Look at the calls; if that comes too early, a fork is about to happen."""
        now = perf_counter()
        if now < self._due:
            self._is_armed = False
            return
        with self._turn:
            seconds = self._look(now)
        with self._arming:
            self._is_armed = False
            if self._begun and self._make is not None:
                self._wake_in(seconds)

    def _look(self, now: float) -> float:
        """Tell of the calls if one takes long; in how many seconds to look again."""
        calls = sorted(filter(self._is_under_way, self._begun.copy().values()), key=_age)
        try:
            if calls and now >= calls[0].at + LONG_SECONDS and self._make is not None:
                return self._tell(calls)
            self._stop_telling()
        except Exception as error:
            log().info("nothing is told of calls that take long: %r", error)
            self._make = None
            with suppress(Exception):
                self._stop_telling()
        return calls[0].at + LONG_SECONDS - now if calls else LONG_SECONDS

    def _is_under_way(self, call: Begun) -> bool:
        """Forgets it if it is not: an interrupt may have come before it could say so."""
        running = call.running()
        if running is not None and not running.dispatch.outbox.is_closed:
            return True
        for key in [key for key, known in self._begun.copy().items() if known is call]:
            self._begun.pop(key, None)
        return False

    def _tell(self, calls: Sequence[Begun]) -> float:
        if self._teller is None:
            assert self._make is not None
            self._teller = self._make()
        self._is_telling = True
        return self._teller.tell(calls)

    def _stop_telling(self) -> None:
        if self._is_telling and self._teller is not None:
            self._is_telling = False
            self._teller.end()

    def resume(self) -> None:
        """The program has forked, and this is the parent."""
        if self._begun:
            self._arm()

    def forget(self) -> None:
        """In a forked child, where none of the calls is told of any more."""
        teller = self._teller
        self._reset()
        if teller is not None:
            teller.forget()

    def close(self) -> None:
        """The program ends."""
        with self._turn, suppress(Exception):
            self._make = None
            self._stop_telling()


def _age(call: Begun) -> float:
    return call.at


def _nobody() -> bool:
    return False
