"""Progress as a line at the foot of the terminal, of which nothing is left in the end."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import termios
from collections.abc import Callable
from contextlib import suppress

from pydron_ng.memory.descriptor import Descriptor
from pydron_ng.observe.progress import STDERR, escapes
from pydron_ng.observe.progress.guard import GONE, SHOWN, TIDY, Guard

_LEAST_ROWS, _LEAST_COLUMNS = 4, 20
_BOTTOM = 9999  # a row below the last one is the last one
_LOCAL = 3  # which of a terminal's attributes say how it is read


class Terminal:
    """The terminal of standard error, by a descriptor of its own: the program may redirect its.

    One process at a time has a line there.
    """

    seconds = 0.25

    def __init__(self) -> None:
        """Raises: OSError, if it cannot be opened, or there can be no guard."""
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC
        self._terminal = Descriptor(os.open(os.ttyname(STDERR), flags))
        self._size = os.terminal_size((0, 0))
        self._is_shown = self._is_disturbed = False
        tidying = escapes.take_away(_BOTTOM).replace("\033", "\\033")
        try:
            self._guard = Guard(self._terminal.number, tidying)
        except BaseException:
            self._terminal.close()
            raise

    def show(self, line: Callable[[int], str]) -> None:
        """Show the line, unless somebody else is at work on the terminal."""
        if not self._is_in_foreground():
            self._withdraw()
        elif not self._is_quiet() or not self._is_writable():
            self._is_disturbed = True
        elif self._is_shown or self._is_free():
            self._draw(line)

    def _draw(self, line: Callable[[int], str]) -> None:
        size = os.get_terminal_size(self._number())
        if size != self._size:
            self._hide()
        if size.lines < _LEAST_ROWS or size.columns < _LEAST_COLUMNS:
            return
        draw = escapes.update
        if not self._is_shown or self._is_disturbed:
            self._guard.say(SHOWN)
            draw = escapes.set_up
        self._size, self._is_shown, self._is_disturbed = size, True, False
        self._write(draw(size.lines, line(size.columns - 1)))

    def end(self, line: str) -> None:  # noqa: ARG002
        with suppress(OSError):
            if self._is_shown and self._is_in_foreground() and self._is_writable():
                self._hide()
        self._withdraw()
        with suppress(OSError):
            fcntl.flock(self._number(), fcntl.LOCK_UN)

    def _hide(self) -> None:
        if not self._is_shown:
            return
        size = os.get_terminal_size(self._number())
        is_same = size == self._size
        gone = escapes.take_away(size.lines) if is_same else escapes.take_away_anywhere()
        self._write(gone)
        self._is_shown = False
        self._guard.say(GONE)

    def _withdraw(self) -> None:
        """Have it taken away by who may write there."""
        if self._is_shown:
            self._is_shown = False
            self._guard.say(TIDY)

    def forget(self) -> None:
        self._terminal.close()
        self._guard.close()

    # --- the terminal ---

    def _number(self) -> int:
        """Raises: OSError, if the program has closed it."""
        if not self._terminal.is_ours():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._terminal.number

    def _write(self, text: str) -> None:
        """In one piece: nobody else's comes in between."""
        os.write(self._number(), text.encode(errors="replace"))

    def _is_in_foreground(self) -> bool:
        """May the program write there? Others have the terminal while it is in the background."""
        try:
            return os.tcgetpgrp(self._number()) == os.getpgrp()
        except OSError:
            return True  # it is nobody's

    def _is_quiet(self) -> bool:
        """Is it read line by line? Editors, pagers and the like read key by key."""
        return bool(termios.tcgetattr(self._number())[_LOCAL] & termios.ICANON)

    def _is_writable(self) -> bool:
        """Would writing wait, for Ctrl-Q, or for a slow line?"""
        poll = select.poll()
        poll.register(self._number(), select.POLLOUT)
        return bool(poll.poll(0))

    def _is_free(self) -> bool:
        """Whether no other process has its line there; then this one has."""
        with suppress(BlockingIOError):
            fcntl.flock(self._number(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
