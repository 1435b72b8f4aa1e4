"""The program's side of the launcher: starts it, asks it for workers, hears of their ends.

The agent on another host does the same in the program's stead.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from pydron_ng.backends.base import Loop
from pydron_ng.backends.detached import Detached
from pydron_ng.backends.folders import name_within, remove, usual_place
from pydron_ng.backends.launcher import ENDED, JOINED, KILL, MESSAGE, START

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
        place: str = "",
    ) -> None:
        """own: variables that its workers keep in their environment.

        flags: of the interpreter; None: the program's own.
        questions: the descriptor on which it asks for modules, if it runs on another host.
        place: where workers may keep files; empty: the usual one.
        """
        self._data = b""
        self._descriptors: list[int] = []
        self._folders = name_within(place or usual_place())
        words = [performer, " ".join(map("=".join, own.items())), str(questions), self._folders]
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
        return self._descriptors.pop(0) if kind == JOINED and self._descriptors else -1

    def close(self) -> None:
        """End it and all its workers; returns when they are gone."""
        self._process.close()
        self.tidy()
        self._drop_descriptors()

    def tidy(self) -> None:
        """It has ended, and may have left something behind."""
        remove(self._folders)

    def forget(self) -> None:
        """Close the descriptors and say nothing."""
        self._process.forget()
        self._drop_descriptors()

    def _drop_descriptors(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()


class Told(Protocol):
    """Who hears what becomes of the workers of a crew."""

    def joined(self, pid: int, descriptor: int) -> None:
        """descriptor: our end of its stream."""

    def ended(self, pid: int, why: str) -> None: ...
    def unstarted(self, count: int, why: str) -> None:
        """So many of those that were wanted will not come."""


class Crew:
    """The forks of one launcher, which is started when they are wanted, and again if it has ended.

    make: starts it; may raise OSError.
    """

    def __init__(self, make: Callable[[], LauncherLink], told: Told, loop: Loop) -> None:
        self._make = make
        self._told = told
        self._loop = loop
        self._launcher: LauncherLink | None = None
        self._starting = 0
        self._pids: set[int] = set()

    def start(self, count: int) -> None:
        """Have so many more workers."""
        try:
            if self._launcher is None:
                self._launcher = self._make()
                self._loop.register(self._launcher.fileno(), self._hear, _never)
            self._launcher.ask(START, count)
            self._starting += count
        except OSError as error:
            if error.strerror is None and not error.args:
                raise  # a signal handler's own, such as a bare TimeoutError
            self._told.unstarted(count, f"cannot start a launcher of workers: {error}")

    def kill(self, pid: int) -> None:
        if self._launcher is not None and pid in self._pids:
            self._launcher.ask(KILL, pid)

    def close(self) -> None:
        """End all of them; returns when they are gone."""
        launcher, self._launcher = self._launcher, None
        if launcher is not None:
            self._loop.unregister(launcher.fileno())
            launcher.close()

    def forget(self) -> None:
        """Close the descriptors and say nothing."""
        if self._launcher is not None:
            self._launcher.forget()

    def _hear(self) -> None:
        """Act on what the launcher reports."""
        assert self._launcher is not None
        try:
            for report in self._launcher.reports():
                self._note(report)
        except EOFError:
            self._launcher_ended()

    def _note(self, report: Report) -> None:
        kind, number, status, descriptor = report
        if kind == ENDED:
            self._pids.discard(number)
            self._told.ended(number, f"worker process {number} {ending(status)}")
            return
        self._starting -= 1
        if kind != JOINED:
            self._told.unstarted(1, f"cannot fork a worker: {os.strerror(number)}")
        elif descriptor < 0:
            self.turn_away(number)
        else:
            self._pids.add(number)
            self._told.joined(number, descriptor)

    def turn_away(self, pid: int) -> None:
        """Do without a worker: there is no descriptor for it."""
        if self._launcher is not None:
            self._launcher.ask(KILL, pid)
        self._told.unstarted(1, "no file descriptor left for a worker's stream")

    def _launcher_ended(self) -> None:
        launcher, self._launcher = self._launcher, None
        assert launcher is not None
        starting, self._starting = self._starting, 0
        pids, self._pids = self._pids, set()
        words = launcher.last_words()
        self._loop.unregister(launcher.fileno())
        launcher.tidy()
        launcher.forget()
        for pid in pids:
            self._told.ended(pid, "the launcher of the workers ended")
        if starting:
            self._told.unstarted(starting, f"the launcher of the workers ended: {words}")


def _never() -> None:
    """A launcher is never written to in pieces."""


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
