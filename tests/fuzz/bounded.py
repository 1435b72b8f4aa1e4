"""A program may take only so many steps: random ones, and smaller ones made of them, may not end.

The steps of the program's own lines are counted, so what is too long is so on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Endless(BaseException):
    """The program has taken too many steps."""


class Steps:
    """Counts the lines that are run in one file."""

    def __init__(self, path: str, most: int) -> None:
        self._path = path
        self._left = most

    @property
    def ran_out(self) -> bool:
        return self._left < 0

    def enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        """A function is called; those of other files are not looked at."""
        return self.step(frame, event, arg) if frame.f_code.co_filename == self._path else None

    def step(self, frame: FrameType, event: str, arg: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Endless
        return self.step


@contextmanager
def bounded(path: str, most: int) -> Iterator[Steps]:
    """Inside of the block Endless is raised in code of that file after so many steps."""
    steps = Steps(path, most)
    before = sys.gettrace()
    sys.settrace(steps.enter)
    try:
        yield steps
    finally:
        sys.settrace(before)
