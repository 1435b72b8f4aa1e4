"""What a run on record says of a function, and what it would bring to mend what holds it up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydron_ng.observe.explanation import Explanation, Gain, Measured
from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.figures import Figures
from pydron_ng.observe.records.gain import gain
from pydron_ng.observe.records.record import writable
from pydron_ng.observe.records.recording import Run
from pydron_ng.observe.records.text import TITLES, row_of, sites

#: Why calls wait although nothing that is in their way could be taken out of it.
_OF_THE_COMPUTATION = frozenset({"one-by-one", "round-by-round", "too-short"})
#: Less than this part of the time is not worth telling.
_LEAST_GAIN = 0.02


def measured_in(told: Explanation, run: Run) -> Measured | None:
    """What the run says of the function; None if it has not called it."""
    last, file = told.line + len(told.source), writable(told.file)
    tallies = tuple(
        tally
        for tally in run.record.tallies
        if tally.file == file and told.line <= tally.line < last
    )
    if not tallies:
        return None
    figures = run.figures
    return Measured(figures.elapsed, figures.workers, tallies, tuple(_gains(told, run, figures)))


def _gains(told: Explanation, run: Run, figures: Figures) -> Iterator[Gain]:
    """For each line that is to blame, what the calls would win that wait for it."""
    held: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for call in told.calls:
        for cause in call.causes:
            if cause.code not in _OF_THE_COMPUTATION:
                place = writable(told.file), call.line
                held.setdefault((cause.code, cause.line), set()).add(place)
    for (code, line), places in held.items():
        won = gain(run.record, figures, places)
        if won >= _LEAST_GAIN * figures.elapsed:
            yield Gain(code, line, won)


def beside(measured: Measured, line: int) -> str:
    """What stands in the margin of a line."""
    here = [tally for tally in measured.tallies if tally.line == line]
    calls, sent = sum(tally.calls for tally in here), sum(tally.sent for tally in here)
    return f"{sent} of {calls} sent" if calls else ""


def gain_of(measured: Measured, code: str, line: int) -> str:
    """What mending a line would bring, in words; empty if that is little, or nobody knows."""
    for one in measured.gains:
        if (one.code, one.line) == (code, line):
            return f"at most {duration(one.seconds)} of the {duration(measured.elapsed)} on record"
    return ""


def text_of(measured: Measured) -> list[str]:
    """The sums of the run, in lines."""
    return [f"on record, {_head(measured)}:", *sites(measured.tallies)]


def _head(measured: Measured) -> str:
    workers = f"{measured.workers} worker" + "s" * (measured.workers != 1)
    return f"{duration(measured.elapsed)} with {workers}"


class Rows(NamedTuple):
    """The sums of a run as cells."""

    head: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(measured: Measured) -> Rows:
    """The same for whoever lays it out."""
    ordered = sorted(measured.tallies, key=lambda tally: tally.line)
    return Rows(_head(measured), TITLES, tuple(map(row_of, ordered)))
