"""What a call looks at in files and directories, and whether it asks where nobody can follow."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import cache, wraps
from types import FrameType
from typing import Any, ClassVar, Final

from pydron_ng.runtime.outcome import Files
from pydron_ng.runtime.prints import Abroad, Look, Print, Unseen, is_unchanged, print_of

_WRITES: Final = os.O_WRONLY | os.O_RDWR
_LISTINGS: Final = frozenset({"os.listdir", "os.scandir"})
#: Ways to learn things, or to have them read, of which no later event tells. Not among them:
#: mapped files, which were opened before.
_UNSEEN: Final = frozenset(
    {
        "ctypes.dlopen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "sqlite3.connect",
        "subprocess.Popen",
    }
)
#: What is in there is made up anew whenever it is read.
_MADE_UP: Final = ("/proc/", "/sys/")


NOTHING_READ: Final[tuple[Files, str]] = ((), "")
#: What a call has looked at.
Seen = dict[tuple[str, Look], Print | Abroad]
#: The same, the unseen event, and what it has made.
Paused = tuple[Seen, str, set[str]]


class Reads(threading.local):
    """What the call of this thread has looked at so far; ``seen`` is None while there is no call.

    unseen: the first event of a kind that leaves no trace of what was read; empty if none.
    is_elsewhere: this is another host than the program's; is_astray: one that does not have the
        program's working directory. Both are the process's.
    """

    is_elsewhere: ClassVar[bool] = False
    is_astray: ClassVar[bool] = False

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.unseen = ""
        self._made: set[str] = set()
        self._unseen: list[Seen | None] = []  # what was seen before it has looked away

    def look_away(self) -> None:
        """What is looked at from now on is not the call's."""
        self._unseen.append(self.seen)
        self.seen = None

    def look_again(self) -> None:
        """Once for each time that it has looked away."""
        self.seen = self._unseen.pop()

    def has_read(self, files: Files, unseen: str) -> None:
        """What a call inside of this one has looked at, this one has."""
        if self.seen is not None:
            for path, look, found in files:
                if isinstance(found, Unseen):
                    self.unseen = self.unseen or found.event
                elif not self._is_own(path):
                    self.seen.setdefault((path, look), found)
            self.unseen = self.unseen or unseen

    def begin(self) -> None:
        self.seen, self.unseen = {}, ""
        self._made.clear()

    def end(self) -> tuple[Files, str]:
        """What was looked at since ``begin``, and the unseen event."""
        seen, self.seen = self.seen, None
        if self._unseen:  # an exception of a signal handler's came in between
            self._unseen.clear()
            self.unseen = self.unseen or "an interrupt"
        if not seen and not self.unseen:
            return NOTHING_READ
        files: Files = tuple((path, look, found) for (path, look), found in (seen or {}).items())
        unseen = self.unseen or changed(files)
        if unseen and self.is_elsewhere:
            files = *files, (unseen, Look.CONTENT, Unseen(unseen))
        return files, unseen

    def pause(self) -> Paused:
        """Another call's turn: what this one has looked at so far."""
        paused = self.seen or {}, self.unseen, self._made
        self.seen, self.unseen, self._made = None, "", set()
        return paused

    def resume(self, paused: Paused) -> None:
        """It is this call's turn again."""
        self.seen, self.unseen, self._made = paused

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook itself: it runs for every event of the interpreter."""
        if self.seen is None:
            return
        if event == "open":
            self._opened(*args)
        elif event in _LISTINGS:
            self.look(args[0], Look.CONTENT)
        elif event == "os.mkdir":
            self._make(args[0])
        elif event in _UNSEEN:
            self.unseen = self.unseen or event

    def look(self, path: Any, look: Look) -> None:
        """The call is about to look at the path."""
        seen, place = self.seen, _path(path)
        if seen is None or place is None or (place, look) in seen or self._is_own(place):
            return
        if place.startswith(_MADE_UP):
            self.unseen = self.unseen or place
        self.seen = None  # what is done here is not the call's
        try:
            found = _look_elsewhere(place, look) if self.is_elsewhere else print_of(place, look)
            if found is not None:
                seen[place, look] = found
        finally:
            self.seen = seen

    def ask_directory(self) -> None:
        """The call is about to ask for the working directory."""
        if self.seen is not None and self.is_astray:
            self.unseen = self.unseen or "the working directory, which is not on that host"

    def _opened(self, path: Any, _mode: object, flags: int) -> None:
        if flags & _WRITES:
            self._make(path)
        if not flags & os.O_WRONLY:
            self.look(path, Look.CONTENT)

    def _make(self, path: Any) -> None:
        """A file or directory that was not there before is the call's own: a temporary one."""
        place = _path(path)
        if place is not None and print_of(place, Look.KIND).status is None:
            self._made.add(place)

    def _is_own(self, place: str) -> bool:
        while self._made and place not in self._made:
            place, below = os.path.dirname(place), place
            if place == below:
                return False
        return bool(self._made)


@cache
def reads() -> Reads:
    """The only one of this process: an audit hook cannot be taken back."""
    heard = Reads()
    sys.addaudithook(heard.hear)
    return heard


def watch_os() -> None:
    """Have ``os`` tell what it is asked, for a process that does nothing but calls."""
    for name, telling in telling_functions().items():
        asked = getattr(os, name)
        setattr(os, name, telling)
        for capable in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if asked in capable:
                capable.add(telling)


def telling_functions() -> dict[str, Callable[..., Any]]:
    """Those of ``os`` of which there is no audit event, by name; what these look at is noted."""
    names = ("stat", "lstat", "access", "readlink")
    return {name: _telling(getattr(os, name), reads()) for name in names}


def _telling(asked: Callable[..., Any], heard: Reads) -> Callable[..., Any]:
    @wraps(asked)
    def telling(path: Any, *args: Any, **kwargs: Any) -> Any:
        if heard.seen is not None:
            heard.look(path, _how_closely(sys._getframe(1)))  # noqa: SLF001
        return asked(path, *args, **kwargs)

    telling.__dict__["__pydron_scheduled__"] = True  # told from the original by nobody
    return telling


def _how_closely(frame: FrameType | None) -> Look:
    """Who wants to know only whether something is there is not concerned by its size."""
    while frame is not None and frame.f_code.co_name in {"stat", "lstat"}:
        frame = frame.f_back
    if frame is None or frame.f_code.co_name not in _ASK_KIND:
        return Look.STATUS
    if Reads.is_elsewhere and frame.f_code.co_name in _COMPARE_KIND:
        return Look.STATUS
    module = str(frame.f_globals.get("__name__")).partition(".")[0]
    return Look.KIND if module in {"genericpath", "posixpath", "pathlib"} else Look.STATUS


#: These compare inodes.
_COMPARE_KIND: Final = frozenset({"ismount", "is_mount", "samefile"})
_ASK_KIND: Final = frozenset(
    """exists lexists isfile isdir islink ismount is_file is_dir is_symlink is_mount samefile
    realpath _joinrealpath is_socket is_fifo is_block_device is_char_device""".split()
)


def _look_elsewhere(path: str, look: Look) -> Abroad | None:
    from pydron_ng.runtime import elsewhere

    return elsewhere.print_of(path, look)


def changed(files: Files, *, declared: bool = False) -> str:
    """What is not what it was when it was looked at; empty if all is.

    A call may have read what was there in between.

    declared: the user says that what nobody can watch is the same for all processes.
    """
    for path, look, found in files:
        match found:
            case Unseen(event):
                if not declared:
                    return f"on another host, {event}"
            case Abroad():
                from pydron_ng.runtime.elsewhere import is_same_here

                if not is_same_here(path, look, found):
                    return f"{path}, which is not the same here as on the other host"
            case _:
                if not is_unchanged(path, look, found):
                    return f"{path}, which changed meanwhile"
    return ""


def unchanged(files: Files) -> bool:
    """Whether all files and directories are what they were when they were looked at."""
    return not changed(files)


def be_elsewhere() -> None:
    """From now on this process is one on another host than the program's."""
    Reads.is_elsewhere = True
    for name in ("getcwd", "getcwdb"):
        setattr(os, name, _telling_directory(getattr(os, name), reads()))


def go_astray(is_astray: bool) -> None:
    """Whether the program's working directory is not there on this host."""
    Reads.is_astray = is_astray


def _telling_directory(asked: Callable[[], Any], heard: Reads) -> Callable[[], Any]:
    @wraps(asked)
    def telling() -> Any:
        heard.ask_directory()
        return asked()

    telling.__dict__["__pydron_scheduled__"] = True  # told from the original by nobody
    return telling


def _path(path: Any) -> str | None:
    """Absolute, or None for a descriptor that was open already."""
    if isinstance(path, int):
        return None
    try:
        return os.path.abspath(os.fsdecode("." if path is None else path))
    except (TypeError, ValueError):
        return None
