"""Whose exception it is: a signal handler of the program's may raise at any moment of ours."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import CodeType
from typing import Any


def is_foreign(error: BaseException) -> bool:
    """Whether it came out of a signal handler, and so belongs to the program."""
    if threading.current_thread() is not threading.main_thread():
        return False
    step = error.__traceback__
    while step is not None:
        if is_handler(step.tb_frame.f_code):
            return True
        step = step.tb_next
    return False


def is_handler(code: CodeType) -> bool:
    """Whether it is the code of a signal handler that is in force."""
    return any(code is handler for handler in _handler_codes())


def _handler_codes() -> Iterator[CodeType]:
    for number in signal.valid_signals():
        handler: Any = signal.getsignal(number)
        code = getattr(getattr(handler, "__func__", handler), "__code__", None)
        if isinstance(code, CodeType):
            yield code
