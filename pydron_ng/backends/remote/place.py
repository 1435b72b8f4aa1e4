"""The directory of a host's shelf: the agent makes it, and removes it at the end.

It is locked for as long as the agent lives; so what one has left behind that was killed is known.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress

PREFIX = "kept-"
#: Of the memory, and of what is free on the disk, if nobody says how much.
_OF_MEMORY, _OF_DISK = 4, 2


class Place:
    """folder: empty where nothing can be kept. room: in bytes."""

    def __init__(self, home: str, kept_mb: int | None) -> None:
        """home: the directory of ours, where what others have left behind is removed."""
        self.folder = ""
        self.room = 0
        self._descriptor = -1
        if kept_mb != 0:
            with suppress(OSError):
                tidy(home)
                self.folder = tempfile.mkdtemp(prefix=PREFIX, dir=home)
                self.room = bytes_for(home, kept_mb)
                self._lock()

    def close(self) -> None:
        """Remove it, with all that is in there."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = ""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _lock(self) -> None:
        """Where that cannot be, or somebody has tidied up before it was, nothing is kept."""
        try:
            self._descriptor = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.stat(self.folder)
        except OSError:
            self.close()


def bytes_for(home: str, kept_mb: int | None) -> int:
    """How much may be kept there; kept_mb: if somebody has said so."""
    if kept_mb is not None:
        return kept_mb << 20
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(memory // _OF_MEMORY, shutil.disk_usage(home).free // _OF_DISK)


def tidy(home: str) -> None:
    """Remove the places of agents that were killed."""
    for name in os.listdir(home):
        if name.startswith(PREFIX):
            with suppress(OSError):
                _remove_if_left(os.path.join(home, name))


def _remove_if_left(folder: str) -> None:
    """Raises: OSError, where its agent lives."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
