"""The launcher: a small process of its own that forks workers off itself and outlives none of them.

It is a fresh interpreter, never a fork of the program, has a single thread for all its life (a
death signal is bound to the thread that forked), and is nobody's child: the program can wait
for its own children without ever meeting ours. When the program is gone, so is everything here.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from pydron_ng.backends.base import Performer
from pydron_ng.backends.descriptors import Stream, end_of
from pydron_ng.backends.folders import folder_of, remove
from pydron_ng.backends.outfit import Outfit, take_in
from pydron_ng.backends.worker import find, serve

if TYPE_CHECKING:
    from pydron_ng.backends.remote.asking import Asking

#: Both directions: what, and a number (a count, a process id, an errno), and a wait status.
MESSAGE = struct.Struct("!cIi")
START, KILL = b"S", b"K"  # program to launcher: start so many, kill that process
JOINED, ENDED, FAILED = b"J", b"E", b"F"  # launcher to program

_PR_SET_PDEATHSIG = 1


def main(
    control: str, program: str, performer: str, own: str, questions: str, folders: str
) -> None:
    """Serve the program on the descriptor `control` until it, or the stream, is gone.

    own: variables, as words. questions: a descriptor to ask for modules of the program, or -1.
    folders: where its workers may keep files.
    """
    threading.main_thread().is_pydron_worker = True  # type: ignore[attr-defined]  # and its forks'
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # ignored by what a shell starts with &
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    asking = _asking(int(questions))
    make = find(performer)
    gc.freeze()
    variables = dict(word.split("=", 1) for word in own.split())
    stream = socket.socket(fileno=int(control))
    Launcher(stream, int(program), make, variables, folders, asking).run()


def _asking(questions: int) -> Asking | None:
    """Finds modules of the program's, for a launcher on another host."""
    if questions < 0:
        return None
    from pydron_ng.backends.remote.asking import Asking

    asking = Asking(Stream(questions))
    asking.install()
    return asking


class Launcher:
    """Forks, buries and kills workers as the program says."""

    def __init__(
        self,
        control: socket.socket,
        program: int,
        make: Callable[[str], Performer],
        own: Mapping[str, str],
        folders: str,
        asking: Asking | None = None,
    ) -> None:
        self._control = control
        self._asking = asking
        self._make = make
        self._own = own
        self._folders = folders
        self._pid = os.getpid()
        self._workers: set[int] = set()
        self._data = b""
        self._bell, ring = os.pipe()
        self._private = [self._bell, ring]
        self._prctl = _prctl()
        os.set_blocking(ring, False)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
        self._poll = select.poll()
        if (end := end_of(program)) >= 0:
            self._private.append(end)
        for descriptor in (control.fileno(), self._bell, end):
            if descriptor >= 0:
                self._poll.register(descriptor, select.POLLIN)

    def run(self) -> None:
        while True:
            ready = {descriptor for descriptor, _ in self._poll.poll()}
            if self._bell in ready:
                os.read(self._bell, 4096)
                self._bury()
            if self._control.fileno() in ready and not self._listen():
                break
            if ready - {self._bell, self._control.fileno()}:
                break
        for worker in list(self._workers):
            _kill(worker)
        for worker in list(self._workers):
            os.waitpid(worker, 0)
        remove(self._folders)

    def _listen(self) -> bool:
        """Do what the program asks; False when it closed the stream."""
        try:
            data = self._control.recv(4096)
        except ConnectionError:
            return False
        self._data += data
        whole = len(self._data) // MESSAGE.size * MESSAGE.size
        messages, self._data = self._data[:whole], self._data[whole:]
        for kind, number, _ in MESSAGE.iter_unpack(messages):
            self._obey(kind, number)
        return bool(data)

    def _obey(self, kind: bytes, number: int) -> None:
        if kind == START:
            for _ in range(number):
                self._start()
        elif number in self._workers:
            _kill(number)

    def _start(self) -> None:
        """Fork a worker and hand the program its end of the worker's stream."""
        try:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                worker = os.fork()
                if not worker:
                    ours.close()
                    self._become_worker(theirs)
                with suppress(OSError):  # both sides do it: whoever comes first
                    os.setpgid(worker, worker)
                self._workers.add(worker)
                self._say(JOINED, worker, 0, ours.fileno())
        except OSError as error:
            self._say(FAILED, error.errno or 0, 0)

    def _become_worker(self, stream: socket.socket) -> NoReturn:
        status = 1
        try:
            self._settle_in()
            outfit = take_in(stream)
            for opened in (stream, *outfit):
                if opened is not None:
                    os.register_at_fork(after_in_child=opened.close)
            self._serve(stream, outfit)
            status = 0
        except BaseException:  # the process ends here whatever it was, after saying what it was
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)

    def _serve(self, stream: socket.socket, outfit: Outfit) -> None:
        """On another host there is no memory to share, but a shelf; aside come answers, then."""
        folder = folder_of(self._folders, os.getpid())
        if self._asking is None:
            serve(stream, self._make("process"), self._own, outfit, folder=folder)
        elif outfit.aside is not None:
            from pydron_ng.backends.remote.keeper import Keeper

            self._asking.ask_by(outfit.aside)
            unshared = outfit._replace(aside=None)
            serve(stream, self._make("elsewhere"), self._own, unshared, Keeper(), folder)

    def _settle_in(self) -> None:
        """Turn this fork of the launcher into a process that has nothing of it."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        self._control.close()
        for descriptor in self._private:
            os.close(descriptor)
        if self._prctl is not None:
            self._prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._pid:
            os._exit(1)

    def _bury(self) -> None:
        """Report workers that ended, with whatever they had started themselves."""
        while self._workers:
            worker, status = os.waitpid(-1, os.WNOHANG)
            if not worker:
                return
            self._workers.discard(worker)
            _kill(worker)
            self._say(ENDED, worker, status)
            remove(folder_of(self._folders, worker))

    def _say(self, kind: bytes, number: int, status: int, *descriptors: int) -> None:
        with suppress(ConnectionError):  # the program is gone: the poll is about to tell
            socket.send_fds(self._control, [MESSAGE.pack(kind, number, status)], descriptors)


def _kill(worker: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(worker, signal.SIGKILL)


def _ignore(_signal: int, _frame: object) -> None:
    """Exists so that the signal rings the bell."""


def _prctl() -> Callable[[int, int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    prctl: Callable[[int, int], int] = ctypes.CDLL(None).prctl
    return prctl
