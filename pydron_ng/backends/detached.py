"""Processes of ours beside the program: fresh interpreters that are nobody's children.

The program can wait for its own children without ever meeting them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.start import start
from pydron_ng.memory.descriptor import Descriptor

#: Arguments: a module, how many words its ``main`` is given, these words, and the import path.
_BOOT = (
    "import sys; _, module, words, *rest = sys.argv; words = int(words);"
    "sys.path[:] = rest[words:]; sys.argv = [''];"
    "from importlib import import_module; import_module(module).main(*rest[:words])"
)
_CLOSE_SECONDS = 5.0  # they end in milliseconds; this is for a machine in trouble
_REPORT_BYTES = 4000


class Detached:
    """One such process, and the stream to it. Raises: OSError when it cannot be started.

    It runs ``main(stream, pid, *words)`` of a module: its descriptor, and the program's id. What it
    writes to standard output and error is kept.
    """

    def __init__(
        self,
        module: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        flags: Sequence[str] | None = None,
        passed: Sequence[int] = (),
    ) -> None:
        """flags: of the interpreter; None: the program's own. passed: descriptors that it keeps."""
        self._log = Descriptor(_scratch())
        try:
            ours, theirs = socket.socketpair()
            self.stream = Stream(ours.detach())
            with theirs:
                control = theirs.fileno()
                command = [*_python(flags), "-c", _BOOT, module, str(2 + len(words))]
                arguments = [str(control), str(os.getpid()), *words]
                self._spawn([*command, *arguments], environment, [control, *passed])
        except BaseException:
            self.forget()
            raise

    def _spawn(
        self, command: Sequence[str], environment: Mapping[str, str], passed: Sequence[int]
    ) -> None:
        """Start it by way of a shell that is gone at once."""
        path = filter(lambda entry: isinstance(entry, str), sys.path)  # import skips others too
        _undisturbed(
            partial(
                subprocess.run,
                ["/bin/sh", "-c", '"$@" &', "sh", *command, *path],
                stdin=subprocess.DEVNULL,
                stdout=self._log.number,
                stderr=self._log.number,
                pass_fds=passed,
                env=environment,
                start_new_session=True,
                check=False,
            )
        )

    def last_words(self) -> str:
        """What it and its children wrote to their standard error."""
        log = self._log.number
        size = os.fstat(log).st_size
        text = os.pread(log, _REPORT_BYTES, max(0, size - _REPORT_BYTES))
        return text.decode(errors="replace").strip()

    def hang_up(self) -> None:
        """Have it end; ``close`` waits for that."""
        with suppress(OSError):
            self.stream.check()
            self.stream.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End it and all that it started; returns when they are gone."""
        self.hang_up()
        with suppress(OSError):
            self.stream.check()
            self._await_end()
        self.forget()

    def _await_end(self) -> None:
        self.stream.settimeout(_CLOSE_SECONDS)
        while True:
            data, descriptors, _, _ = socket.recv_fds(self.stream, 1 << 16, 64)
            for descriptor in descriptors:
                os.close(descriptor)
            if not data:
                return

    def forget(self) -> None:
        """Close the descriptors and say nothing."""
        self._log.close()
        if hasattr(self, "stream"):
            self.stream.close()


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
        start(thread)
    except RuntimeError:  # there can be no more threads
        run()
    else:
        thread.join()
    for failure in failures:
        raise failure


def _python(flags: Sequence[str] | None) -> list[str]:
    if not sys.executable:
        raise OSError("sys.executable does not say where the interpreter is")
    return [sys.executable, *(own_flags() if flags is None else flags)]


def own_flags() -> list[str]:
    """The flags that the program's interpreter was started with."""
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001
    return list(flags)  # what multiprocessing uses for its own


def _scratch() -> int:
    """A nameless file for what is written to standard error."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("pydron-workers")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
