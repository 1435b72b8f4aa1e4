"""Bytes through the standard streams of any program: srun, kubectl exec -i, ssh."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pydron_ng.backends.launch import ending
from pydron_ng.backends.remote.trouble import Trouble

_PIPE_BYTES = 1 << 20
_WORDS_BYTES = 4000
_END_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1


class ByCommand:
    """A running program. Raises: Trouble when it cannot be started.

    It is made by a thread that lives as long as the process: the program ends with that.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        except (OSError, subprocess.SubprocessError) as error:
            why = f"{self._command[0]} cannot be started: {getattr(error, 'strerror', '') or error}"
            raise Trouble(why, "install it, or check how the command is written") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._into, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        _enlarge(self._into)
        _enlarge(self._out)
        self._words = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def read(self, most: int) -> bytes:
        return os.read(self._out, most)

    def write(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._into, rest) :]

    def hang_up(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def close(self) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self) -> str:
        """Its standard error, and how it ended."""
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.close()
        self._listener.join(_END_SECONDS)
        code = self._process.returncode
        words = self._words.decode(errors="replace").strip()
        end = ending(code << 8 if code >= 0 else -code)
        return "; ".join(filter(None, [words, f"{self._command[0]} {end}"]))

    def identity(self) -> dict[str, Any]:
        """Whatever the command is, that is its affair."""
        return {}

    def _listen(self) -> None:
        assert self._process.stderr is not None
        while words := os.read(self._process.stderr.fileno(), _WORDS_BYTES):
            self._words = (self._words + words)[-_WORDS_BYTES:]


def answer_to(command: Sequence[str], seconds: float) -> str:
    """What the program says, at once or never."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout + done.stderr).decode(errors="replace")


def _end_with_parent() -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _enlarge(pipe: int) -> None:
    """A pipe holds 64 kB by itself; larger ones need fewer turns."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
