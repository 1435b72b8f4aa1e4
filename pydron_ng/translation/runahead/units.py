"""Units of a run-ahead program, while they are written."""

from __future__ import annotations

INDENT = "    "


class Unit:
    """A coroutine function while it is written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.used: dict[str, None] = {}  # names read or written, in order
        self.depth = 1
        self.deferred = 0  # how many lambdas are open
        self.made: set[str] = set()  # variables that it makes itself, for lambdas


def returned(values: list[str]) -> str:
    """The line that ends a unit with its outputs."""
    return "return (" + "".join(f"{value}, " for value in values) + ")"
