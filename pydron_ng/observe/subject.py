"""The function that is asked about: as the user wrote it, and what its runs have recorded."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any, NamedTuple

from pydron_ng.runtime.program import Program
from pydron_ng.runtime.reading import Reading, known_names
from pydron_ng.runtime.scheduled import entry_of


class Subject(NamedTuple):
    """A function, translated for this purpose alone.

    plain: the function that the user wrote; program: what @schedule makes of it.
    recorded: the program whose calls were run in this process; None where it is not scheduled.
    is_scheduled: has it, or the function inside of its decorators, ``@schedule``?
    """

    plain: Any
    program: Program
    recorded: Program | None
    is_scheduled: bool


def subject_of(function: Any) -> Subject:
    """All that is known of a function. Raises: TypeError, TranslationError."""
    layers = list(_layers(function))
    if not layers:
        kind = type(function).__name__
        raise TypeError(f"explain takes a function written in Python, not a {kind}")
    entries = [entry for entry in map(entry_of, layers) if entry is not None]
    recorded = entries[0].program if entries else None
    plain: Any = layers[-1]
    speculate = recorded is not None and recorded.speculate
    reading = Reading(plain, known_names())
    program = Program(reading, plain.__code__, speculate=speculate)
    is_scheduled = any("__pydron_scheduled__" in layer.__dict__ for layer in layers)
    return Subject(plain, program, recorded, is_scheduled)


def is_scheduled(function: Any) -> bool:
    """Has it ``@schedule``, itself or inside of other decorators?"""
    return any("__pydron_scheduled__" in layer.__dict__ for layer in _layers(function))


def _layers(function: Any) -> list[FunctionType]:
    """The function and what decorators have wrapped, outermost first."""
    found: list[FunctionType] = []
    inner: Any = function
    if isinstance(inner, staticmethod | classmethod | MethodType):
        inner = inner.__func__
    while type(inner) is FunctionType:
        found.append(inner)
        inner = inner.__dict__.get("__wrapped__")
    return found
