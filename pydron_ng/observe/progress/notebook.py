"""Progress in a notebook: a line of HTML below the cell, which is replaced."""

from __future__ import annotations

import html
from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import Any

_COLUMNS = 120


class Notebook:
    """One display for each time that there is something to show; empty in the end."""

    seconds = 0.5

    def __init__(self) -> None:
        self._numbers = count()
        self._shown: Any = None

    def show(self, line: Callable[[int], str]) -> None:
        text = f"<pre>{html.escape(line(_COLUMNS))}</pre>"
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


def _display(text: str, name: str) -> Any:
    return _ipython().display(_ipython().HTML(text), display_id=name)


def _update(shown: Any, text: str) -> None:
    shown.update(_ipython().HTML(text))


def _ipython() -> Any:
    """There, since a kernel of its is at work."""
    return import_module("IPython.display")
