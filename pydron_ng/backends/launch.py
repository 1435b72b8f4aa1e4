"""The program's side of the launcher: starts it, asks it for workers, hears of their ends."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pydron_ng.backends.detached import Detached
from pydron_ng.backends.launcher import MESSAGE

#: Python takes in descriptors as inheritable ones; a child started meanwhile would have them.
_NOT_INHERITED = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

#: What the launcher said: kind, number, status, and a descriptor or -1.
Report = tuple[bytes, int, int, int]


class LauncherLink:
    """The stream to one launcher. Raises: OSError when it cannot be started."""

    def __init__(
        self,
        performer: str,
        own: Mapping[str, str],
        flags: Sequence[str] | None = None,
        questions: int = -1,
    ) -> None:
        """own: variables that its workers keep in their environment.

        flags: of the interpreter; None: the program's own.
        questions: the descriptor on which it asks for modules, if it runs on another host.
        """
        self._data = b""
        self._descriptors: list[int] = []
        words = [performer, " ".join(map("=".join, own.items())), str(questions)]
        passed = [questions] if questions >= 0 else []
        self._process = Detached(
            "pydron_ng.backends.launcher", words, _environment(own), flags, passed
        )
        self._stream = self._process.stream
        self._stream.setblocking(False)
        self.last_words = self._process.last_words

    def fileno(self) -> int:
        return self._stream.fileno()

    def ask(self, kind: bytes, number: int) -> None:
        """Send a request; a launcher that is gone will be noticed by whoever reads."""
        self._stream.check()
        with suppress(ConnectionError):
            self._stream.send(MESSAGE.pack(kind, number, 0))

    def reports(self) -> Iterator[Report]:
        """What it has said since. Raises: EOFError when it is gone."""
        self._stream.check()
        try:
            data, descriptors, _, _ = socket.recv_fds(self._stream, 4096, 64, _NOT_INHERITED)
        except BlockingIOError:
            return
        except ConnectionError:
            raise EOFError from None
        self._descriptors += descriptors
        self._data += data
        whole = len(self._data) // MESSAGE.size * MESSAGE.size
        messages, self._data = self._data[:whole], self._data[whole:]
        for kind, number, status in MESSAGE.iter_unpack(messages):
            yield kind, number, status, self._descriptor(kind)
        if not data:
            raise EOFError

    def _descriptor(self, kind: bytes) -> int:
        """The descriptor that came with the message; -1 where the program has none left."""
        return self._descriptors.pop(0) if kind == b"J" and self._descriptors else -1

    def close(self) -> None:
        """End it and all its workers; returns when they are gone."""
        self._process.close()
        self._drop_descriptors()

    def forget(self) -> None:
        """Close the descriptors and say nothing."""
        self._process.forget()
        self._drop_descriptors()

    def _drop_descriptors(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()


def ending(status: int) -> str:
    """A wait status in words."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exited with status {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The program's, and one hash seed for all workers where the program has not fixed it."""
    return {**os.environ, **own, "PYTHONHASHSEED": hash_seed()}


def hash_seed() -> str:
    """The program's, if it has fixed it; else one that all workers have."""
    seed = os.environ.get("PYTHONHASHSEED", "random")
    return "0" if seed == "random" else seed
