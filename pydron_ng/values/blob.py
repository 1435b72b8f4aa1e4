"""What values become on their way: bytes, and names for what is defined once."""

from __future__ import annotations

from typing import NewType

#: Names a function or class that was defined to a worker before.
Token = NewType("Token", bytes)

#: What travels: a pickle first, then the raw buffers that it refers to (pickle protocol 5).
Blob = tuple[bytes, ...]
