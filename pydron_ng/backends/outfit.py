"""What a worker is handed over its stream before anything else: a second stream, its permits."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import NamedTuple

from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.permits import Permit, Permits
from pydron_ng.memory.arena import is_possible

#: Which descriptors come with the byte, in this order.
_ASIDE, _PERMITS = 1, 2


class Outfit(NamedTuple):
    """aside: for the descriptors of shared memory, or for answers to questions.

    permit: None: it begins whatever it is sent.
    """

    aside: Stream | None
    permit: Permit | None


def hand_out(stream: socket.socket, permits: Permits | None = None) -> Stream | None:
    """The program's end of the second stream, where memory can be shared."""
    number = -1 if permits is None else permits.descriptor
    if is_possible():
        with suppress(OSError):
            return send_aside(stream, number)
    with suppress(OSError):  # the worker is gone, as will be noticed
        _send(stream, permits=number)
    return None


def send_aside(stream: socket.socket, permits: int = -1) -> Stream:
    """Our end of a second stream; the other end is sent over the first one.

    permits: the descriptor that the worker reads them from, if it has any. Raises: OSError.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            _send(stream, aside=theirs.fileno(), permits=permits)
        except OSError:
            ours.close()
            raise
    return Stream(ours.detach())


def _send(stream: socket.socket, *, aside: int = -1, permits: int = -1) -> None:
    what = (_ASIDE if aside >= 0 else 0) | (_PERMITS if permits >= 0 else 0)
    descriptors = [number for number in (aside, permits) if number >= 0]
    socket.send_fds(stream, [bytes([what])], descriptors)


def take_in(stream: socket.socket) -> Outfit:
    """The worker's side of it."""
    data, descriptors, _, _ = socket.recv_fds(stream, 1, 2, socket.MSG_CMSG_CLOEXEC)
    what = data[0] if data else 0
    aside = Stream(descriptors.pop(0)) if what & _ASIDE else None
    return Outfit(aside, Permit(descriptors.pop(0)) if what & _PERMITS else None)
