"""Values, calls and places in a line of text."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Mapping
from typing import Any, Final

_WIDEST: Final = 60  # characters of a value
_WIDEST_CALL: Final = 100


def shown(value: object) -> str:
    """A value in at most 60 characters, on one line."""
    try:
        text = " ".join(_short().repr(value).split())
    except Exception:  # the value's own code
        return f"<{type(value).__qualname__}>"
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def shown_call(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """``fit(<Image>, order=3)`` in at most 100 characters or so."""
    given = [*map(shown, args), *(f"{name}={shown(value)}" for name, value in kwargs.items())]
    text = f"{function.__qualname__}({', '.join(given)})"
    return text if len(text) <= _WIDEST_CALL else text[: _WIDEST_CALL - 4] + "...)"


def near(file: str) -> str:
    """The path as seen from the working directory, if it is below."""
    try:
        path = os.path.relpath(file)
    except (OSError, ValueError):  # the directory is gone; another drive
        return file
    return file if path.startswith("..") else path


def _short() -> reprlib.Repr:
    """Writes containers with many items short, without going over all of them."""
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxfrozenset = 8
    short.maxstring = short.maxother = short.maxlong = _WIDEST
    return short
