"""The directory of a shelf that all outposts of a program on one machine have in common.

Each has a lock on it that others may have, too; the last one removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from uuid import uuid4

from pydron_ng.backends.engines.orders import Kept
from pydron_ng.backends.folders import usual_place
from pydron_ng.backends.remote.landing import Refusal, home_in
from pydron_ng.backends.remote.place import PREFIX, bytes_for, tidy

_NAME = "name"  # a link to nowhere: who makes it gives the directory its name
_ATTEMPTS = 3


class Room:
    """kept: what the program is told of it; nothing, where nothing can be kept."""

    def __init__(self, house: str, kept_mb: int | None) -> None:
        """house: the program. kept_mb: 0: nothing is to be kept; None: as much as there is room."""
        self.kept = Kept("", 0, "")
        self._home = ""
        self._descriptor = -1
        if kept_mb == 0:
            return
        with suppress(OSError, Refusal):
            for _ in range(_ATTEMPTS):
                self._home = home_in(usual_place())
                tidy(self._home)
                folder = os.path.join(self._home, PREFIX + house)
                if self._enter(folder):
                    size = bytes_for(self._home, kept_mb)
                    self.kept = Kept(folder, size, _name_of(folder))
                    break

    def close(self) -> None:
        """Remove it, if no other outpost is there."""
        if self._descriptor < 0:
            return
        with suppress(OSError):  # another one is
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(self.kept.folder, ignore_errors=True)
        os.close(self._descriptor)
        self._descriptor = -1
        with suppress(OSError):  # others have something there
            os.rmdir(self._home)

    def _enter(self, folder: str) -> bool:
        """False: somebody has just removed it. Raises: OSError."""
        try:
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700)
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.path.samestat(os.fstat(descriptor), os.stat(folder)):
                self._descriptor = descriptor
                return True
        except FileNotFoundError:
            pass
        finally:
            if self._descriptor < 0:
                os.close(descriptor)
        return False


def _name_of(folder: str) -> str:
    """The same for all who are in the directory, and for no other directory. Raises: OSError."""
    path = os.path.join(folder, _NAME)
    with suppress(FileExistsError):
        os.symlink(uuid4().hex, path)
    return os.readlink(path)
