"""Who listens: connections are taken, and those who know the token are let in.

Each is greeted in a thread of its own, within a time limit: who says nothing keeps nobody waiting.
"""

from __future__ import annotations

import select
import selectors
import socket
import ssl
import threading
from collections.abc import Callable

from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.nodes.address import Address, named
from pydron_ng.backends.nodes.certificate import Certificate
from pydron_ng.backends.nodes.greeting import Role, Stranger, greet
from pydron_ng.backends.nodes.line import Line

#: So long everything together may take until one is let in.
GREETING_SECONDS = 10.0
#: So many may be there without having said who they are.
_STRANGERS = 64
#: Before it is tried again to take connections, where there are too many of something.
_PAUSE_SECONDS = 1.0


class Reception:
    """It takes connections from ``run`` until ``stop``.

    listener: it is taken over. role: one's own.
    came: is given who was let in, in a thread of its own. note: is told who was not, and why.
    """

    def __init__(
        self,
        listener: socket.socket,
        certificate: Certificate,
        token: bytes,
        role: Role,
        came: Callable[[str, Line], None],
        note: Callable[[str], None],
    ) -> None:
        self._listener = listener
        self._listener.setblocking(False)
        self._certificate = certificate
        self._token = token
        self._role = role
        self._came = came
        self._note = note
        self._end = Bell()
        self._strangers = threading.BoundedSemaphore(_STRANGERS)

    @property
    def address(self) -> Address:
        """Where it listens; its port is known, also where any was asked for."""
        return named(self._listener.getsockname())

    def run(self) -> None:
        with self._listener, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._end, selectors.EVENT_READ)
            while self._end not in {key.fileobj for key, _ in selector.select()}:
                self._accept()
        self._end.close()

    def stop(self) -> None:
        """May be called by a signal handler, and by any thread."""
        self._end.ring()

    def _accept(self) -> None:
        try:
            connection, peer = self._listener.accept()
        except BlockingIOError:  # who came is gone already
            return
        except OSError as error:
            self._note(f"nobody can be let in for now: {error.strerror}")
            select.select([self._end], [], [], _PAUSE_SECONDS)
            return
        connection.setblocking(True)
        name = str(named(peer))
        if not self._strangers.acquire(blocking=False):
            connection.close()
            self._note(f"{name}: refused: {_STRANGERS} others have not said who they are")
            return
        try:
            threading.Thread(target=self._attend, args=(name, connection), daemon=True).start()
        except RuntimeError as error:  # there are no more threads
            self._strangers.release()
            connection.close()
            self._note(f"{name}: refused: {error}")

    def _attend(self, name: str, connection: socket.socket) -> None:
        try:
            line = Line.accepted(connection, self._certificate, GREETING_SECONDS)
            greet(line, self._token, self._role, listens=True)
        except (Stranger, EOFError, OSError) as why:
            self._note(f"{name}: refused: {_in_words(why)}")
            return
        finally:
            self._strangers.release()
        self._came(name, line)


def _in_words(why: Stranger | EOFError | OSError) -> str:
    match why:
        case Stranger():
            return str(why.args[0])
        case TimeoutError():
            return f"it did not say who it is within {GREETING_SECONDS:g} s"
        case EOFError() | ConnectionError():
            return "it hung up before it had said who it is"
        case ssl.SSLError():
            return f"TLS did not begin: {(why.reason or str(why)).replace('_', ' ').lower()}"
        case _:
            return str(why)
