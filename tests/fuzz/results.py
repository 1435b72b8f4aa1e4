"""What became of each program, and what that comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.fuzz.grammar import PRODUCTIONS


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one program; see ``Verdict``.

    text: the smallest program that differs; empty if none does.
    """

    seed: str
    setup: str
    ending: str
    productions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    difference: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"--- {self.seed} on {self.setup}\n{self.text}\n{self.difference}\n"


@dataclass(slots=True)
class Summary:
    """What all results so far come to."""

    seeds: set[str] = field(default_factory=set)
    mismatches: list[Result] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    productions: Counter[str] = field(default_factory=Counter)
    guilty: Counter[str] = field(default_factory=Counter)  # productions of what differs
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        self.seeds.add(result.seed)
        self.endings[result.ending] += 1
        self.productions.update(result.productions)
        self.reasons.update(result.reasons)
        if result.difference:
            self.mismatches.append(result)
            self.guilty.update(result.productions)

    def show(self, console: Console) -> None:
        """Every mismatch, then tables by production and by reason."""
        console.print(_table("production", self.productions, self.guilty))
        console.print(_table("not run ahead", self.reasons, {}))
        for mismatch in self.mismatches:
            console.print(str(mismatch), markup=False, highlight=False, soft_wrap=True)
        console.print(str(self))

    def __str__(self) -> str:
        endings = ", ".join(f"{count} {ending}" for ending, count in self.endings.most_common())
        unused = len(PRODUCTIONS) - len(self.productions)
        return (
            f"{len(self.seeds)} programs ({endings}), {len(self.mismatches)} mismatches, "
            f"{unused} of {len(PRODUCTIONS)} productions unused"
        )


def _table(title: str, counts: Mapping[str, int], guilty: Mapping[str, int]) -> Table:
    table = Table(title, "programs", "that differ")
    for name, count in sorted(counts.items(), key=lambda item: (-guilty.get(item[0], 0), item[1])):
        table.add_row(name, str(count), str(guilty.get(name, "")))
    return table


class Record:
    """Results in a file, a line of JSON for each, so that a campaign can go on where it stopped."""

    def __init__(self, path: Path | None) -> None:
        """path: None to keep nothing."""
        self._path = path

    def load(self, summary: Summary) -> None:
        """Add what the file holds; a last line that is incomplete is not there."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                summary.add(msgspec.json.decode(line, type=Result))
            except msgspec.DecodeError:
                continue

    def add(self, result: Result) -> None:
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(result) + b"\n")
