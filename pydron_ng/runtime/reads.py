"""Which files and directories a call read: an audit hook that is awake during calls only."""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from typing import Any, Final

from pydron_ng.runtime.outcome import Files

_WRITES: Final = os.O_WRONLY | os.O_RDWR
_LISTINGS: Final = frozenset({"os.listdir", "os.scandir"})


class Reads(threading.local):
    """What the call of this thread has read so far, None while there is no call."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int, int] | None] | None = None

    def begin(self) -> None:
        self.seen = {}

    def end(self) -> Files:
        """What was read since ``begin``."""
        seen, self.seen = self.seen, None
        return tuple(seen.items()) if seen else ()

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook itself: it runs for every event of the interpreter."""
        if event != "open" and event not in _LISTINGS:
            return
        if self.seen is None or (event == "open" and _is_for_writing(*args)):
            return
        path = _path(args[0])
        if path is not None and path not in self.seen:
            self.seen[path] = stat_of(path)


@cache
def reads() -> Reads:
    """The only one of this process: an audit hook cannot be taken back."""
    heard = Reads()
    sys.addaudithook(heard.hear)
    return heard


def stat_of(path: str) -> tuple[int, int, int] | None:
    """Inode, size in bytes, time of change in ns; None if there is nothing."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def unchanged(files: Files) -> bool:
    """Whether all files and directories are what they were when they were read."""
    return all(stat_of(path) == found for path, found in files)


def _is_for_writing(_path: object, _mode: object, flags: int) -> bool:
    return bool(flags & _WRITES)


def _path(path: Any) -> str | None:
    """Absolute, or None for a descriptor that was open already."""
    if isinstance(path, int):
        return None
    try:
        return os.path.abspath(os.fsdecode("." if path is None else path))
    except (TypeError, ValueError):
        return None
