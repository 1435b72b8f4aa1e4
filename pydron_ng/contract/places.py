"""Which line of a function is to blame for what a call of it did."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Mapping
from types import CodeType, MappingProxyType
from typing import Any, Final

from pydron_ng.contract.lint import Sight, sights_in

#: What may be behind a breach, besides a line with the same code.
_CAUSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "differs-each-time": ("used-random", "changed-state"),
        "differs-elsewhere": ("used-random",),
    }
)


def place_of(function: Any, code: str, subject: str) -> tuple[str, int]:
    """File and line: one that looks like it, else the first of the function; none if compiled.

    subject: the name of what was changed, if it is known.
    """
    definition = getattr(inspect.unwrap(function), "__code__", None)
    if definition is None:
        return "", 0
    sights = _sights(definition)
    for wanted in (code, *_CAUSES.get(code, ())):
        alike = [sight for sight in sights if sight.code == wanted]
        named = [sight for sight in alike if subject and sight.subject == subject]
        if alike:
            return definition.co_filename, (named or alike)[0].node.lineno
    return definition.co_filename, _first_line(definition)


def _sights(code: CodeType) -> list[Sight]:
    text = "".join(linecache.getlines(code.co_filename))
    try:
        return sights_in(text, code.co_filename, code.co_firstlineno)
    except (SyntaxError, ValueError):
        return []


def _first_line(code: CodeType) -> int:
    """The line with ``def``, below the decorators."""
    lines = linecache.getlines(code.co_filename)
    for number in range(code.co_firstlineno, len(lines) + 1):
        if lines[number - 1].lstrip().startswith(("def ", "async def ")):
            return number
    return code.co_firstlineno
