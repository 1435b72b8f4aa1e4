"""The thread that talks to an engine: nothing that the driver's loop does ever waits for one."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

from pydron_ng.backends.base import Loop, WorkerId
from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.engines import outpost
from pydron_ng.backends.engines.engine import Engine, Places, Refused
from pydron_ng.backends.engines.greeting import Greeting
from pydron_ng.backends.engines.orders import Answer, Order
from pydron_ng.backends.start import start

#: So often an engine is asked which places it has.
_LOOK_SECONDS = 1.0
#: So long after it was refused nobody asks it again; longer and longer.
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 5.0, 60.0
_CLOSE_SECONDS = 10.0


class Answered(NamedTuple):
    """The order of a worker, and what became of it. sent, received: so many bytes for it."""

    worker: WorkerId
    number: int
    answer: Answer | Refused
    sent: int
    received: int


class Found(NamedTuple):
    """Which places the engine has, or why it cannot be used."""

    places: Places | Refused


Said = Answered | Found


class Clerk:
    """Does one thing after the other; what comes of it is told in the loop.

    hear: told there. Answers come from whatever threads the engine has; they wait in a queue.
    """

    def __init__(
        self, engine: Engine, house: str, loop: Loop, hear: Callable[[Said], None]
    ) -> None:
        """Raises: OSError, RuntimeError: no descriptor or no thread is to be had."""
        self._engine = engine
        self._house = house
        self._loop = loop
        self._hear = hear
        self._greeting = Greeting(engine.name)
        self._refused: Refused | None = None
        self._again_at = 0.0
        self._look_at: float | None = None
        self._pause = _PAUSE_SECONDS
        self._said: deque[Said] = deque()
        self._turn = threading.Lock()
        self._is_closed = False
        self._deeds: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._bell = Bell()
        self._thread = threading.Thread(target=self._run, name="pydron clerk", daemon=True)
        try:
            start(self._thread)
        except RuntimeError:
            self._bell.close()
            raise
        loop.register(self._bell.fileno(), self._collect, self._collect)

    # --- in the loop ---

    def look(self) -> None:
        """Have the engine there, and say which places it has."""
        self._deeds.put(self._open)

    def send(self, worker: WorkerId, place: str, order: Order) -> None:
        self._deeds.put(partial(self._send, worker, place, order))

    def kill(self, place: str, seat: int) -> None:
        self._deeds.put(lambda: self._engine.kill(place, self._house, seat))

    def close(self) -> None:
        """Let go of the engine, and say nothing any more."""
        self._loop.unregister(self._bell.fileno())
        with self._turn:
            self._is_closed = True
        self._bell.close()
        self._deeds.put(None)
        self._thread.join(_CLOSE_SECONDS)

    def forget(self) -> None:
        """In a forked child, where the thread is not."""
        self._bell.close()

    def _collect(self) -> None:
        self._bell.hear()
        for _ in range(len(self._said)):
            self._hear(self._said.popleft())

    # --- in any thread ---

    def _say(self, said: Said) -> None:
        self._said.append(said)
        with self._turn:
            if not self._is_closed:
                self._bell.ring()

    # --- in the thread ---

    def _run(self) -> None:
        while (deed := self._next()) is not None:
            deed()
        self._engine.close(self._house)

    def _next(self) -> Callable[[], None] | None:
        """What is to be done; however much there is, the engine is looked at now and then."""
        seconds = None if self._look_at is None else self._look_at - time.monotonic()
        if seconds is not None and seconds <= 0:
            return self._look
        try:
            return self._deeds.get(timeout=seconds)
        except queue.Empty:
            return self._look

    def _open(self) -> None:
        """What was in vain just now is not tried again at once, but again and again later."""
        if self._refused is None or time.monotonic() > self._again_at:
            self._refused = None
            try:
                self._engine.open()
                self._pause = _PAUSE_SECONDS
            except Refused as refused:
                self._refused = refused
                self._again_at = time.monotonic() + self._pause
                self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        if self._refused is None:
            self._look()
            return
        self._look_at = time.monotonic() + _LOOK_SECONDS
        self._say(Found(self._refused))

    def _look(self) -> None:
        self._look_at = time.monotonic() + _LOOK_SECONDS
        if self._refused is not None:
            if time.monotonic() > self._again_at:
                self._open()
            return
        try:
            self._say(Found(self._engine.places()))
        except Refused as refused:
            self._say(Found(refused))

    def _send(self, worker: WorkerId, place: str, order: Order) -> None:
        data = order.encode()

        def answered(answer: Answer | Refused, received: int = 0) -> None:
            self._say(Answered(worker, order.number, answer, len(data), received))

        try:
            future = self._engine.submit(place, outpost.carry_out, data)
        except Exception as failure:  # whatever an engine raises
            answered(self._engine.told(failure))
        else:
            future.add_done_callback(lambda done: answered(*self._outcome(done)))

    def _outcome(self, done: Future[bytes]) -> tuple[Answer | Refused, int]:
        """And its size."""
        try:
            data = done.result()
            answer = Answer.decode(data)
        except BaseException as failure:  # CancelledError, too
            return self._engine.told(failure), 0
        if answer.facts is not None:
            self._greeting.look_at(answer.facts)
        return answer, len(data)
