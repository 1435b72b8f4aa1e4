"""``pydron top`` on a terminal: it is drawn again and again, and given back as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from click.testing import CliRunner

from pydron_ng.cli import main
from tests.scripts import ROOT, TIMEOUT_SECONDS
from tests.watched import HOLDING, Programs

ROWS, COLUMNS = 24, 80


class Terminal:
    """One with ``pydron top`` on it."""

    def __init__(self, run: Path) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self._theirs = theirs
        inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pydron_ng", "top", "--every", "0.2"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=inherited | {"PYDRON_RUN_DIR": str(run), "LANG": "C.UTF-8"},
        )

    def until(self, text: str) -> str:
        """Wait until that is shown; all that is shown then."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while text not in (shown := "\n".join(self.screen.display)):
            assert time.monotonic() < end, shown
            self._read()
        return shown

    def _read(self) -> None:
        if select.select([self._ours], [], [], 0.1)[0]:
            data = os.read(self._ours, 1 << 16)
            self.raw += data
            self._stream.feed(data)

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self) -> int:
        """Its status."""
        while self.process.poll() is None:
            self._read()
        self._read()
        return self.process.returncode

    @property
    def is_as_before(self) -> bool:
        return bool(termios.tcgetattr(self._theirs) == self.before)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def top(run: Path) -> Iterator[Terminal]:
    terminal = Terminal(run)
    try:
        yield terminal
    finally:
        terminal.close()


def test_it_shows_what_changes_and_ends_with_q(programs: Programs) -> None:
    program = programs.start(HOLDING + "    work.hold(folder / 'end', folder / 'over')\n")
    program.until(running=2)
    with top(programs.run) as terminal:
        assert "survey.py" in terminal.until("2 running, 1 waiting, 0 done")
        program.go()
        terminal.until("0 running, 0 waiting, 3 done")
        terminal.type(b"x")
        terminal.type(b"q")
        assert terminal.end() == 0
        assert terminal.is_as_before
        assert terminal.raw.endswith(b"\x1b[?25h\x1b[?1049l")  # cursor and text are there again


def test_programs_may_come_and_go(programs: Programs) -> None:
    with top(programs.run) as terminal:
        terminal.until("no program of yours runs here")
        program = programs.start()
        terminal.until("2 running")
        program.process.kill()
        terminal.until("no program of yours runs here")


def test_an_interrupt_ends_it_and_the_terminal_is_as_it_was(programs: Programs) -> None:
    with top(programs.run) as terminal:
        terminal.until("q ends")
        terminal.process.send_signal(2)
        assert terminal.end() == 1
        assert terminal.is_as_before


@pytest.mark.parametrize("every", ["0", "soon"])
def test_a_time_that_is_none_is_refused(every: str) -> None:
    assert CliRunner().invoke(main, ["top", "--every", every]).exit_code == 2


def test_where_there_is_no_terminal_that_is_said() -> None:
    done = CliRunner().invoke(main, ["top"])
    assert done.exit_code == 1
    assert "this is no terminal" in done.output
