"""What is to be done at the program's end before Python waits for what executors run.

``concurrent.futures`` does that before any function of ``atexit`` is called: it takes no more
calls, and sees those through that run, however long that takes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

_last: list[Callable[[], object]] = []
_is_registered = False


def call_last(call: Callable[[], object]) -> None:
    """It is called then, in the main thread, if anybody has used an executor; once or twice."""
    _last.append(call)


def come_before_executors() -> None:
    """There is an executor, whose module has been imported."""
    global _is_registered
    if not _is_registered:
        _is_registered = True
        threading._register_atexit(_end)  # type: ignore[attr-defined]  # noqa: SLF001  as they do


def _end() -> None:
    for call in _last:
        call()
