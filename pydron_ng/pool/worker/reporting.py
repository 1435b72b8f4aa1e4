"""What a task says before it is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pickle import PicklingError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_ng.backends.base import Blob, Say

_of_context: ContextVar[Callable[[Any], None] | None] = ContextVar("report", default=None)
_of_process: Callable[[Any], None] | None = None


def report(value: Any, /) -> None:
    """Have ``options(on_progress=...)`` hear of the value while this task of a pool goes on.

    It is sent at once; where nobody hears as fast as it is said, the task waits. Outside of such
    a task, and where nobody has asked for it, this does nothing.

    Raises: PicklingError.
    """
    say = _of_context.get() or _of_process
    if say is not None:
        say(value)


@contextmanager
def reporting(say: Say, *, is_alone: bool) -> Iterator[None]:
    """Say what is reported meanwhile in this context.

    is_alone: and by all threads of this process, which makes no other call.
    """
    global _of_process
    reports = _Reports(say)
    token = _of_context.set(reports)
    if is_alone:
        _of_process = reports
    try:
        yield
    finally:
        reports.is_over = True
        if is_alone:
            _of_process = None
        _of_context.reset(token)


class _Reports:
    """Of one call, until it is over; a process that it has forked has no part in it."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._process = os.getpid()
        self.is_over = False

    def __call__(self, value: Any) -> None:
        if self.is_over or os.getpid() != self._process:
            return
        self._say(_blob(value))


def _blob(value: Any) -> Blob:
    from pydron_ng.pool.parcels import packed, words_of  # not needed where nobody asks

    try:
        return packed(value, bytes)
    except Exception as failure:
        what = f"a report of type {type(value).__qualname__} cannot be sent to the program"
        raise PicklingError(f"{what}: {words_of(failure)}") from failure
