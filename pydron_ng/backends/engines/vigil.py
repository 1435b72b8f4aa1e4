"""What an outpost waits for beside orders: whom to end, the program's end, or a long silence."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pydron_ng.backends.descriptors import end_of
from pydron_ng.backends.engines import line

#: Of a program on another machine; it may have ended in any way.
_SILENCE_SECONDS = 600.0
_LOOK_SECONDS = 30.0


class Vigil:
    """A thread that waits for that.

    is_here: is the program on this machine, so that its end will be heard of at once?
    """

    def __init__(self, name: str, kill: Callable[[int], None], leave: Callable[[], None]) -> None:
        """name: of the line to the program. leave: called once nothing more is to be done here."""
        self._kill = kill
        self._leave = leave
        self._at_work = 0
        self._heard = time.monotonic()
        self._is_over = threading.Event()
        self._line = line.connect(name)
        self.is_here = self._line is not None
        program = -1 if self._line is None else line.process_of(self._line)
        self._is_child = os.getppid() == program
        self._program = -1 if self._line is None else end_of(program)
        watch = self._wait_for_silence if self._line is None else self._listen
        self._thread = threading.Thread(target=watch, name="pydron outpost", daemon=True)
        self._thread.start()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Something is done for the program meanwhile."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._heard = time.monotonic()

    def end(self) -> None:
        """Nothing need be waited for any more."""
        self._is_over.set()
        if self._line is not None:
            with suppress(OSError):  # the program was faster
                self._line.shutdown(socket.SHUT_RDWR)
        if self._thread is not threading.current_thread() and not self._is_child:
            self._thread.join()

    def _listen(self) -> None:
        assert self._line is not None
        with self._line:
            for seat in line.seats(self._line, self._program):
                self._kill(seat)
        if not self._is_over.is_set():
            self._leave()
        if self._program >= 0:
            if self._is_child:
                select.select([self._program], [], [])
                os._exit(1)  # nobody else would end a process that the program has forked
            os.close(self._program)

    def _wait_for_silence(self) -> None:
        while not self._is_over.wait(_LOOK_SECONDS):
            if not self._at_work and time.monotonic() - self._heard > _SILENCE_SECONDS:
                self._leave()
                return
