"""The sums of a record as rows of the page's table: by function and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from pydron_ng.observe.codes import CODES, Code
from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.record import Record, Tally

_FOREIGN = Code("A reason that this version of pydron_ng does not know.", "", "")


class Row(NamedTuple):
    """One tally in words. made: how many calls the program made itself, by the codes of reasons.

    share: of the time that the program waited for these, in percent of the longest such time.
    """

    function: str
    colour: str
    file: str
    place: str
    calls: int
    sent: int
    made: tuple[tuple[int, str], ...]
    mean: str
    seconds: str
    waited: str
    share: int
    dropped: int


def rows_of(record: Record, colours: Mapping[str, str]) -> list[Row]:
    """What took longest comes first."""
    tallies = sorted(record.tallies, key=lambda tally: (-tally.seconds, tally.function, tally.line))
    most = max((tally.waited for tally in tallies), default=0.0)
    return [_row(tally, colours, most) for tally in tallies]


def _row(tally: Tally, colours: Mapping[str, str], most: float) -> Row:
    made = sorted(tally.made.items(), key=lambda pair: -pair[1])
    return Row(
        function=tally.function,
        colour=colours[tally.function],
        file=tally.file,
        place=f"{PurePath(tally.file).name}:{tally.line}",
        calls=tally.calls,
        sent=tally.sent,
        made=tuple((count, code) for code, count in made),
        mean=duration(tally.seconds / tally.calls) if tally.calls else "",
        seconds=duration(tally.seconds),
        waited=duration(tally.waited) if tally.waited else "",
        share=round(100 * tally.waited / most) if most else 0,
        dropped=tally.dropped,
    )


def meanings(rows: Iterable[Row]) -> Mapping[str, Code]:
    """What all codes in these rows mean."""
    found = {code for row in rows for _, code in row.made}
    return {code: CODES.get(code, _FOREIGN) for code in sorted(found)}
