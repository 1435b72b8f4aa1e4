"""Listens to a program while it runs: what it hears has to make sense, and a record of it too."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pydron_ng.events import Event, Issued, Settled, Taken
from pydron_ng.observe.records.figures import figures_of
from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.recorder import Recorder
from pydron_ng.observe.records.recording import WRITERS, Run

#: Seconds of rounding.
_EPSILON = 1e-6


class Ear:
    """Hears all events of one program."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._recorder = Recorder()

    def hear(self, event: Event) -> None:
        self._events.append(event)
        self._recorder.hear(event)

    def mistakes(self) -> list[str]:
        """What cannot be true of what was heard; empty if all can."""
        record = self._recorder.record()
        return [*_contradictions(self._events), *_faults(record)]


def _contradictions(events: list[Event]) -> Iterator[str]:
    """Calls that are settled or taken twice, or in the wrong order."""
    issued: dict[int, Issued] = {}
    settled: dict[int, Settled] = {}
    taken: dict[int, Taken] = {}
    for event in events:
        match event:
            case Issued(call=call):
                issued[call] = event
            case Settled(call=call):
                if call in settled or call not in issued or event.at < issued[call].at:
                    yield f"{event} after {settled.get(call)}, {issued.get(call)}"
                settled[call] = event
            case Taken(call=call):
                if call in taken or call not in settled or event.at < settled[call].at:
                    yield f"{event} after {taken.get(call)}, {settled.get(call)}"
                elif not 0 < event.calls <= issued[call].calls:
                    yield f"{event} of {issued[call]}"
                taken[call] = event
            case _:
                pass


def _faults(record: Record) -> Iterator[str]:
    """What is wrong with what is made of the record."""
    figures = figures_of(record)
    for one in figures.forecasts:
        if one.seconds < figures.span - _EPSILON:
            yield f"{one} is below the span of {figures.span}"
    if msgspec.json.decode(record.to_json(), type=Record) != record:
        yield "the record is another one when it was written and read"
    run = Run(record)
    for ending, write in WRITERS.items():
        if not write(run):
            yield f"nothing is written to {ending}"
