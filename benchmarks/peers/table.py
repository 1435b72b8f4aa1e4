"""The table: works down, peers across, each cell with its ratio to pydron_ng."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from benchmarks.peers.catalogue import OURS, Entry
from benchmarks.peers.records import Record, Records
from benchmarks.peers.works import Work


def table(
    records: Records, entries: Sequence[Entry], works: Sequence[Work], size: str, *, pipes: bool
) -> Table:
    """pipes: as Markdown has it."""
    made = Table(box=box.MARKDOWN if pipes else box.SIMPLE_HEAD, show_lines=False)
    made.title = f"In brackets: how many times as good {OURS} is"
    made.add_column("work", overflow="fold", no_wrap=pipes)
    for entry in entries:
        made.add_column(entry.name, justify="right", overflow="fold", no_wrap=pipes)
    for work in works:
        cells = [cell(records, entry, work, size) for entry in entries]
        if any(cells):
            beside = f" [{work.shown}]" if work.shown else ""
            made.add_row(escape(f"{work.title}, {work.unit}{beside}"), *map(escape, cells))
    return made


def cell(records: Records, entry: Entry, work: Work, size: str) -> str:
    """A figure, and how many times worse (or better, below 1) than pydron_ng's it is."""
    found = records.best(entry.name, work.name, size, more=work.more)
    if found is None:
        return ""
    if found.value is None:
        return found.failure.partition(":")[0]
    text = figure(found.value)
    if work.shown in found.beside:
        text += f" [{figure(found.beside[work.shown])}]"
    ours = records.best(OURS, work.name, size, more=work.more)
    times = "" if entry.name == OURS else ratio(found, ours, more=work.more)
    return text + (f" ({times})" if times else "")


def figure(value: float) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def ratio(theirs: Record, ours: Record | None, *, more: bool) -> str:
    """How many times as good pydron_ng is; nothing where that cannot be said."""
    if ours is None or not ours.value or not theirs.value:
        return ""
    if min(ours.value, theirs.value) <= 0:
        return ""
    times = ours.value / theirs.value if more else theirs.value / ours.value
    return f"{times:.2g}x" if times < 100 else f"{times:.0f}x"
