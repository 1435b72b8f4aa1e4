"""What became of a performed call, as the program sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What a call said: ("out", text), ("err", text), ("warning", ...) or ("log", ...), in order.
Records = tuple[tuple[Any, ...], ...]

#: What a call read: path, then inode, size and time of change in ns, or None if it was not there.
Files = tuple[tuple[str, tuple[int, int, int] | None], ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The call returned. seconds: wall time of the call alone."""

    value: Any
    records: Records
    seconds: float
    files: Files


@dataclass(frozen=True, slots=True)
class Raised:
    """The call raised. The exception's traceback begins at the function's own frame."""

    exception: Exception
    records: Records
    seconds: float
    files: Files


@dataclass(frozen=True, slots=True)
class Refused:
    """The outcome is not to be believed, or cannot be brought back: make the call inline."""

    reason_code: str
    why: str
    seconds: float


Outcome = Returned | Raised | Refused
