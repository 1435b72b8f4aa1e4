"""A line of the user's with what is wrong with it: place, text, marks below, why, what to do."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from pydron_ng.contract.showing import near

_COLOURS: Final = {
    r"^\S+:\d+(:\d+)?: ": "bold",
    r"\[[a-z]+(-[a-z]+)*\]$": "yellow",
    r"^ +\^+$": "red",
    r"^ *\d+ \| ": "dim",
    r"^  (call|what|why|try): ": "bold",
    r"^    (sequential|scheduled): ": "bold",
}


class Marked(NamedTuple):
    """One such line. column, end_column: from 1; 0 where no part of it is marked.

    notes: each with its word before, such as ``why``; empty ones are left out.
    """

    file: str
    line: int
    column: int
    end_column: int
    message: str
    code: str
    notes: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """What is shown of it."""
        column = f":{self.column}" if self.column else ""
        place = f"{near(self.file)}:{self.line}{column}: " if self.file else ""
        yield f"{place}{self.message} [{self.code}]"
        yield from self._text()
        yield from (f"  {word}: {text}" for word, text in self.notes.items() if text)

    def _text(self) -> Iterator[str]:
        text = linecache.getline(self.file, self.line).rstrip()
        if not text:
            return
        cut = len(text) - len(text.lstrip())
        yield f"{self.line:>6} | {text[cut:]}"
        if self.column:
            yield " " * (9 + self.column - 1 - cut) + "^" * max(1, self.end_column - self.column)


def show(blocks: Sequence[Iterator[str]]) -> None:
    """Print them, with a blank line after each."""
    console = Console(highlight=False)
    for block in blocks:
        for line in block:
            console.print(_coloured(line), soft_wrap=True)
        console.print()


def _coloured(line: str) -> Text:
    text = Text(line)
    for pattern, style in _COLOURS.items():
        text.highlight_regex(pattern, style)
    return text
