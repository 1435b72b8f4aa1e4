"""One client at a node: a Python console of its own, on cores of its own, until it hangs up.

What the console says goes back in pieces that tell output from errors, and how it ended.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from enum import IntEnum

from pydron_ng.backends.launch import ending
from pydron_ng.backends.nodes.line import Line
from pydron_ng.backends.remote.carriers import CONSOLE

PIECE = struct.Struct("!BI")
MOST_BYTES = 1 << 18
#: Agents end what they have started in no time; this is for a machine in trouble.
_END_SECONDS = 10.0


class Voice(IntEnum):
    """What a piece is."""

    OUTPUT = 1
    ERRORS = 2
    END = 3  # and why; nothing follows


class Guest:
    """A console that runs. Raises: OSError, when it cannot be started.

    python: the command; "": the node's own.
    """

    def __init__(self, line: Line, python: str, processors: Collection[int]) -> None:
        self._line = line
        self._why = ""
        self._ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [*(shlex.split(python) or [sys.executable]), *CONSOLE],
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
        except BaseException:
            self._ours.close()
            raise
        if hasattr(os, "sched_setaffinity"):  # nothing has been typed into it yet
            with suppress(OSError):  # it has ended, or the system has taken processors away
                os.sched_setaffinity(self._process.pid, processors)

    def serve(self) -> str:
        """How it ended; all that was started is gone by then."""
        listener, *speakers = [
            threading.Thread(target=work, daemon=True)
            for work in (self._carry_there, self._carry_output, self._carry_errors)
        ]
        for carrier in (listener, *speakers):
            carrier.start()
        code = self._process.wait()
        how = ending(code << 8 if code >= 0 else -code)
        for speaker in speakers:
            speaker.join(_END_SECONDS)
        if not any(speaker.is_alive() for speaker in speakers):
            with suppress(OSError):
                self._say(Voice.END, (self._why or f"Python there {how}").encode())
        self._close(listener, speakers[0])
        return how

    def _close(self, *carriers: threading.Thread) -> None:
        self._line.end()
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)
        for carrier in carriers:
            carrier.join()
        self._line.close()
        self._ours.close()

    def hang_up(self, why: str = "") -> None:
        """Have it end, however long that takes, up to a limit. why: in place of how it ended."""
        self._why = self._why or why
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _carry_there(self) -> None:
        with suppress(OSError):
            while data := self._line.read(MOST_BYTES):
                self._ours.sendall(data)
        self.hang_up()

    def _carry_output(self) -> None:
        with suppress(OSError):
            while data := self._ours.recv(MOST_BYTES):
                self._say(Voice.OUTPUT, data)

    def _carry_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as errors, suppress(OSError):
            while words := os.read(errors.fileno(), MOST_BYTES):
                self._say(Voice.ERRORS, words)

    def _say(self, voice: Voice, data: bytes) -> None:
        self._line.write(PIECE.pack(voice, len(data)) + data)
