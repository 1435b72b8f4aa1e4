"""What a call does to the world outside of the process: an audit hook, awake during calls only."""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from types import FrameType
from typing import Any, Final, NamedTuple

from pydron_ng.values.installed import is_among_libraries

_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

#: Events of the interpreter that change files.
_CHANGES: Final = frozenset(
    """os.remove os.rename os.mkdir os.rmdir os.link os.symlink os.truncate os.chmod os.chown
    os.utime os.chflags os.setxattr os.removexattr shutil.move shutil.rmtree""".split()
)
#: Events that start or signal processes.
_STARTS: Final = frozenset(
    """os.exec os.fork os.forkpty os.kill os.killpg os.posix_spawn os.spawn os.startfile os.system
    subprocess.Popen pty.spawn signal.pthread_kill""".split()
)
#: Events that talk to others.
_REACHES: Final = frozenset(
    """socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo
    socket.gethostbyname urllib.Request ftplib.connect http.client.connect smtplib.connect
    sqlite3.connect""".split()
)


class Deed(NamedTuple):
    """One thing that was done, and the program's own line that did it, if there is one."""

    code: str
    message: str
    file: str
    line: int


class Deeds(threading.local):
    """What the call of this thread has done so far, None while there is no call."""

    def __init__(self) -> None:
        self.done: dict[tuple[str, str], Deed] | None = None

    def begin(self) -> None:
        self.done = {}

    def end(self) -> list[Deed]:
        """Each deed since ``begin``."""
        done, self.done = self.done, None
        return list((done or {}).values())

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook itself: it runs for every event of the interpreter."""
        if self.done is None:
            return
        if event == "open" and _is_for_writing(*args):
            self._note("wrote", f"it opened {_shown(args)} for writing")
        elif event in _CHANGES:
            self._note("wrote", f"it called {event}({_shown(args)})")
        elif event in _STARTS:
            self._note("started-process", f"it called {event}({_shown(args)})")
        elif event in _REACHES:
            self._note("reached-out", f"it called {event}({_shown(args[-1:])})")

    def _note(self, code: str, message: str) -> None:
        if self.done is not None and "__pycache__" not in message:  # Python's own, at an import
            file, line = _place(sys._getframe(2))  # noqa: SLF001 - of the program, below the hook
            self.done.setdefault((code, message), Deed(code, message, file, line))


@cache
def deeds() -> Deeds:
    """The only one of this process: an audit hook cannot be taken back."""
    heard = Deeds()
    sys.addaudithook(heard.hear)
    return heard


def _place(frame: FrameType | None) -> tuple[str, int]:
    """The innermost line that is the program's own."""
    while frame is not None and _is_no_program(frame.f_code.co_filename):
        frame = frame.f_back
    return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)


def _is_no_program(file: str) -> bool:
    return file.startswith("<") or is_among_libraries(file)


def _is_for_writing(path: object, _mode: object, flags: object) -> bool:
    if isinstance(path, int) or path == os.devnull:
        return False
    return bool(isinstance(flags, int) and flags & _WRITES)


def _shown(args: tuple[Any, ...]) -> str:
    """The first argument that an event has, if it is text."""
    first = args[0] if args else ""
    return repr(os.fsdecode(first)) if isinstance(first, str | bytes) else ""
