"""What a page says beside each line of the source: in parts, for whoever lays them out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydron_ng.observe.codes import CODES, Code
from pydron_ng.observe.explanation import Call, Cause, Explanation, State
from pydron_ng.observe.flow import Bar
from pydron_ng.observe.measured import gain_of
from pydron_ng.observe.pictures.words import held_by, kind_of, meaning_of


class Said(NamedTuple):
    """One thing that is to be said about a line.

    gain: what mending it would bring.
    meaning: of its code, as docs/reasons.md has it; None where there is no code.
    """

    head: str
    whys: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    way_out: str = ""
    gain: str = ""
    code: str = ""
    meaning: Code | None = None


class Line(NamedTuple):
    """A line of the source. tone: the class of its colour; said: why it has it."""

    number: int
    text: str
    margin: str
    tone: str
    said: tuple[Said, ...]

    @property
    def tip(self) -> str:
        """What shows when one points at its margin."""
        parts = [line for one in self.said for line in (one.head, *one.whys)]
        return "\n".join(parts)


def lines_of_source(told: Explanation) -> tuple[Line, ...]:
    """All lines of the function, with what there is to say of each."""
    margin = told.margin()
    return tuple(
        Line(number, text, margin.get(number, ""), _tone(told, number), tuple(_said(told, number)))
        for number, text in enumerate(told.source, told.line)
    )


def seen_in_runs(told: Explanation) -> tuple[Said, ...]:
    """What runs in this process have recorded."""
    return tuple(
        _coded(
            Said(f"line {reason.line}" if reason.line else "", (" ← ".join(reason.chain),)), code
        )
        for reason in sorted(told.seen, key=lambda one: (one.line, one.code))
        for code in (reason.code,)
    )


def _tone(told: Explanation, line: int) -> str:
    """That of the call on it that has most to wait for; else that of what it holds up."""
    states = {kind_of(call.state) for call in told.calls if call.line == line}
    for state in (State.WAITS, State.CHAIN, State.ROUNDS, State.INLINE, State.AHEAD):
        if state in states:
            return str(state.value)
    bars = [bar for bar in told.flow.bars if bar.line == line]
    if any(bar.holds for bar in bars):
        return "hold" if any(h.is_sure for bar in bars for h in bar.holds) else "may"
    return "idle" if bars else ""


def _said(told: Explanation, line: int) -> Iterator[Said]:
    for call in told.calls:
        if call.line == line:
            yield Said(f"{call.text}: {meaning_of(call)}", tuple(_notes(call)))
            yield from (_of_cause(told, line, cause) for cause in call.causes)
    own = {cause.line for call in told.calls if call.line == line for cause in call.causes}
    for bar in told.flow.bars:
        if bar.line == line and line not in own:
            yield _of_bar(told, bar)


def _notes(call: Call) -> Iterator[str]:
    if not call.is_sure:
        yield "if what is called turns out to be functional, which only the run can tell"
    others = [line for line in call.after if line != call.line]
    if others:
        yield f"it takes results of line {', '.join(map(str, others))}"


def _of_cause(told: Explanation, line: int, cause: Cause) -> Said:
    head = "" if cause.line == line else f"because of line {cause.line}"
    once = ("all passes of the loop wait for this once",) * cause.is_once
    gain = _gain(told, cause.code, cause.line)
    return _coded(Said(head, (cause.why, *once), cause.chain, cause.way_out, gain), cause.code)


def _of_bar(told: Explanation, bar: Bar) -> Said:
    if not bar.holds:
        whys = ("the program alone does it, in its place; no call waits for it",)
        return _coded(Said(f"sync-point: {bar.what}", whys), bar.code)
    gain = _gain(told, bar.code, bar.line)
    return _coded(Said(held_by(told, bar), (bar.why,), (), bar.way_out, gain), bar.code)


def _gain(told: Explanation, code: str, line: int) -> str:
    return "" if told.measured is None else gain_of(told.measured, code, line)


def _coded(said: Said, code: str) -> Said:
    return said._replace(code=code, meaning=CODES.get(code))
