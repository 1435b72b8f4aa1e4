"""What a call says while it runs, kept instead of said: prints, warnings and log records.

All of it goes into one list, in order; see outcome.Records for its forms.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal, Protocol

from pydron_ng.values.unshippable import Unshippable

#: Makes a private copy of something that is said, or raises Unshippable.
Copy = Callable[[Any], Any]

Spoken = list[tuple[Any, ...]]


class Capture(Protocol):
    """Keeps what is said between ``begin`` and ``end``."""

    def begin(self) -> None: ...

    def end(self) -> Spoken:
        """What was said, in order.

        Raises:
            Unshippable: something was said past Python, and cannot be put in order.
        """

    def apply(self, blob: tuple[bytes, ...]) -> None:
        """Take on the program's surroundings, in so far as they are the worker's own."""


def capture_for(captures: Literal["process", "thread"], copy: Copy) -> Capture:
    """The capture for a worker that is a process, or a thread, of its own."""
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


class ProcessCapture:
    """For a process of its own, of which standard output and error belong to nobody else."""

    def __init__(self, copy: Copy) -> None:
        self._spoken: Spoken = []
        self._copy = copy
        self._failure: Unshippable | None = None
        self._is_logging = False
        self._past = _divert_descriptors()
        self._flush = _flush_of_c()
        sys.stdout = Recorder("out", self._spoken, 1)
        sys.stderr = Recorder("err", self._spoken, 2)
        _hear_all_warnings(self._warned)

    def begin(self) -> None:
        self._spoken.clear()
        self._failure = None
        if not self._is_logging and "logging" in sys.modules:
            self._hear_logging()

    def end(self) -> Spoken:
        spoken = self._spoken.copy()
        self._flush(None)
        if os.lseek(self._past, 0, os.SEEK_CUR):
            os.ftruncate(self._past, os.lseek(self._past, 0, os.SEEK_SET))
            raise Unshippable("output-past-python", "it wrote past sys.stdout and sys.stderr")
        if not self._is_logging and "logging" in sys.modules:
            raise Unshippable("late-logging", "it imported logging when it already ran")
        if self._failure is not None:
            raise self._failure
        return spoken

    def apply(self, blob: tuple[bytes, ...]) -> None:
        from pydron_ng.runtime.surroundings import apply

        apply(blob)
        _hear_all_warnings(self._warned)

    def _warned(self, message: Any) -> None:
        self._spoken.append(warning_record(message, sys._getframe(1)))  # noqa: SLF001

    def _hear_logging(self) -> None:
        import logging

        self._is_logging = True
        setattr(logging.Logger, "handle", as_method(self._logged))

    def _logged(self, logger: Any, record: Any) -> None:
        try:
            self._spoken.append(log_record(logger, record, self._copy))
        except Unshippable as failure:
            self._failure = failure


def as_method(hear: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A function that can be put into a class: a bound method would not be given the object."""

    def method(owner: Any, argument: Any) -> None:
        hear(owner, argument)

    return method


def warning_record(message: Any, frame: FrameType | None) -> tuple[Any, ...]:
    """A warning with the module that it is ascribed to. frame: where it was given, or within."""
    while frame is not None and (
        frame.f_lineno != message.lineno or frame.f_code.co_filename != message.filename
    ):
        frame = frame.f_back
    module = frame.f_globals.get("__name__") if frame is not None else None
    return "warning", message.message, message.category, message.filename, message.lineno, module


def log_record(logger: Any, record: Any, copy: Copy) -> tuple[Any, ...]:
    """A log record as it is now: its arguments may change before it is replayed.

    Raises:
        Unshippable: its arguments do not travel.
    """
    import logging

    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    record.exc_info = None
    return "log", logger.name, copy(record.__dict__)


def _hear_all_warnings(hear: Callable[[Any], None]) -> None:
    """Every warning is heard; whether it is shown is for the program to decide.

    Filters that make errors of warnings stay: they change what the call does.
    """
    import warnings

    filters = [(f[0] if f[0] == "error" else "always", *f[1:]) for f in warnings.filters]
    warnings.filters[:] = filters  # type: ignore[index]
    if warnings.defaultaction != "error":  # type: ignore[attr-defined]
        warnings.defaultaction = "always"  # type: ignore[attr-defined]
    warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001
    warnings._showwarnmsg = hear  # type: ignore[attr-defined]  # noqa: SLF001


def _divert_descriptors() -> int:
    """Descriptors 1 and 2 lead to a file that nobody reads; its position tells of writes."""
    file = _nameless_file()
    os.dup2(file, 1)
    os.dup2(file, 2)
    return file


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("pydron-past-python")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _flush_of_c() -> Callable[[None], object]:
    """The C library's fflush: what printf has said may still be in its buffers."""
    try:
        import ctypes

        flush = ctypes.CDLL(None).fflush
    except (ImportError, OSError, AttributeError):
        return lambda _: None
    return flush
