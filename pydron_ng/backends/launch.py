"""The program's side of the launcher: starts it, asks it for workers, hears of their ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial

from pydron_ng.backends.launcher import MESSAGE

_BOOT = (
    "import sys; a = sys.argv; sys.path[:] = a[5:]; sys.argv = [''];"
    "from pydron_ng.backends.launcher import main;"
    "main(int(a[1]), int(a[2]), a[3], dict(v.split('=', 1) for v in a[4].split()))"
)
_CLOSE_SECONDS = 5.0  # a launcher ends in milliseconds; this is for a machine in trouble
_REPORT_BYTES = 4000

#: What the launcher said: kind, number, status, and a descriptor or -1.
Report = tuple[bytes, int, int, int]


class LauncherLink:
    """The stream to one launcher. Raises: OSError when it cannot be started."""

    def __init__(self, performer: str, own: Mapping[str, str]) -> None:
        """own: variables that its workers keep in their environment."""
        self._data = b""
        self._descriptors: list[int] = []
        self._log = _scratch()
        try:
            self._stream, theirs = socket.socketpair()
            with theirs:
                self._spawn(theirs.fileno(), performer, own)
        except BaseException:
            self.forget()
            raise
        self._stream.setblocking(False)

    def _spawn(self, control: int, performer: str, own: Mapping[str, str]) -> None:
        """Start the launcher by way of a shell that is gone at once: it is nobody's child."""
        arguments = [
            str(control),
            str(os.getpid()),
            performer,
            " ".join(map("=".join, own.items())),
        ]
        path = filter(lambda entry: isinstance(entry, str), sys.path)  # import skips others too
        command = ["/bin/sh", "-c", '"$@" &', "sh", *_python(), "-c", _BOOT, *arguments, *path]
        start = partial(
            subprocess.run,
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[control],
            env=_environment(own),
            start_new_session=True,
            check=False,
        )
        _undisturbed(start)

    def fileno(self) -> int:
        return self._stream.fileno()

    def ask(self, kind: bytes, number: int) -> None:
        """Send a request; a launcher that is gone will be noticed by whoever reads."""
        with suppress(ConnectionError):
            self._stream.send(MESSAGE.pack(kind, number, 0))

    def reports(self) -> Iterator[Report]:
        """What it has said since. Raises: EOFError when it is gone."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._stream, 4096, 64)
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

    def last_words(self) -> str:
        """What it and its workers wrote to their standard error."""
        size = os.fstat(self._log).st_size
        text = os.pread(self._log, _REPORT_BYTES, max(0, size - _REPORT_BYTES))
        return text.decode(errors="replace").strip()

    def close(self) -> None:
        """End it and all its workers; returns when they are gone."""
        with suppress(OSError):
            self._stream.shutdown(socket.SHUT_WR)
            self._await_end()
        self.forget()

    def _await_end(self) -> None:
        self._stream.settimeout(_CLOSE_SECONDS)
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._stream, 4096, 64)
            for descriptor in descriptors:
                os.close(descriptor)
            if not data:
                return

    def forget(self) -> None:
        """Close the descriptors and say nothing."""
        for descriptor in (self._log, *self._descriptors):
            os.close(descriptor)
        if hasattr(self, "_stream"):
            self._stream.close()


def _undisturbed(work: Callable[[], object]) -> None:
    """Do `work` in a thread of its own, where no signal handler can break it off half done.

    Raises: what `work` raises, or what a handler raises while it is waited for.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # it is raised where it is waited for
            failures.append(failure)

    thread = threading.Thread(target=run, name="pydron launch", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # there can be no more threads
        run()
    else:
        thread.join()
    for failure in failures:
        raise failure


def _python() -> list[str]:
    """The interpreter with the flags that the program's own was started with."""
    if not sys.executable:
        raise OSError("sys.executable does not say where the interpreter is")
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001
    return [sys.executable, *flags]  # what multiprocessing uses for its own


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The program's, and one hash seed for all workers where the program has not fixed it."""
    seed = os.environ.get("PYTHONHASHSEED", "random")
    return {**os.environ, **own, "PYTHONHASHSEED": "0" if seed == "random" else seed}


def _scratch() -> int:
    """A nameless file for what the workers write to their standard error."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("pydron-workers")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
