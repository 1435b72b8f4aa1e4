"""The worker's end of its stream, and what is said there of a call while that goes on.

Between calls the worker's main thread reads. While a conversation is open another one does: what
is for that conversation it passes on, all else is put aside for the main thread.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from pydron_ng.backends.base import Blob, TaskId
from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.exchange import End
from pydron_ng.backends.start import start
from pydron_ng.backends.wire import Inbox, Item, Outbox, about, encode

Heard = Callable[[Blob], None]


class Line:
    """The stream as items. Any thread may send; one at a time receives."""

    def __init__(self, stream: socket.socket, exchange: End) -> None:
        """exchange: spares parts their way."""
        self.stream = stream
        self._exchange = exchange
        self._inbox, self._outbox = Inbox(may_lose=True), Outbox()
        self._sending = threading.Lock()
        self._aside: list[Item] = []

    @property
    def has_more(self) -> bool:
        """Is there something that has been received, and nobody has had?"""
        return bool(self._aside)

    def send(self, items: Sequence[Item]) -> None:
        with self._sending:
            self._outbox.put(encode(self._exchange.outgoing(items)))
            self._outbox.push(self.stream)

    def receive(self) -> list[Item]:
        """What was put aside, or else comes next; often nothing. Raises: EOFError, OSError."""
        if self._aside:
            items, self._aside = self._aside, []
            return items
        return self.pull()

    def pull(self) -> list[Item]:
        """What comes next. Raises: as `receive`."""
        return self._exchange.incoming(self._inbox.pull(self.stream))

    def put_aside(self, items: Sequence[Item]) -> None:
        """These are received later."""
        self._aside += items


class Dialogue:
    """A conversation of the call that the worker is at, see ``Conversation``.

    task: the call.
    """

    def __init__(self, line: Line) -> None:
        self.task = TaskId(-1)
        self._line = line
        self._said: deque[Blob] = deque()
        self._bell: Bell | None = None
        self._turn = threading.Condition()
        self._heard: Heard | None = None
        self._due: tuple[float, Callable[[], None]] | None = None
        self._thread: threading.Thread | None = None
        self._is_reading = False  # the thread is not waiting for its turn
        self._is_resting = False
        self._is_over = False  # nobody hears anything more

    def open(self, heard: Heard) -> None:
        with self._turn:
            self._heard = heard
            self._is_reading = True
            self._start()
            self._turn.notify_all()

    def say(self, remark: Blob) -> None:
        self._said.append(remark)
        self._ring()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        self._due = time.monotonic() + seconds, work
        self._ring()

    def call_off(self) -> None:
        self._due = None

    def close(self) -> None:
        with self._turn:
            self._heard = self._due = None
            self._ring()
            while self._is_reading and self._thread is not None:
                self._turn.wait()

    def rest(self) -> None:
        with self._turn:
            thread, self._thread = self._thread, None
            self._is_resting = True
            self._turn.notify_all()
        if thread is not None and thread is not threading.current_thread():
            self._ring()
            thread.join()

    def resume(self) -> None:
        with self._turn:
            self._is_resting = False
            if (heard := self._heard) is None:
                return
            try:
                self._start()
            except (OSError, RuntimeError):  # there are no more descriptors, or threads
                heard(())

    def _start(self) -> None:
        """Raises: OSError, RuntimeError: there are no more descriptors or threads."""
        if self._thread is not None or self._is_over:
            return
        if self._bell is None:
            self._bell = Bell()
        thread = threading.Thread(target=self._run, name="pydron", daemon=True)
        start(thread)
        self._thread = thread

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.ring()

    # --- the thread ---

    def _run(self) -> None:
        try:
            self._converse()
        except BaseException:  # the program is gone, as the main thread is about to see
            if (heard := self._heard) is not None:
                heard(())
            self._end()

    def _converse(self) -> None:
        """Raises: whatever becomes of the stream."""
        assert self._bell is not None
        stream, bell = self._line.stream.fileno(), self._bell.fileno()
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        poll.register(bell, select.POLLIN)
        while (heard := self._turn_of()) is not None:
            ready = [descriptor for descriptor, _ in poll.poll(self._milliseconds())]
            if bell in ready:
                self._bell.hear()
            if self._said:
                self._tell()
            if stream in ready and self._heard is not None and not self._is_resting:
                self._listen(heard)
            self._do_what_is_due()

    def _turn_of(self) -> Heard | None:
        """Wait for somebody who wants to hear; None: the thread is to end."""
        with self._turn:
            while self._heard is None and not self._is_resting:
                if self._said:  # before it was closed
                    self._tell()
                self._is_reading = False
                self._turn.notify_all()
                self._turn.wait()
            return None if self._is_resting else self._heard

    def _end(self) -> None:
        """Nobody hears anything more, nor is waited for."""
        with self._turn:
            self._is_over, self._is_reading = True, False
            self._thread = None
            self._turn.notify_all()

    def _milliseconds(self) -> float | None:
        due = self._due
        return None if due is None else max(0.0, 1e3 * (due[0] - time.monotonic()))

    def _tell(self) -> None:
        key = about(self.task)
        said = [(key, self._said.popleft()) for _ in range(len(self._said))]
        self._line.send(said)

    def _listen(self, heard: Heard) -> None:
        key = about(self.task)
        others: list[Item] = []
        for one in self._line.pull():
            if one[0] == key and one[1]:
                heard(one[1])
            else:
                others.append(one)
        self._line.put_aside(others)
        if self._said:
            self._tell()

    def _do_what_is_due(self) -> None:
        due = self._due
        if due is not None and time.monotonic() >= due[0]:
            self._due = None
            due[1]()
            if self._said:
                self._tell()
