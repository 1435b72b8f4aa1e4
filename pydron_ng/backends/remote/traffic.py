"""Frames on their way between the program and an agent, and whether anything comes at all."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable

from pydron_ng.backends.remote.agent import BEATS
from pydron_ng.backends.remote.carriers import Carrier
from pydron_ng.backends.remote.frames import Frames, Kind, frame
from pydron_ng.backends.remote.trouble import Trouble

_END_SECONDS = 4.0  # an agent ends its workers in no time


class Traffic:
    """Threads, each with one thing to do: carry there, carry back, beat; this one watches.

    begun: what has already come from the host. silence_seconds: after that it counts as lost.
    """

    def __init__(
        self, stream: socket.socket, carrier: Carrier, begun: bytes, silence_seconds: float
    ) -> None:
        self._stream = stream
        self._carrier = carrier
        self._begun = begun
        self._silence = silence_seconds
        self._writing = threading.Lock()  # frames go whole
        self._telling = threading.Lock()  # nothing is told after the end
        self._over = threading.Event()
        self._trouble: Trouble | None = None
        self._is_leaving = False
        self._reading_since: float | None = time.monotonic()

    def run(self, end: int) -> None:
        """Until one side is gone. end: of the program, see ``end_of``.

        Raises:
            Trouble: it was the host, or the way there.
        """
        for work in (self._carry_there, self._carry_back, self._beat):
            threading.Thread(target=self._see_to, args=(work,), daemon=True).start()
        while not self._over.wait(self._silence / BEATS):
            self._watch(end)
        with self._telling:
            if self._trouble is not None and not self._is_leaving:
                raise self._trouble

    def _watch(self, end: int) -> None:
        since = self._reading_since
        if since is not None and time.monotonic() - since > self._silence:
            self._trouble = Trouble(
                f"nothing was heard of it for {self._silence:g} s",
                "see whether host and network are well",
                lasting=False,
            )
            self._over.set()
        if end >= 0 and select.select([end], [], [], 0)[0]:
            self._is_leaving = True
            self._over.set()

    def _see_to(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as failure:
            if self._trouble is None:
                self._trouble = Trouble(
                    f"the connection ended: {self._reason(failure)}",
                    "see whether the host is well",
                    lasting=False,
                )
        if work != self._beat:
            self._over.set()

    def _reason(self, failure: Exception) -> str:
        if self._is_leaving:
            return ""
        if isinstance(failure, ValueError):
            return str(failure)
        return self._carrier.last_words() or str(failure) or "no reason was given"

    def _carry_there(self) -> None:
        frames = Frames(are_checked=False)
        while True:
            try:
                whole, _ = frames.pull(self._stream)
            except (EOFError, ConnectionError):
                self._leave()
                return
            if whole:
                with self._writing:
                    self._carrier.write(whole)

    def _leave(self) -> None:
        """The program is gone, or wants to be: the agent ends what it has started."""
        self._is_leaving = True
        with self._writing:
            self._carrier.hang_up()
        self._over.wait(_END_SECONDS)

    def _carry_back(self) -> None:
        source = _Source(self._carrier, self._begun)
        frames = Frames(are_checked=False)
        while True:
            self._reading_since = time.monotonic()
            whole, found = frames.pull(source)
            self._reading_since = None
            if any(one.kind == Kind.BEAT for one in found):
                for one in found:
                    if one.kind != Kind.BEAT:
                        self._tell(frame(Kind(one.kind), one.number, bytes(one.data)))
            elif whole:
                self._tell(whole)

    def _tell(self, data: bytes | memoryview) -> None:
        with self._telling:
            if not self._over.is_set():
                self._stream.sendall(data)

    def _beat(self) -> None:
        while not self._over.wait(self._silence / BEATS):
            with self._writing:
                self._carrier.write(frame(Kind.BEAT))


class _Source:
    """A carrier as ``Frames`` reads it."""

    def __init__(self, carrier: Carrier, begun: bytes) -> None:
        self._carrier = carrier
        self._begun = begun

    def recv_into(self, buffer: memoryview, /) -> int:
        if self._begun:
            data, self._begun = self._begun[: len(buffer)], self._begun[len(buffer) :]
        else:
            data = self._carrier.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
