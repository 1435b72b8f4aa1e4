"""One thing that is wrong in a configuration, and where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple


class Mistake(NamedTuple):
    """What `ConfigError` holds, one for each thing that is wrong.

    source: the file, or the name of the call that gave the configuration.
    where: JSON path such as ``$.workers[0].cores``, or ``line:column`` if it is not JSON at all.
    """

    source: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.source}: {self.where}: {self.what}"


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """``; did you mean "cores"?``, or nothing if nothing is like it."""
    import difflib

    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(given.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {json.dumps(lower[close[0]])}?" if close else ""


def either(words: Iterable[str]) -> str:
    """Words as a choice: ``this, that or another``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def quoted(names: Iterable[object]) -> list[str]:
    """These JSON values as they stand in a file."""
    return [json.dumps(name) for name in names]
