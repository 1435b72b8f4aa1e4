"""What is said about a function: frozen data, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydron_ng.events import Reason
from pydron_ng.observe.flow import Flow
from pydron_ng.observe.records.record import Tally

#: Of the shape of to_json(); it grows by one if a key goes or means something else.
VERSION = 1


class State(Enum):
    """What becomes of a call that may run ahead."""

    AHEAD = "ahead"  # made before the program gets there, beside others
    AFTER = "after"  # as soon as the results are there that it takes
    ROUNDS = "rounds"  # all of one round of a loop at once, round after round
    CHAIN = "chain"  # each waits for the one before it
    WAITS = "waits"  # the program has to get past some line first
    INLINE = "inline"  # the program makes it where it stands


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a call waits. line: the one to blame; chain: how it gets from there to the call.

    is_once: all passes of the loop around it wait for this together, then they overlap.
    is_sure: false where it depends on the kind of a value, which only the run can tell.
    """

    code: str
    line: int
    why: str
    chain: tuple[str, ...]
    way_out: str
    is_sure: bool = True
    is_once: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may run ahead.

    after: the lines of the calls whose results it takes, in other passes of a loop included.
    is_sure: false where only the run tells whether the callee is functional.
    """

    line: int
    column: int  # 1-based
    text: str
    state: State
    after: tuple[int, ...]
    causes: tuple[Cause, ...]
    is_sure: bool


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """A statement that the program alone does, in its place. holds_up: lines of calls that wait."""

    line: int
    column: int  # 1-based
    code: str
    what: str
    holds_up: tuple[int, ...]
    way_out: str


@dataclass(frozen=True, slots=True)
class Gain:
    """What it would bring, at most, if no call waited for a line any more: so many seconds less."""

    code: str
    line: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run on record says. elapsed: seconds inside of scheduled calls, of any function.

    tallies: the calls in this function, by function and line.
    """

    elapsed: float
    workers: int
    tallies: tuple[Tally, ...]
    gains: tuple[Gain, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        from msgspec import to_builtins

        return {
            "elapsed": self.elapsed,
            "workers": self.workers,
            "calls": [to_builtins(tally) for tally in self.tallies],
            "gains": [asdict(gain) for gain in self.gains],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """What @schedule makes of a function. ``str()`` of it is its source with a margin, and why.

    seen: what runs in this process have recorded besides.
    commit, run_ahead: the two programs; flow: how the calls hang together.
    measured: what the last run on record says of it.
    plain: functions of the user's that it calls, and that are not decorated, with the first line.
    """

    function: str
    file: str
    line: int
    source: tuple[str, ...]
    is_scheduled: bool
    calls: tuple[Call, ...]
    sync_points: tuple[SyncPoint, ...]
    seen: tuple[Reason, ...]
    commit: str
    run_ahead: str
    flow: Flow
    measured: Measured | None = None
    plain: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        from pydron_ng.observe.text import text_of

        return "\n".join(text_of(self))

    def margin(self) -> dict[int, str]:
        """What stands beside each line of which there is something to say."""
        from pydron_ng.observe.text import margin_of

        return margin_of(self)

    def as_dict(self) -> dict[str, Any]:
        """What to_json() writes."""
        margin = self.margin()
        return {
            "version": VERSION,
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "scheduled": self.is_scheduled,
            "lines": [
                {"line": number, "margin": margin.get(number, ""), "text": text}
                for number, text in enumerate(self.source, self.line)
            ],
            "calls": [asdict(call) | {"state": call.state.value} for call in self.calls],
            "sync_points": [asdict(point) for point in self.sync_points],
            "seen": [reason._asdict() for reason in self.seen],
            "measured": None if self.measured is None else self.measured.as_dict(),
        }

    def to_json(self) -> str:
        """One object of the shape that docs/reasons.md describes."""
        return json.dumps(self.as_dict(), indent=2)

    def graph_svg(self) -> str:
        """The calls as a picture, time downwards: one SVG file that needs nothing else."""
        from pydron_ng.observe.pictures.svg import svg_of

        return svg_of(self)

    def _repr_html_(self) -> str:
        """How notebooks show it: picture, source and reasons."""
        from pydron_ng.observe.pictures.page import part_of_a_page

        return part_of_a_page(self)

    @property
    def place(self) -> str:
        """The name of its file, without the directories."""
        return Path(self.file).name
