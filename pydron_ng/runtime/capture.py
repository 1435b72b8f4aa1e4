"""What a call says while it runs, kept instead of said: prints, warnings and log records.

All of it goes into one list, in order; see outcome.Records for its forms.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal, Protocol

from pydron_ng.runtime.own_handlers import OWN_HANDLER, hear_of_handlers
from pydron_ng.runtime.own_warnings import Warnings
from pydron_ng.runtime.past_python import flush_of_c, nameless_file
from pydron_ng.values.unshippable import Unshippable

#: Makes a private copy of something that is said, or raises Unshippable.
Copy = Callable[[Any], Any]

Spoken = list[tuple[Any, ...]]
#: What a worker is: a process, a thread of the program, or a process on another host.
Kind = Literal["process", "thread", "elsewhere"]
#: What a call has said, and what it has put in the place of its streams.
Paused = tuple[Spoken, dict[str, Any]]


class Capture(Protocol):
    """Keeps what is said between ``begin`` and ``end``."""

    def begin(self) -> None: ...

    def end(self) -> Spoken:
        """What was said, in order.

        Raises:
            Unshippable: something was said past Python, and cannot be put in order.
        """

    def between(self) -> Spoken:
        """As `end`, where the next call follows at once: what went past Python is told at the last.

        Raises: as ``end``.
        """

    def after_several(self) -> None:
        """Nothing, if none of them has said anything past Python.

        Raises: as ``end``.
        """

    def pause(self) -> Paused:
        """Another call's turn: what this one has said so far.

        Raises: as ``end``; then there is nothing left of it.
        """

    def resume(self, paused: Paused) -> None:
        """It is this call's turn again."""

    def apply(self, blob: tuple[bytes, ...]) -> None:
        """Take on the program's surroundings, in so far as they are the worker's own."""


def capture_for(captures: Kind, copy: Copy) -> Capture:
    """The capture for a worker that is a process, or a thread, of its own; or on another host."""
    if captures == "elsewhere":
        return ElsewhereCapture(copy)
    if captures == "thread":
        from pydron_ng.runtime.stage import ThreadCapture

        return ThreadCapture(copy)
    return ProcessCapture(copy)


class Recorder(io.TextIOBase):
    """Stands in for sys.stdout or sys.stderr; what goes to ``buffer`` goes past Python."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, kind: str, spoken: Spoken, descriptor: int) -> None:
        super().__init__()
        self._kind = kind
        self._spoken = spoken
        self._descriptor = descriptor
        self.name = f"<std{kind}>"

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._spoken.append((self._kind, str(text)))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    @property
    def buffer(self) -> io.FileIO:
        return io.FileIO(self._descriptor, "w", closefd=False)


class NoInput(io.TextIOBase):
    """Stands in for sys.stdin, which only the program has: `asked` hears who reads, and it ends."""

    encoding = "utf-8"
    errors = "strict"
    name = "<stdin>"

    def __init__(self, asked: Callable[[], None]) -> None:
        super().__init__()
        self._asked = asked

    def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]
        self._asked()
        return ""

    def read(self, _size: int | None = -1, /) -> str:
        self._asked()
        return ""

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0

    @property
    def buffer(self) -> io.BytesIO:
        self._asked()
        return io.BytesIO()


class ProcessCapture:
    """For a process of its own, of which standard output and error belong to nobody else."""

    def __init__(self, copy: Copy) -> None:
        self._spoken: Spoken = []
        self._copy = copy
        self._failure: Unshippable | None = None
        self._past = _divert_descriptors()
        self._flush = flush_of_c()
        self._streams = Recorder("out", self._spoken, 1), Recorder("err", self._spoken, 2)
        sys.stdout, sys.stderr = self._streams
        sys.stdin = NoInput(self._asked)
        self._warnings = Warnings(self._warned, self._refuse)
        self._warnings.hear_all()
        self._has_handlers = False
        hear_of_handlers(self._has_handler)
        setattr(logging.Logger, "handle", as_method(self._logged))

    def begin(self) -> None:
        self._spoken.clear()
        self._failure = None
        self._has_handlers = False
        self._warnings.begin()

    def end(self) -> Spoken:
        self.after_several()
        return self.between()

    def after_several(self) -> None:
        self._flush(None)
        if os.lseek(self._past, 0, os.SEEK_CUR):
            os.ftruncate(self._past, os.lseek(self._past, 0, os.SEEK_SET))
            raise Unshippable("output-past-python", "it wrote past sys.stdout and sys.stderr")

    def between(self) -> Spoken:
        spoken = self._spoken.copy()
        if self._failure is not None:
            raise self._failure
        return spoken

    def pause(self) -> Paused:
        if (sys.stdout, sys.stderr) != self._streams:
            sys.stdout, sys.stderr = self._streams
            raise Unshippable("redirected-at-await", "it awaits with its output redirected")
        if self._warnings.are_recorded:
            raise Unshippable("redirected-at-await", "it awaits while it records warnings")
        if self._has_handlers:
            raise Unshippable("redirected-at-await", "it awaits with a handler of log records")
        return self.end(), {}

    def resume(self, paused: Paused) -> None:
        self.begin()
        self._spoken.extend(paused[0])

    def apply(self, blob: tuple[bytes, ...]) -> None:
        from pydron_ng.runtime.surroundings import apply

        apply(blob)
        self._warnings.hear_all()

    def _refuse(self, failure: Unshippable) -> None:
        self._failure = self._failure or failure

    def _asked(self) -> None:
        self._refuse(Unshippable("input-read", "it read standard input, which the program has"))

    def _has_handler(self) -> None:
        self._has_handlers = True

    def _warned(self, message: Any) -> None:
        self._spoken.append(warning_record(message, sys._getframe(1)))  # noqa: SLF001

    def _logged(self, logger: Any, record: Any) -> None:
        try:
            if self._has_handlers:
                raise Unshippable(*OWN_HANDLER)
            self._spoken.append(log_record(logger, record, self._copy))
        except Unshippable as failure:
            self._refuse(failure)


class ElsewhereCapture(ProcessCapture):
    """On another host, which may not have all that surrounds the program."""

    _lacking = ""

    def begin(self) -> None:
        """Raises: Unshippable: a call would not be made in the program's surroundings."""
        if self._lacking:
            raise Unshippable("other-surroundings", f"that host cannot have {self._lacking}")
        super().begin()

    def apply(self, blob: tuple[bytes, ...]) -> None:
        from pydron_ng.runtime.surroundings import apply_elsewhere

        self._lacking = apply_elsewhere(blob)
        self._warnings.hear_all()


def as_method(hear: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A function that can be put into a class: a bound method would not be given the object."""

    def method(owner: Any, argument: Any) -> None:
        hear(owner, argument)

    return method


def warning_record(message: Any, frame: FrameType | None) -> tuple[Any, ...]:
    """A warning with the module that it is ascribed to. frame: where it was given, or within.

    One of another worker that is replayed here has that from there.
    """
    while frame is not None and (
        frame.f_lineno != message.lineno or frame.f_code.co_filename != message.filename
    ):
        if frame.f_code.co_qualname == "_warn" and frame.f_globals["__name__"] == _REPLAY:
            said = message.message, message.category, message.filename, message.lineno
            return "warning", *said, frame.f_locals["module"]
        frame = frame.f_back
    module = frame.f_globals.get("__name__") if frame is not None else None
    return "warning", message.message, message.category, message.filename, message.lineno, module


_REPLAY = "pydron_ng.runtime.replay"


def log_record(logger: Any, record: Any, copy: Copy) -> tuple[Any, ...]:
    """A log record as it is now: its arguments may change before it is replayed.

    Raises:
        Unshippable: its arguments do not travel.
    """
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    record.exc_info = None
    return "log", logger.name, copy(record.__dict__)


def _divert_descriptors() -> int:
    """Descriptors 1 and 2 lead to a file that nobody reads; its position tells of writes."""
    file = nameless_file("pydron-past-python")
    os.dup2(file, 1)
    os.dup2(file, 2)
    return file
