"""Bytes to a node, once both sides know of each other that they know the token."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Mapping
from typing import Any

from pydron_ng.backends.nodes.address import Address
from pydron_ng.backends.nodes.awaiting import awaited
from pydron_ng.backends.nodes.certificate import certificate_in, fingerprint
from pydron_ng.backends.nodes.dial import Endpoint
from pydron_ng.backends.nodes.greeting import Role, tell, told
from pydron_ng.backends.nodes.guest import MOST_BYTES, PIECE, Voice
from pydron_ng.backends.nodes.line import Line
from pydron_ng.backends.nodes.private import NotPrivate
from pydron_ng.backends.remote.trouble import Trouble

_WORDS_BYTES = 4000


class ByNode:
    """A Python console at a node. Raises: Trouble, when there is none to be had.

    way: see ``pydron_ng.backends.node``. python: the command; "": the node's own.
    note: see ``carrier_for``. cores: as many as the node gives, of those that were asked for.
    """

    def __init__(self, way: Mapping[str, Any], python: str, note: Callable[[str], None]) -> None:
        self._name, self._line = _awaited(way, note) if "listen" in way else ("", _dialled(way))
        answer = _asked(self._line, way["cores"], python)
        self.cores: int = answer["cores"]
        self._line.unlimited()
        self._left = 0  # of a piece of output
        self._words = b""
        self._end = ""

    def read(self, most: int) -> bytes:
        try:
            while not self._left:
                if self._ends():
                    return b""
        except EOFError:
            return b""
        data = self._line.read(min(most, self._left))
        self._left -= len(data)
        return data

    def _ends(self) -> bool:
        """Take in what a piece of output begins with, or all of another one."""
        voice: int
        voice, size = PIECE.unpack(self._line.exactly(PIECE.size))
        if size > MOST_BYTES:
            raise OSError("what came is nothing that a node says")
        if voice == Voice.OUTPUT:
            self._left = size
        elif voice == Voice.ERRORS:
            self._words = (self._words + self._line.exactly(size))[-_WORDS_BYTES:]
        else:
            self._end = self._line.exactly(size).decode(errors="replace")
        return voice == Voice.END

    def write(self, data: bytes | memoryview) -> None:
        self._line.write(data)

    def hang_up(self) -> None:
        self._line.hang_up()

    def close(self) -> None:
        self._line.end()

    def last_words(self) -> str:
        """Its standard error, and how it ended."""
        words = self._words.decode(errors="replace").strip()
        return "; ".join(filter(None, [words, self._end or "the connection was lost"]))

    def identity(self) -> dict[str, Any]:
        """The certificate of a node that listens; of one that dialled in, where it is."""
        if self._name:
            return {"name": f"node://{self._name}"}
        return {"host_key": f"TLS {fingerprint(self._line.digest)}", "is_known": True}


def _dialled(way: Mapping[str, Any]) -> Line:
    """Raises: Trouble."""
    address, token = Address(*way["dial"]), way["token"].encode()
    node = Endpoint(address, token, way["fingerprint"], way["ca_file"])
    return node.dial(Role.PROGRAM, way["timeout"])


def _awaited(way: Mapping[str, Any], note: Callable[[str], None]) -> tuple[str, Line]:
    """Raises: Trouble."""
    address = Address(*way["listen"])
    try:
        certificate = certificate_in(way["certificate"])
        return awaited(address, certificate, way["token"].encode(), note)
    except NotPrivate as error:
        raise Trouble(str(error), "") from None
    except OSError as error:
        why = f"nobody can listen at {address}: {error.strerror or error}"
        raise Trouble(why, 'name another address as "listen"') from None


def _asked(line: Line, cores: int | None, python: str) -> dict[str, Any]:
    """What the node gives. Raises: Trouble."""
    try:
        who = f"{getpass.getuser()}@{socket.gethostname()}"
        tell(line, who=who, cores=cores, python=python)
        answer = told(line)
    except (EOFError, OSError, ValueError) as error:
        line.close()
        why = f"it hung up instead of giving cores: {error}"
        raise Trouble(why, "see what the node says there", lasting=False) from None
    if "why" in answer:
        line.close()
        raise Trouble(**answer)
    return answer
