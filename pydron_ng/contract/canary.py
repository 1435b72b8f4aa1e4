"""A worker process of the check's own, with another hash seed: what does a call come to there?"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from pydron_ng.runtime.answers import call_blob, decode
from pydron_ng.runtime.outcome import Outcome
from pydron_ng.runtime.surroundings import capture

if TYPE_CHECKING:
    from pydron_ng.values.functions import Identity
    from pydron_ng.values.library import Library
    from pydron_ng.values.pack import Packed

_START: Final = """\
import sys
sys.path[:] = {path!r}
from pydron_ng.contract.cage import main
main({fd})
"""
_SECONDS: Final = 60.0  # for a call that takes no time here; others get more


class CanaryDied(Exception):
    """The call ended the process, or did not end in time; the next one gets a new process."""


class Canary:
    """Starts its process with the first call, and ends it with ``close``."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: Connection | None = None

    def perform(
        self, identity: Identity, packed: Packed, arguments: object, seconds: float
    ) -> Outcome:
        """The outcome of a call there. arguments: those packed; seconds: what it took here.

        Raises:
            CanaryDied: there is none.
        """
        tokens = dict.fromkeys((*identity.tokens, *packed.tokens))
        known = {token: self._library.blob(token) for token in tokens}
        stream = self._stream or self._start()
        try:
            stream.send((known, capture().blob, call_blob(identity, packed)))
            if not stream.poll(_SECONDS + 10 * seconds):
                raise CanaryDied("it did not come to an end there")
            return decode(stream.recv(), self._library, arguments)
        except (EOFError, OSError):
            raise CanaryDied("it ended the process that it ran in") from None
        except CanaryDied:
            raise
        finally:
            if sys.exception() is not None:
                self.close()

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            command = _START.format(path=sys.path, fd=theirs.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-c", command],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONHASHSEED": _seed()},
                start_new_session=True,
            )
        self._stream = Connection(ours.detach())
        return self._stream

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._stream is not None:
            self._stream.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._stream = self._process = None


def _seed() -> str:
    """Another one than here, unless the user fixed it for all processes."""
    seed = os.environ.get("PYTHONHASHSEED", "random")
    return "1" if seed == "random" else seed
