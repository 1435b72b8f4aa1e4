"""A line between the program and its outposts on the same machine, beside whatever engine there is.

By it the program ends what a worker is at, though the engine could not; and when it is gone, or
needs no workers any more, all of them hear of it at once. It is a socket of the Unix domain in the
abstract namespace: no port, no file. Elsewhere there is no line.
"""

from __future__ import annotations

import os
import select
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from pydron_ng.backends.base import Loop, WorkerId
from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.engines.ending import call_last

_SEAT = struct.Struct("!q")
_PEER = struct.Struct("3i")


class Line:
    """The program's end. name: what outposts are told; empty: there is no such thing here."""

    def __init__(self, house: str, loop: Loop) -> None:
        """Raises: OSError when no descriptor is left."""
        self._loop = loop
        self._outposts: dict[int, Stream] = {}
        self._killed: list[bytes] = []  # of which outposts are told that come later
        self.name = ""
        self._listener: Stream | None = None
        if hasattr(socket, "SO_PEERCRED"):
            self.name = f"pydron-{house}"
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(f"\0{self.name}")
                listener.listen()
                listener.setblocking(False)
                self._listener = Stream(listener.detach())
            loop.register(self._listener.fileno(), self._accept, self._accept)
            _lines.add(self)

    def kill(self, seat: WorkerId) -> None:
        """End what that seat's worker process is at, in whichever outpost it is."""
        self._killed.append(_SEAT.pack(seat))
        for stream in self._outposts.values():
            with suppress(OSError):
                stream.sendall(self._killed[-1])

    def hang_up(self) -> None:
        """All outposts are to end; may be called by any thread."""
        for stream in list(self._outposts.values()):
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for number, stream in self._outposts.items():
            self._loop.unregister(number)
            stream.close()
        self._outposts.clear()
        if self._listener is not None:
            self._loop.unregister(self._listener.fileno())
            self._listener.close()

    def forget(self) -> None:
        """In a forked child: close the descriptors and say nothing."""
        for stream in self._outposts.values():
            stream.close()
        if self._listener is not None:
            self._listener.close()
        _lines.discard(self)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            accepted, _ = self._listener.accept()
        except OSError:  # it has gone again
            return
        stream = Stream(accepted.detach())
        if not is_ours(stream):
            stream.close()
            return
        with suppress(OSError):
            stream.sendall(b"".join(self._killed))
        number = stream.fileno()
        self._outposts[number] = stream
        self._loop.register(number, lambda: self._ended(number), lambda: None)

    def _ended(self, number: int) -> None:
        """An outpost never says anything."""
        self._loop.unregister(number)
        self._outposts.pop(number).close()


_lines: WeakSet[Line] = WeakSet()


@call_last
def _hang_up() -> None:
    for line in list(_lines):
        line.hang_up()


def connect(name: str) -> socket.socket | None:
    """An outpost's end; None if the program is not on this machine, or is no more."""
    if not name:
        return None
    stream = socket.socket(socket.AF_UNIX)
    try:
        stream.connect(f"\0{name}")
    except OSError:
        stream.close()
        return None
    if is_ours(stream):
        return stream
    stream.close()
    return None


def seats(stream: socket.socket, program: int) -> Iterator[int]:
    """Whose worker processes are to end, as they are named. Ends with the line, or the program.

    program: a descriptor that tells of its end, or -1: a fork of it may keep the line.
    """
    data = b""
    while more := _received(stream, program):
        data += more
        while len(data) >= _SEAT.size:
            (seat,) = _SEAT.unpack_from(data)
            data = data[_SEAT.size :]
            yield seat


def _received(stream: socket.socket, program: int) -> bytes:
    both: list[Any] = [stream, program] if program >= 0 else [stream]
    ready, _, _ = select.select(both, [], [])
    try:
        return stream.recv(4096) if stream in ready else b""
    except OSError:
        return b""


def is_ours(stream: socket.socket) -> bool:
    """Is the other end a process of the same user's?"""
    _, user, _ = _peer(stream)
    return user == os.geteuid()


def process_of(stream: socket.socket) -> int:
    """The process at the other end."""
    number, _, _ = _peer(stream)
    return number


def _peer(stream: socket.socket) -> tuple[int, int, int]:
    found = stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    process, user, group = _PEER.unpack(found)
    return process, user, group
