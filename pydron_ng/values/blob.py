"""What values become on their way: bytes, and names for what is defined once."""

from __future__ import annotations

from typing import Any, NewType, Protocol

#: Names a function or class that was defined to a worker before.
Token = NewType("Token", bytes)


class Apart(Protocol):
    """Bytes that are not in the blob itself, but in memory that processes share."""

    def __len__(self) -> int: ...
    @property
    def memory(self) -> memoryview: ...


#: Bytes, or what is Apart; in a worker None, if it found no memory for them. Only large parts of
#: arguments and results ever are the latter two; nobody but ``memory_of`` and the two ends of a
#: stream asks.
Part = Any

#: What travels: a pickle first, then the raw buffers that it refers to (pickle protocol 5).
Blob = tuple[Part, ...]


def memory_of(part: Part) -> bytes | memoryview:
    """The bytes of a part, to be read."""
    if isinstance(part, bytes):
        return part
    apart: Apart = part
    return apart.memory
