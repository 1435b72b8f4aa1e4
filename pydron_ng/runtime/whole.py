"""What is done wholly, or else not gone on with."""

from __future__ import annotations

# What `signal` makes of these asks an enum for each number, which takes ten times as long.
import _signal  # type: ignore[import-not-found]
import sys
import threading
from collections.abc import Callable
from signal import SIGINT, default_int_handler
from types import FrameType

#: So many frames more has who ends it all: too deep a recursion may be what has cut it short.
FRAMES_TO_CLOSE = 200
_number = int(SIGINT)


class _Outermost:
    """In the main thread. entered: where. is_interrupted: Ctrl-C was pressed since then."""

    entered: FrameType | None = None
    is_interrupted = False


_outermost = _Outermost()


class Whole:
    """Ctrl-C within is raised at the end; pressed once more, at once.

    Only what would become a KeyboardInterrupt: handlers of the program's own stay what they are.
    Within another one, and in threads that no signal comes to, nothing is deferred.
    """

    __slots__ = ("_defers", "_failed")

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        """failed: told what has cut it short; that is raised then."""
        self._failed = failed

    def __enter__(self) -> None:
        self._defers = _is_free() and threading.current_thread() is threading.main_thread()
        if self._defers:
            _outermost.is_interrupted = False
            _outermost.entered = sys._getframe(1)  # noqa: SLF001
            _signal.signal(_number, _defer)

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        try:
            if error is not None:
                self._failed(error)
        finally:
            if self._defers:
                if _signal.getsignal(_number) is _defer:
                    _signal.signal(_number, default_int_handler)
                _outermost.entered = None
                if _outermost.is_interrupted:
                    raise KeyboardInterrupt


def _is_free() -> bool:
    """Whether Ctrl-C is nobody's but Python's."""
    handler = _signal.getsignal(_number)
    return handler is default_int_handler or (
        handler is _defer and not _is_within(sys._getframe(2))  # noqa: SLF001
    )


def _defer(number: int, frame: FrameType | None) -> None:
    if _outermost.is_interrupted or not _is_within(frame):
        _signal.signal(_number, default_int_handler)
        default_int_handler(number, frame)
    _outermost.is_interrupted = True


def _is_within(frame: FrameType | None) -> bool:
    """An exception of another signal's handler may have come in the midst of leaving."""
    while frame is not None and frame is not _outermost.entered:
        frame = frame.f_back
    return frame is not None
