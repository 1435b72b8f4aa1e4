"""What is made of descriptors of ours, in a program that may close all it finds: bells, streams."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress

from pydron_ng.memory.descriptor import Descriptor


class Bell:
    """A descriptor that becomes readable when it is rung."""

    def __init__(self) -> None:
        """Raises: OSError when no descriptor is left."""
        ear, rope = os.pipe()
        os.set_blocking(ear, False)
        os.set_blocking(rope, False)
        self._ear, self._rope = Descriptor(ear), Descriptor(rope)

    def fileno(self) -> int:
        return self._ear.number

    def ring(self) -> None:
        if self._rope.is_ours():
            with suppress(BlockingIOError):
                os.write(self._rope.number, b"\0")

    def hear(self) -> None:
        """What was rung so far is heard."""
        if self._ear.is_ours():
            with suppress(BlockingIOError):
                os.read(self._ear.number, 4096)

    def close(self) -> None:
        self._ear.close()
        self._rope.close()


class Stream(socket.socket):
    """A connected socket; once the program has closed it, an error like that of a closed one."""

    def __init__(self, number: int) -> None:
        """Takes the descriptor over."""
        super().__init__(fileno=number)
        self.set_inheritable(False)
        self._descriptor = Descriptor(number)

    def check(self) -> None:
        """Raises: OSError, if it is not ours any more."""
        if not self._descriptor.is_ours():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def close(self) -> None:
        if self.fileno() >= 0 and not self._descriptor.is_ours():
            self.detach()
        super().close()


def end_of(process: int) -> int:
    """A descriptor that becomes readable when the process ends, -1 where there is none.

    A stream to it ends with it, too, unless a fork of it still holds that.
    """
    try:
        return os.pidfd_open(process)
    except (AttributeError, OSError):
        return -1
