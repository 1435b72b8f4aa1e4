"""What is written into a picture: on calls, loops and bars, and what pointing there shows."""

from __future__ import annotations

from collections.abc import Sequence

from pydron_ng.observe.explanation import Call, Explanation, State
from pydron_ng.observe.flow import Bar, Block, Hold, Link, Passes
from pydron_ng.observe.pictures.measure import shorten
from pydron_ng.observe.text import state_of

_MOST_LINES = 44  # columns

#: What a state is called in the legend, and what it means.
STATES = {
    State.AHEAD: ("ahead", "made before the program gets there"),
    State.WAITS: ("waits", "for the bar above it"),
    State.CHAIN: ("one by one", "each pass needs the one before"),
    State.ROUNDS: ("round by round", "one pass at once, then the next"),
    State.INLINE: ("inline", "made by the program itself"),
}
_SAID = {
    State.AHEAD: "made before the program gets there, beside others",
    State.AFTER: "made ahead, as soon as the results are there that it takes",
    State.ROUNDS: "all calls of one pass at once, pass after pass",
    State.CHAIN: "each call waits for the one before it",
    State.WAITS: "made when the program has passed what it waits for",
    State.INLINE: "the program makes it where it stands",
}


def kind_of(state: State) -> State:
    """The state whose colour it has."""
    return State.AHEAD if state is State.AFTER else state


def under_name(call: Call) -> str:
    """The second line of a call."""
    state = state_of(call).partition(", after")[0]
    return f"line {call.line} · {state}{'' if call.is_sure else '?'}"


def meaning_of(call: Call) -> str:
    """What becomes of it, in a sentence."""
    return _SAID[call.state]


def why_of_call(told: Explanation, call: Call) -> str:
    """All that is to be said about a call."""
    lines = [f"{call.text} on line {call.line}: {meaning_of(call)}"]
    if not call.is_sure:
        lines.append("if what is called turns out to be functional, which only the run can tell")
    if call.after:
        lines.append(f"takes results of line {numbers(call.after)}")
    for cause in call.causes:
        once = "once, for all passes together: " * cause.is_once
        lines.append(f"{once}{cause.why} [{cause.code}]")
        lines += [f"  {step}" for step in cause.chain]
        if cause.way_out:
            lines.append(f"  try: {cause.way_out}")
    index = call.line - told.line
    if 0 <= index < len(told.source):
        lines.append(f"{call.line} | {told.source[index].strip()}")
    return "\n".join(lines)


def note_of(block: Block) -> str:
    """What is said of the passes of a loop; empty for what is no loop."""
    perhaps = "" if block.is_sure else "perhaps "
    names, lines = ", ".join(block.by), numbers(block.lines)
    match block.passes:
        case None:
            return "" if block.outer < 0 else "a function inside, run ahead where it is called"
        case Passes.OVERLAP:
            return "passes overlap: each is independent"
        case Passes.CHAIN:
            return f"{perhaps}one by one: a pass needs {names or 'a result'} of the one before"
        case Passes.ROUNDS:
            return f"{perhaps}round by round: a pass needs {names or 'results'} of the one before"
        case Passes.UNDECIDED:
            return f"one by one: line {lines} decides if there is another pass"
        case Passes.WAIT:
            return f"each pass {'waits' if block.is_sure else 'may wait'} for line {lines}"


def held_by(told: Explanation, bar: Bar) -> str:
    """The second line of a bar."""
    sure = [hold for hold in bar.holds if hold.is_sure] or bar.holds
    may = "" if any(hold.is_sure for hold in bar.holds) else "may "
    if all(hold.is_once for hold in sure):
        return f"{may}hold{'' if may else 's'} up line {_lines(told, sure)} once, for all passes"
    now = [hold for hold in sure if not hold.is_later]
    later = [hold for hold in sure if hold.is_later]
    said = [f"line {_lines(told, now)}"] if now else []
    said += [f"line {_lines(told, later)} in the next pass"] if later else []
    return f"{may}hold{'' if may else 's'} up {' and '.join(said)}"


def why_of_bar(told: Explanation, bar: Bar) -> str:
    """All that is to be said about a bar."""
    lines = [f"line {bar.line}: {bar.what} [{bar.code}]", "the program alone does it, in its place"]
    lines.append(held_by(told, bar) if bar.holds else "no call waits for it")
    lines += [bar.why] if bar.why and bar.why != bar.what else []
    lines += [f"try: {bar.way_out}"] if bar.way_out and bar.holds else []
    return "\n".join(lines)


def idle_title(bars: Sequence[Bar]) -> str:
    """What stands on sync-points that nothing waits for."""
    plural = "s" * (len(bars) > 1)
    lines = dict.fromkeys(bar.line for bar in bars)
    return f"sync-point{plural}, line{plural} {shorten(numbers([*lines]), _MOST_LINES)}"


def why_of_link(told: Explanation, link: Link) -> str:
    """What one call takes from the other."""
    source, target = told.calls[link.source], told.calls[link.target]
    names = ", ".join(link.names) or "the result"
    if link.decides:
        by = f" by {names}" * bool(link.names)
        said = f"{source.text} on line {source.line} decides{by} whether {target.text} is called"
    else:
        said = f"{target.text} takes {names} from {source.text} on line {source.line}"
    return said


def label_of(link: Link) -> str:
    """The names on a link."""
    names = ", ".join(link.names)
    return f"if {names}".strip() if link.decides else names


def numbers(lines: Sequence[int]) -> str:
    """Numbers of lines, as a text."""
    return ", ".join(map(str, lines))


def _lines(told: Explanation, holds: Sequence[Hold]) -> str:
    return numbers(sorted({told.calls[hold.call].line for hold in holds}))
