"""Where a node listens, as users write it: ``HOST[:PORT]``, an address with colons in brackets."""

from __future__ import annotations

import re
import socket
from typing import NamedTuple

DEFAULT_PORT = 7733
MOST_PORT = 65535
#: As a part of other patterns; the groups are the host and the port.
PATTERN = r"(\[[^@/\[\]]+\]|[^@/:\[\]]+)(?::([0-9]+))?"
#: More that have not been let in are not kept waiting.
_BACKLOG = 64


class Address(NamedTuple):
    """host: a name or an address, without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_from(text: str) -> Address:
    """Raises: ValueError, which says what was expected."""
    found = re.fullmatch(PATTERN, text)
    if found is None:
        raise ValueError(f"{text!r} is not HOST:PORT; an address with colons goes into brackets")
    host, port = found.groups()
    return address_of(host, port)


def address_of(host: str, port: str | None) -> Address:
    """Of what the groups of PATTERN hold. Raises: ValueError."""
    number = DEFAULT_PORT if port is None else int(port)
    if number > MOST_PORT:
        raise ValueError(f"{host}: ports are from 1 to {MOST_PORT}")
    return Address(host.removeprefix("[").removesuffix("]"), number)


def listener_at(address: Address, *, shared: bool = False) -> socket.socket:
    """A socket that listens there. shared: other processes of the user's do so, too.

    Raises: OSError.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server(address, family=family, backlog=_BACKLOG, reuse_port=shared)


def named(peer: tuple[str, int, *tuple[int, ...]]) -> Address:
    """Who is at the other end of an accepted connection."""
    return Address(peer[0], peer[1])
