"""The program's side: a socket and a thread, while there is anything to be asked about."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from itertools import count

import msgspec

from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.start import start
from pydron_ng.log import log
from pydron_ng.runtime.monitor import folder
from pydron_ng.runtime.monitor.messages import MOST_BYTES, Answer, Refused, Request
from pydron_ng.runtime.monitor.served import Served, answer

#: Who asks has so long to say what; threads of ours end in no time.
_PATIENCE_SECONDS = 2.0
#: Programs may have SIGPIPE end them; one who does not wait for his answer is no reason for that.
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)


class Server:
    """Answers for all that is served; nothing of it disturbs the program.

    A thread that waits for somebody to connect is woken by connecting: that goes even if the
    program has closed the descriptor meanwhile.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._served: dict[int, Served] = {}
        self._numbers = count(1)
        self._since = 0.0
        self._listener: Stream | None = None
        self._path = ""
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    def serve(self, one: Served) -> None:
        """Whoever asks is told of it, too."""
        with self._lock:
            if any(other is one for other in self._served.values()):
                return
            self._served = {**self._served, next(self._numbers): one}  # others are reading it
            if self._listener is None:
                self._open()

    def dismiss(self, one: Served) -> None:
        """Nobody is told of it any more."""
        with self._lock:
            self._served = {n: other for n, other in self._served.items() if other is not one}
            if not self._served:
                self._close()

    def _open(self) -> None:
        """Be there under that name at once, so that nobody takes it for a dead program's."""
        try:
            self._path = folder.own_path()
            listener = socket.socket(socket.AF_UNIX)
            with suppress(FileNotFoundError):
                os.unlink(self._path + folder.NEW)
            listener.bind(self._path + folder.NEW)
            listener.listen()
            os.rename(self._path + folder.NEW, self._path)
            self._listener = Stream(listener.detach())
            self._since = time.time()
            self._start()
        except (OSError, AttributeError, RuntimeError) as error:  # no such sockets, no thread left
            self._close()
            log().info("nobody can ask this program how it is: %s", error)

    def _start(self) -> None:
        self._is_stopping = False
        thread = threading.Thread(target=self._run, name="pydron_ng monitor", daemon=True)
        start(thread)
        self._thread = thread

    def _run(self) -> None:
        listener = self._listener
        assert listener is not None
        with suppress(OSError):  # the program has closed it
            while True:
                listener.check()
                caller = Stream(listener.accept()[0].detach())
                with caller:
                    if self._is_stopping:
                        return
                    self._talk(caller)

    def _talk(self, caller: Stream) -> None:
        with suppress(OSError):  # it does not wait for the answer
            caller.settimeout(_PATIENCE_SECONDS)
            said = msgspec.json.encode(self._answer(_heard(caller)))
            caller.check()
            caller.sendall(said + b"\n", _NO_SIGNAL)

    def _answer(self, line: bytes) -> Answer:
        try:
            request = msgspec.json.decode(line, type=Request)
            return answer(request, self._served, self._since)
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")

    def _stop(self) -> None:
        """Returns when the thread has ended, unless that is the one that calls."""
        thread, self._thread = self._thread, None
        if thread is None or thread is threading.current_thread():
            return
        self._is_stopping = True
        with suppress(OSError), socket.socket(socket.AF_UNIX) as bell:
            bell.connect(self._path)
            thread.join(_PATIENCE_SECONDS)

    def _close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            self._stop()
            listener.close()
            with suppress(OSError):
                os.unlink(self._path)

    def close(self) -> None:
        """The program ends."""
        with self._lock:
            self._served = {}
            self._close()

    # --- forks ---

    def rest(self) -> None:
        """The program is about to fork: no thread of ours is there meanwhile."""
        with self._lock:
            self._stop()

    def resume(self) -> None:
        """It has forked, and here is the parent."""
        with self._lock, suppress(RuntimeError):
            if self._listener is not None and self._thread is None:
                self._start()

    def forget(self) -> None:
        """Here is the child, who has nothing that is served."""
        listener = self._listener
        self._reset()
        if listener is not None:
            listener.close()


def _heard(caller: Stream) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < MOST_BYTES:
        caller.check()
        if not (data := caller.recv(MOST_BYTES)):
            break
        line += data
    return line
