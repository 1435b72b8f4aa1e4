"""A run as text: where its time went, what it could have taken, and line by line why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pydron_ng.observe.codes import CODES
from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.figures import Figures
from pydron_ng.observe.records.record import Record, Tally

_WIDTH = 110
#: Of the table of places.
TITLES = "place", "function", "calls", "sent", "mean", "waited", "made by the program, why"
_NUMBERS = frozenset({"calls", "sent", "mean", "waited"})
#: For consoles: names of functions and files are shown as they are.
PLAIN: Final[Mapping[str, Any]] = MappingProxyType(
    {"highlight": False, "markup": False, "emoji": False}
)
_FIRST = "first-call"
_NAMES = 3  # of functions in the headline


def text_of(record: Record, figures: Figures) -> str:
    """The report in plain text."""
    return "\n".join(_plain(report(record, figures)))


def sites(tallies: Sequence[Tally]) -> list[str]:
    """The sums of all places in plain text."""
    return _plain(_sites(tallies))


def _plain(shown: RenderableType) -> list[str]:
    console = Console(file=StringIO(), width=_WIDTH, color_system=None, **PLAIN)
    with console.capture() as captured:
        console.print(shown)
    return [line.rstrip() for line in captured.get().splitlines()]


def report(record: Record, figures: Figures) -> RenderableType:
    """The report, for a console of rich."""
    if not (record.frames or record.calls or record.made):
        return Text(
            f"{record.program}\nno scheduled function ran ahead\n"
            "  try: decorate the function that calls the others with @schedule, and run it where\n"
            "       workers can be had; `pydron explain FILE` says what would run ahead"
        )
    parts: list[RenderableType] = [Text(_head(record, figures)), Text(), _shares(figures)]
    if figures.forecasts:
        parts += [Text(), *_forecasts(figures)]
    parts += [Text(), _sites(record.tallies), *_reasons(record.tallies)]
    if record.handed_on:
        parts += [Text(f"\n{_handed_on(record)}")]
    if record.unlisted:
        parts += [Text(f"\n{record.unlisted} calls are in these sums, and not in the forecasts")]
    return Group(*parts)


def _handed_on(record: Record) -> str:
    calls, time = _plural(record.handed_on, "call"), duration(record.handed_on_seconds)
    return f"{calls} that are part of calls there were made by other workers, in {time}"


def _head(record: Record, figures: Figures) -> str:
    functions = list(dict.fromkeys(f"{frame.function}()" for frame in record.frames))
    names = ", ".join(functions[:_NAMES]) + " ..." * (len(functions) > _NAMES)
    names = names or "scheduled calls that had begun before"
    workers, cores = _plural(figures.workers, "worker"), _plural(record.cores, "core")
    time = duration(figures.elapsed)
    return f"{record.program}\n{names}: {time} with {workers}, on a machine of {cores}"


def shares(figures: Figures) -> Iterator[tuple[str, str, str]]:
    """Each figure, with its name and what it means."""
    yield "work", duration(figures.work), "one after the other: statements and calls"
    yield "span", duration(figures.span), "the longest chain of what waits for each other"
    parallelism = f"{figures.parallelism:.1f}"
    yield "parallelism", parallelism, "work / span: no number of workers is faster by more"
    yield "speed-up", f"{figures.speed_up:.2f}", "work / time: what was reached"
    yield "statements", duration(figures.own), "of the program itself, running ahead included"
    yield "calls here", duration(figures.made), "functional calls that the program made"
    yield "calls there", duration(figures.sent), "functional calls that workers made"
    yield "waited", duration(figures.waited), "the program, for workers"
    if figures.wasted:
        yield "wasted", duration(figures.wasted), "calls of workers that nobody took"


def _shares(figures: Figures) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for row in shares(figures):
        table.add_row(*row)
    return table


def _forecasts(figures: Figures) -> Iterator[RenderableType]:
    yield Text("with other workers, each on a core of its own:")
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for title in ("workers", "time", "speed-up"):
        table.add_column(title, justify="right")
    for one in figures.forecasts:
        speed_up = f"{figures.times(one.seconds):.1f}"
        table.add_row(str(one.workers), duration(one.seconds), speed_up)
    yield table
    if not figures.is_trusted:
        yield Text(f"  {doubt(figures)}", style="yellow")


def doubt(figures: Figures) -> str:
    """What is said where the forecast does not fit the run itself."""
    workers, said = _plural(figures.workers, "worker"), duration(figures.replayed)
    return f"not to be relied on: for the {workers} that there were it says {said}"


def _sites(tallies: Sequence[Tally]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for title in TITLES:
        table.add_column(title, justify="right" if title in _NUMBERS else "left")
    table.columns[-1].min_width = 24
    for tally in sorted(tallies, key=lambda t: (t.file, t.line)):
        table.add_row(*row_of(tally))
    return table


def _reasons(tallies: Sequence[Tally]) -> Iterator[RenderableType]:
    """What the codes in the table mean; of the first call of a function there is nothing to say."""
    codes = dict.fromkeys(code for tally in tallies for code in tally.made)
    told = [(code, CODES[code]) for code in codes if code in CODES and code != _FIRST]
    if told:
        yield Text()
    for code, one in told:
        yield Text(f"{code}: {one.what}\n  try: {one.way_out}", style="dim")


def row_of(tally: Tally) -> tuple[str, ...]:
    """What is said of one function at one line."""
    mean = tally.seconds / tally.calls if tally.calls else 0.0
    place = f"{Path(tally.file).name}:{tally.line}"
    made = ", ".join(f"{count} {why}" for why, count in tally.made.items())
    counts = str(tally.calls), str(tally.sent), duration(mean), duration(tally.waited)
    return place, tally.function, *counts, made


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" + "s" * (count != 1)
