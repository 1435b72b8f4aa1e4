"""Calls that were sent ahead and may be taken back: a worker takes a permit for each to begin it.

Permits are the numbers of the calls, in a pipe that both the program and the worker read. What
one of them has read the other one never sees: so each call is begun, or taken back, and not both.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from contextlib import suppress

from pydron_ng.backends.base import TaskId
from pydron_ng.backends.descriptors import Pipe

_NUMBER = struct.Struct("=q")
_ALL_BYTES = 1 << 16  # what a pipe holds


class Permits(Pipe):
    """The program's side."""

    @property
    def descriptor(self) -> int:
        """For the worker."""
        return self.ear.number

    def grant(self, tasks: Sequence[TaskId]) -> None:
        """The worker may begin these; to be said before they are sent.

        There is room for some thousands. Raises: OSError, if the program has closed the pipe.
        """
        self.rope.check()
        os.write(self.rope.number, struct.pack(f"={len(tasks)}q", *tasks))

    def take_back(self) -> list[TaskId]:
        """The calls that the worker has not begun; it will not begin them any more."""
        with suppress(OSError):
            self.ear.check()
            data = os.read(self.ear.number, _ALL_BYTES)
            return [TaskId(task) for (task,) in _NUMBER.iter_unpack(data)]
        return []


class Permit:
    """The worker's side."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._next = TaskId(-1)  # taken, for a call that is still to come

    def take(self, task: TaskId) -> bool:
        """Is this call to be begun? Those that are not were taken back."""
        if self._next < 0:
            try:
                (number,) = _NUMBER.unpack(os.read(self._descriptor, _NUMBER.size))
            except BlockingIOError:
                return False
            self._next = TaskId(number)
        if self._next != task:
            return False
        self._next = TaskId(-1)
        return True

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)
