"""The number of an open file of ours, in a program that may close all it finds.

What is done to a descriptor goes to whatever has its number: so each knows which file it was for.
"""

from __future__ import annotations

import errno
import os


class Descriptor:
    """The number of an open file, as long as it is the number of that file."""

    __slots__ = ("_file", "number")

    def __init__(self, number: int) -> None:
        """Raises: OSError, if it is not open."""
        self.number = number
        self._file = _file(number)

    def is_ours(self) -> bool:
        try:
            return _file(self.number) == self._file
        except OSError:
            return False

    def check(self) -> None:
        """Raises: OSError, if it is not ours any more."""
        if not self.is_ours():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def close(self) -> None:
        """Close it, unless the program has."""
        if self.is_ours():
            os.close(self.number)


def _file(number: int) -> tuple[int, int]:
    status = os.fstat(number)
    return status.st_dev, status.st_ino
