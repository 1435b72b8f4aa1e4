"""Process-wide settings, random numbers and threads, before and after a call."""

from __future__ import annotations

import pickle
import random
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from pydron_ng.runtime.surroundings import aspects


def settings() -> dict[str, object]:
    """What belongs to the process and can be set, by what it is called."""
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {
        **aspects(),
        "sys.stdin": sys.stdin,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "the signal handlers": handlers,
    }


def random_states() -> dict[str, object]:
    """The states of the generators that belong to the process."""
    numpy: Any = sys.modules.get("numpy.random")
    states: dict[str, object] = {"random": random.getstate()}
    if numpy is not None:
        states["numpy.random"] = pickle.dumps(numpy.get_state())
    return states


def threads() -> dict[str, object]:
    """The threads that are alive."""
    return {thread.name: thread for thread in threading.enumerate()}


class Watched:
    """What one of these functions said before the call."""

    def __init__(self, read: Callable[[], dict[str, object]]) -> None:
        self._read = read
        self._before = read()

    def changed(self) -> list[str]:
        """The names of what was there before and is different now."""
        now = self._read()
        return [n for n, was in self._before.items() if n in now and now[n] != was]

    def new(self) -> list[str]:
        """The names of what was not there before."""
        return [name for name in self._read() if name not in self._before]
