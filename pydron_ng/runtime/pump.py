"""Who does the I/O: the thread that waits; while nobody waits, a thread in the background.

One thread leads: it polls without the lock and handles what is ready with it. Other waiting
threads follow: they sleep until something has changed. The background thread leads only when no
other does, and lets itself be relieved without a word: readiness is level-triggered, so
whoever leads when a poll returns handles what is ready, and all others look away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from pydron_ng.backends.loop import Ready, SelectorLoop
from pydron_ng.backends.start import start
from pydron_ng.runtime.whole import Whole

#: How long nobody may lead before the background thread does: a thread that waits for one task
#: after the other shall not hand over in between.
_GRACE_SECONDS = 0.002
#: So often the background thread looks whether it is needed, before it sleeps until it is told.
_LOOKS = 10
#: Threads leave in no time; this is for bookkeeping that an interrupt has cut short.
_CLOSE_SECONDS = 5.0
#: So long a thread that polls has to hear that it is to come back, until it is told once more.
_WAKE_SECONDS = 0.01


class Pump:
    """Leader, followers and the thread in the background, around one loop and one lock."""

    def __init__(
        self,
        lock: threading.RLock,
        loop: SelectorLoop,
        busy: Callable[[], bool],
        turn: Callable[[], float | None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """busy: is there anything to wait for; failed: the background thread met that and ends.

        Or the one that leads, in the midst of a round. turn: called after each round of I/O, gives
        the seconds to the next one at the latest.
        """
        self._lock = lock
        self._loop = loop
        self._busy = busy
        self._turn = turn
        self._failed = failed
        self._timeout: float | None = None
        self._leader: object = None
        self._followers = 0
        self._polling: list[int] = []  # threads, a signal handler's among them
        self._changed = threading.Condition(lock)
        self._needed = threading.Condition(lock)
        self._asleep = False  # the background thread waits to be told
        self._stood_down = False  # it will not take the lock any more
        self._closed = False
        self._resting = False
        self._thread: threading.Thread | None = None
        self._background = object()
        self._inside: set[int] = set()

    @property
    def entered(self) -> bool:
        """Whether the calling thread is in ``until``, perhaps in a signal handler."""
        return threading.get_ident() in self._inside

    def until(self, done: Callable[[], bool]) -> None:
        """Do the I/O, or follow who does, until `done` or until there is nothing to wait for."""
        me = object()
        self._inside.add(threading.get_ident())
        try:
            try:
                while not done() and self._busy() and not self._closed:
                    self._lead_or_follow(me)
            finally:
                self._leave(me)
        except BaseException:
            self._leave(me)  # another interrupt may have cut the first one short
            raise

    def _lead_or_follow(self, me: object) -> None:
        if self._leader is None or self._leader is self._background:
            self._leader = me
        if self._leader is me:
            self._lead(me)
        else:
            self._follow()

    def _leave(self, me: object) -> None:
        self._regain()  # an interrupt may have cut short what did that before
        self._inside.discard(threading.get_ident())
        if self._leader is me:
            self._leader = None
        if self._leader is None:
            self._hand_over()

    def glance(self) -> None:
        """Handle what is ready by now, unless somebody is there who does."""
        if self._leader is None and not self._closed:
            self._handle(self._loop.poll(0))

    def _lead(self, me: object) -> None:
        """One round of I/O; for nothing if another leads when the poll returns."""
        ready = self._poll()
        if self._leader is me and not self._closed:
            self._handle(ready)

    def _handle(self, ready: Ready) -> None:
        """Half of it would be worse than nothing."""
        with Whole(self._failed):
            self._loop.dispatch(ready)
            self._timeout = self._turn()

    def _poll(self) -> Ready:
        """Poll with the lock released."""
        me = threading.get_ident()
        try:
            self._polling.append(me)
            self._lock.release()
            return self._loop.poll(self._timeout)
        finally:
            self._regain()
            with suppress(ValueError):  # it was interrupted before it began
                self._polling.remove(me)
            if self._closed:
                self._changed.notify_all()

    def _regain(self) -> None:
        """Hold the lock again. Raises: what a signal handler raised meanwhile, but not before."""
        raised: BaseException | None = None
        while not self._lock._is_owned():  # type: ignore[attr-defined]  # noqa: SLF001
            try:
                self._lock.acquire()
            except BaseException as interrupt:
                raised = interrupt
        if raised is not None:
            raise raised

    def _follow(self) -> None:
        self._followers += 1
        try:
            self._changed.wait()
        finally:
            self._followers -= 1

    def _hand_over(self) -> None:
        """Nobody leads: a follower does, or the background thread, which may poll for too long."""
        if self._followers:
            self._changed.notify()
        elif self._polling:
            self._loop.wake()
        elif self._asleep and self._busy():
            self._needed.notify()

    def tell(self) -> None:
        """Tasks have been settled: let everybody who waits look."""
        if self._followers:
            self._changed.notify_all()
        if self._leader is not None and not self.entered and not self._closed:
            self._loop.wake()

    def hurry(self, seconds: float) -> None:
        """The next round is in so many seconds at the latest."""
        if self._timeout is None or seconds < self._timeout:
            self._timeout = seconds
            if self._leader is not None and not self.entered:
                self._loop.wake()

    def attend(self) -> None:
        """There is something to wait for: see to it that it does not wait for a user's thread."""
        if self._thread is None:
            self._start()
        elif self._asleep and self._leader is None:
            self._needed.notify()

    def _start(self) -> None:
        thread = threading.Thread(target=self._stand_by, name="pydron", daemon=True)
        self._thread = thread
        try:
            start(thread)
        except RuntimeError:  # no more threads: tasks go on whenever somebody waits
            self._thread = None

    def _stand_by(self) -> None:
        """The background thread."""
        with self._lock:
            try:
                self._lead_or_rest()
            except BaseException as error:
                if not self._closed:
                    self._failed(error)
            finally:
                self._stood_down = True
                self._changed.notify_all()

    def _lead_or_rest(self) -> None:
        looks = 0
        while not self._closed and not self._resting:
            if self._busy() and self._leader in (None, self._background):
                looks = 0
                self._leader = self._background
                self._lead(self._background)
            else:
                looks = self._rest(looks)
            if self._leader is self._background and not self._busy():
                self._leader = None

    def _rest(self, looks: int) -> int:
        """Sleep for the grace, or until told if not needed for long; the looks taken since."""
        self._asleep = looks >= _LOOKS
        told = self._needed.wait(None if self._asleep else _GRACE_SECONDS)
        was_asleep, self._asleep = self._asleep, False
        return 0 if was_asleep and told else looks + 1

    def rest(self) -> None:
        """End the thread in the background; the next task that is attended to starts it again.

        A fork beside threads is a warning of Python's, and the child would not have it anyway.
        """
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        self._resting = True
        self._needed.notify_all()
        end = time.monotonic() + _CLOSE_SECONDS
        while not self._stood_down and time.monotonic() < end:
            self._loop.wake()  # it may be another one that polls, and hears it
            self._changed.wait(_WAKE_SECONDS)
        thread.join(_CLOSE_SECONDS)
        self._thread, self._resting, self._stood_down = None, False, False

    def close(self) -> None:
        """Let everybody go, and wait until they have: the loop may be closed then."""
        self._closed = True
        self._changed.notify_all()
        self._needed.notify_all()
        self._loop.wake()  # never answered any more: whoever polls comes back
        end = time.monotonic() + _CLOSE_SECONDS
        while self._is_in_use() and time.monotonic() < end:
            self._changed.wait(_CLOSE_SECONDS)
        thread, self._thread = self._thread, None
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            thread.join(_CLOSE_SECONDS)

    def _is_in_use(self) -> bool:
        """Whether another thread polls, or the one in the background will take the lock again."""
        me, thread = threading.current_thread(), self._thread
        if set(self._polling) - {me.ident}:
            return True
        if thread is None or thread is me:
            return False
        return thread.is_alive() and not self._stood_down
