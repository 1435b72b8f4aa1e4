"""Progress in a notebook: a line of HTML below the cell, which is replaced."""

from __future__ import annotations

import html
from _thread import allocate_lock
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from itertools import count
from threading import Thread
from typing import Any

from pydron_ng.backends.start import start

_COLUMNS = 120


class Notebook:
    """One display for each time that there is something to show; empty in the end."""

    seconds = 0.5

    def __init__(self) -> None:
        self._numbers = count()
        self._shown: Any = None

    def show(self, line: Callable[[int], str]) -> None:
        text = f"<pre>{html.escape(line(_COLUMNS))}</pre>"
        _in_thread(lambda: self._replace(text))

    def _replace(self, text: str) -> None:
        if self._shown is None:
            self._shown = _display(text, f"pydron_ng-progress-{next(self._numbers)}")
        else:
            _update(self._shown, text)

    def end(self, line: str) -> None:  # noqa: ARG002
        shown, self._shown = self._shown, None
        if shown is not None:
            _update(shown, "")

    def forget(self) -> None:
        self._shown = None


def _in_thread(work: Callable[[], None]) -> None:
    """Do that in a thread with a name: one without gets one when IPython asks for it."""
    done = allocate_lock()
    done.acquire()

    def run() -> None:
        try:
            with suppress(Exception):  # the program may have changed what is displayed, and how
                work()
        finally:
            done.release()

    start(Thread(target=run, name="pydron progress", daemon=True))
    done.acquire()


def _display(text: str, name: str) -> Any:
    return _ipython().display(_ipython().HTML(text), display_id=name)


def _update(shown: Any, text: str) -> None:
    shown.update(_ipython().HTML(text))


def _ipython() -> Any:
    """There, since a kernel of its is at work."""
    return import_module("IPython.display")
