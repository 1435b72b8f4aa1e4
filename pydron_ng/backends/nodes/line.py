"""A connection with TLS whose two directions may belong to different threads.

The ssl module's own sockets hold one lock while they wait; here nothing is held meanwhile.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress

from pydron_ng.backends.nodes.certificate import Certificate, digest_of

_PIECE_BYTES = 1 << 18
#: A machine that does not answer for a minute is gone.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class Line:
    """It takes the socket over, and has a time limit until it is ``unlimited``.

    digest: of the listener's certificate. Raises: OSError, where TLS cannot be had; the socket
    is closed then.
    """

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._socket = connection
        self._end: float | None = time.monotonic() + seconds
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._turn = threading.Lock()  # for what TLS keeps in mind
        self._writing = threading.Lock()  # what was encrypted goes in that order
        self.digest = b""

    @classmethod
    def accepted(cls, connection: socket.socket, own: Certificate, seconds: float) -> Line:
        """The listener's end."""
        line = cls(connection, seconds)
        line._begin(own.context.wrap_bio(line._in, line._out, server_side=True))
        line.digest = own.digest
        return line

    @classmethod
    def dialled(
        cls, connection: socket.socket, context: ssl.SSLContext, host: str, seconds: float
    ) -> Line:
        """The other one. host: whom the certificate is to be of."""
        line = cls(connection, seconds)
        line._begin(context.wrap_bio(line._in, line._out, server_hostname=host))
        certificate = line._tls.getpeercert(binary_form=True)
        assert certificate is not None  # listeners have one
        line.digest = digest_of(certificate)
        return line

    def unlimited(self) -> None:
        """From now on it may take as long as it takes."""
        self._end = None
        self._socket.settimeout(None)

    def read(self, most: int) -> bytes:
        """What has come, at least a byte; empty at the end. Raises: OSError."""
        while not (data := self._decrypted(most)):
            if not self._fill():
                return b""
        return data

    def exactly(self, size: int) -> bytes:
        """Raises: EOFError, OSError."""
        data = b""
        while len(data) < size:
            more = self.read(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def write(self, data: bytes | memoryview) -> None:
        """All of it. Raises: OSError."""
        rest = memoryview(data)
        with self._writing:
            while rest:
                with self._turn:
                    while rest and self._out.pending < _PIECE_BYTES:
                        rest = rest[self._tls.write(rest) :]
                self._flush()

    def hang_up(self) -> None:
        """Nothing is written any more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        """Whoever waits for it waits no more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """For when nobody uses it any more."""
        self.end()
        self._socket.close()

    def _begin(self, tls: ssl.SSLObject) -> None:
        self._tls = tls
        try:
            _prepare(self._socket)
            while not self._has_shaken_hands():
                if not self._fill():
                    raise ConnectionResetError("it hung up before TLS began")
        except OSError:
            self.close()
            raise

    def _has_shaken_hands(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        else:
            return True
        finally:  # after a failure, too: the other side is told
            with suppress(OSError):
                self._flush()

    def _decrypted(self, most: int) -> bytes:
        """All that is there; a record of TLS holds 16 kB at most."""
        data = b""
        with self._turn, suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while len(data) < most and (more := self._tls.read(most - len(data))):
                data += more
        return data

    def _fill(self) -> bool:
        """Wait for more of what is encrypted; whether any came."""
        self._limit()
        data = self._socket.recv(_PIECE_BYTES)
        with self._turn:
            self._in.write(data)
        return bool(data)

    def _flush(self) -> None:
        with self._turn:
            data = self._out.read()
        self._limit()
        self._socket.sendall(data)

    def _limit(self) -> None:
        """Raises: TimeoutError."""
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._socket.settimeout(left)


def _prepare(connection: socket.socket) -> None:
    """Small frames do not wait for each other, and a machine that is gone is noticed."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE.items():
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
