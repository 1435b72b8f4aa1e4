"""Programs on a terminal of their own: a pseudo-terminal, with an emulator that shows it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, Self

import pyte

from tests.scripts import TIMEOUT_SECONDS, environment, write

ROWS, COLUMNS = 12, 100
#: What each program begins with. ``seen()`` returns when a line has been seen at the foot; a call
#: is a long one from its beginning, and the line is drawn as often as can be.
BEGINNING = """
    import os, sys, time
    from pydron_ng import functional, schedule
    from pydron_ng.observe.progress import terminal
    from pydron_ng.runtime import watch

    watch.LONG_SECONDS = 0.01
    terminal.Terminal.seconds = 0.005

    @functional
    def calibrate(n):
        time.sleep(0.002)
        return n * n

    def seen():
        while not os.path.exists("seen"):
            time.sleep(0.002)
"""

#: It takes the terminal for its own, then is the program.
_START = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "script.py"])
"""


class Screen(pyte.HistoryScreen):
    """As xterm does it, the cursor goes back behind the last column of a row that is full, too.

    And below what scrolls it goes down to the end of the screen.
    """

    def cursor_down(self, count: int | None = None) -> None:
        if self.margins is not None and self.cursor.y > self.margins.bottom:
            self.cursor.y = min(self.cursor.y + (count or 1), self.lines - 1)
        else:
            super().cursor_down(count)

    def restore_cursor(self) -> None:
        saved = self.savepoints[-1].cursor.x if self.savepoints else 0
        super().restore_cursor()
        self.cursor.x = max(self.cursor.x, saved)


class Terminal:
    """A terminal with a program on it."""

    def __init__(self, folder: Path, source: str, *, progress: str, kind: str = "xterm") -> None:
        """progress: the value of PYDRON_PROGRESS; kind: that of TERM."""
        self.folder = folder
        self.screen = Screen(COLUMNS, ROWS, history=10_000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        write(folder, dedent(BEGINNING) + dedent(source))
        variables = environment(folder, {"workers": [{"type": "multicore", "cores": 2}]})
        variables |= {"TERM": kind, "PYDRON_PROGRESS": progress, "LANG": "C.UTF-8"}
        self.process, self._ours = _start(folder, variables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def foot(self) -> str:
        """What its last row says."""
        return str(self.screen.display[-1]).strip()

    @property
    def text(self) -> list[str]:
        """All that it has shown, and shows, line by line."""
        above = [
            "".join(line[x].data for x in range(self.screen.columns))
            for line in self.screen.history.top
        ]
        lines = [line.rstrip() for line in [*above, *self.screen.display]]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def left(self) -> tuple[list[str], int, object]:
        """All that it has shown, the column of its cursor, and what of it scrolls."""
        return self.text, self.screen.cursor.x, self.screen.margins

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def resize(self, rows: int, columns: int) -> None:
        self.screen.resize(rows, columns)
        _resize(self._ours, rows, columns)

    def until(self, holds: Callable[[], bool]) -> None:
        """Show what comes until that holds."""
        while not holds():
            assert self._read(), f"the program has ended: {self.text}"

    def to_the_end(self) -> None:
        """Show what comes until nobody holds the terminal any more."""
        while self._read():
            pass

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], TIMEOUT_SECONDS)
        assert ready, f"nothing has come for long: {self.text}"
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # so Linux says that the other end is closed
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def has_seen(self) -> None:
        """Tell the program that a line has been seen."""
        (self.folder / "seen").touch()


def _start(folder: Path, variables: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """The process and our end of its terminal."""
    ours, theirs = pty.openpty()
    _resize(theirs, ROWS, COLUMNS)
    process = subprocess.Popen(
        [sys.executable, "-c", _START],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=dict(variables),
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def _resize(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def both_ways(folder: Path, source: str, keys: str = "") -> tuple[Any, Any]:
    """What a program leaves on the screen without a line, and with one that was seen meanwhile."""
    (folder / "seen").touch()
    with Terminal(folder, source, progress="0") as without:
        without.type(keys)
        without.to_the_end()
    (folder / "seen").unlink()
    with Terminal(folder, source, progress="yes") as terminal:
        terminal.type(keys)
        terminal.until(lambda: terminal.foot.startswith("survey"))
        terminal.has_seen()
        terminal.to_the_end()
    return without.left, terminal.left
