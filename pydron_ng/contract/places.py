"""Which line of a function is to blame for what a call of it did."""

from __future__ import annotations

import inspect
import linecache
from typing import Any

from pydron_ng.contract.lint import sights_in


def place_of(function: Any, code: str, subject: str) -> tuple[str, int]:
    """File and line: one that looks like it, else the first of the function; none if compiled.

    subject: the name of what was changed, if it is known.
    """
    definition = getattr(inspect.unwrap(function), "__code__", None)
    if definition is None:
        return "", 0
    file, first = definition.co_filename, definition.co_firstlineno
    try:
        sights = sights_in("".join(linecache.getlines(file)), file, first)
    except (SyntaxError, ValueError):
        sights = []
    alike = [sight for sight in sights if sight.code == code]
    named = [sight for sight in alike if subject and sight.subject == subject]
    return file, next((sight.node.lineno for sight in [*named, *alike]), first)
