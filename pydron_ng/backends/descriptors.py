"""What is made of descriptors of ours, in a program that may close all it finds: bells, streams."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from pydron_ng.memory.descriptor import Descriptor


class Pipe:
    """A pipe whose ends never block. ear: to read from. rope: to write to."""

    def __init__(self) -> None:
        """Raises: OSError when no descriptor is left."""
        ear, rope = os.pipe()
        os.set_blocking(ear, False)
        os.set_blocking(rope, False)
        self.ear, self.rope = Descriptor(ear), Descriptor(rope)

    def close(self) -> None:
        self.ear.close()
        self.rope.close()


class Bell(Pipe):
    """A descriptor that becomes readable when it is rung."""

    def fileno(self) -> int:
        return self.ear.number

    def ring(self) -> None:
        if self.rope.is_ours():
            with suppress(BlockingIOError):
                os.write(self.rope.number, b"\0")

    def hear(self) -> None:
        """What was rung so far is heard."""
        if self.ear.is_ours():
            with suppress(BlockingIOError):
                os.read(self.ear.number, 4096)


class Stream(socket.socket):
    """A connected socket; once the program has closed it, an error like that of a closed one."""

    def __init__(self, number: int) -> None:
        """Takes the descriptor over."""
        super().__init__(fileno=number)
        self.set_inheritable(False)
        self._descriptor = Descriptor(number)

    def check(self) -> None:
        """Raises: OSError, if it is not ours any more."""
        self._descriptor.check()

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
