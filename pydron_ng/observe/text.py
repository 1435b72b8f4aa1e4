"""An explanation as plain text: the source with a margin, then each line that is to blame."""

from __future__ import annotations

from collections.abc import Iterator

from pydron_ng.observe.codes import CODES
from pydron_ng.observe.explanation import Call, Cause, Explanation, State
from pydron_ng.observe.measured import beside, gain_of
from pydron_ng.observe.measured import text_of as text_of_run

_INDENT = "     "


def text_of(told: Explanation) -> list[str]:
    """All lines, in the order in which one wants to know."""
    parts = (_head(told), _source(told), _legend(told), _whys(told), _on_record(told), _seen(told))
    blocks = [list(part) for part in parts]
    lines = [line for block in blocks if block for line in (*block, "")]
    return lines[:-1]


def _head(told: Explanation) -> Iterator[str]:
    place = f"{told.place}:{told.line}: {told.function}()"
    if not told.is_scheduled:
        place += " is not scheduled; if it were"
    yield f"{place}: {summary_of(told)}"
    if not told.calls:
        yield f"  try: {_what_to_decorate(told)}"


def _what_to_decorate(told: Explanation) -> str:
    if not told.plain:
        return "decorate the functions that only compute a value with @functional"
    named = ", ".join(f"{name}() on line {line}" for name, line in told.plain)
    if len(told.plain) == 1:
        return f"decorate it with @functional, if it only computes a value: {named}"
    return f"decorate those of these with @functional that only compute a value: {named}"


def summary_of(told: Explanation) -> str:
    """How many calls run in parallel, in what way."""
    if not told.calls:
        return "nothing runs in parallel, as no call in it can be of a functional function"
    counts = {state: sum(call.state is state for call in told.calls) for state in State}
    said = ", ".join(f"{count} {_WORDS[state]}" for state, count in counts.items() if count)
    total = len(told.calls)
    return f"of {total} call{'s' * (total > 1)} that could run in parallel, {said}"


_WORDS = {
    State.AHEAD: "from the beginning",
    State.AFTER: "when other results are there",
    State.ROUNDS: "round by round",
    State.CHAIN: "one after the other",
    State.WAITS: "held up",
    State.INLINE: "made in the program itself",
}


def _source(told: Explanation) -> Iterator[str]:
    margin = margin_of(told)
    wide = max(map(len, margin.values()), default=0)
    digits = len(str(told.line + len(told.source)))
    for number, text in enumerate(told.source, told.line):
        yield f"{number:>{digits}}  {margin.get(number, ''):<{wide}} | {text}".rstrip()


def margin_of(told: Explanation) -> dict[int, str]:
    """What stands beside each line of which there is something to say."""
    found: dict[int, list[str]] = {}
    for line, word in _holding_up(told):
        found.setdefault(line, []).append(word)
    own = {call.line for call in told.calls if call.line in {c.line for c in call.causes}}
    for point in told.sync_points:
        if point.line not in found and point.line not in own:
            found[point.line] = ["sync-point"]
    for line in dict.fromkeys(call.line for call in told.calls):
        found.setdefault(line, []).extend(_beside([c for c in told.calls if c.line == line]))
        if told.measured is not None:
            found[line] += filter(None, [beside(told.measured, line)])
    return {line: ", ".join(dict.fromkeys(words)) for line, words in sorted(found.items())}


def _holding_up(told: Explanation) -> Iterator[tuple[int, str]]:
    """The lines that are to blame for what happens on others."""
    held: dict[int, dict[int, bool]] = {}
    for call in told.calls:
        for cause in call.causes:
            if cause.line != call.line and not cause.is_once:
                lines = held.setdefault(cause.line, {})
                lines[call.line] = lines.get(call.line, False) or cause.is_sure
    for line, calls in held.items():
        word = "HOLDS UP" if any(calls.values()) else "may hold up"
        yield line, f"{word} {_numbers(sorted(calls))}"


def _beside(calls: list[Call]) -> Iterator[str]:
    """What is said of the calls on one line; of those that wait, if there are some."""
    waiting = [call for call in calls if call.state not in {State.AHEAD, State.AFTER}]
    for call in waiting:
        yield state_of(call) if call.is_sure else f"{state_of(call)}?"
    if not waiting:
        after = sorted({line for call in calls for line in call.after} - {calls[0].line})
        begins = max((c.line for call in calls for c in call.causes if c.is_once), default=0)
        said = f"ahead, after {_numbers(after)}" if after else "ahead"
        if begins and begins != calls[0].line:
            said += f", from {begins} on"
        yield said if all(call.is_sure for call in calls) else f"{said}?"


def state_of(call: Call) -> str:
    """What stands beside a call."""
    is_sure = all(cause.is_sure for cause in call.causes)
    match call.state:
        case State.AHEAD | State.AFTER:
            return "ahead"
        case State.ROUNDS:
            return "round by round" if is_sure else "perhaps round by round"
        case State.CHAIN:
            others = [line for line in call.after if line != call.line]
            said = "one by one" if is_sure else "perhaps one by one"
            return said + (f", after {_numbers(others)}" if others else "")
        case State.WAITS:
            return _waits(call)
        case State.INLINE:
            return "inline"


def _waits(call: Call) -> str:
    causes = [cause for cause in call.causes if cause.line != call.line and not cause.is_once]
    lines = sorted({cause.line for cause in causes})
    word = "waits" if any(cause.is_sure for cause in call.causes) else "may wait"
    return f"{word} for {_numbers(lines)}" if lines else word


def _numbers(lines: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, lines))


def _legend(told: Explanation) -> Iterator[str]:
    """What the words of the margin mean that do not say it themselves."""
    words = margin_of(told).values()
    if any("sync-point" in word for word in words):
        yield "sync-point: the program alone does it, in its place; by itself it holds up no call"
    if any(not call.is_sure for call in told.calls):
        yield "?: if what is called turns out to be functional, which only the run can tell"


def _whys(told: Explanation) -> Iterator[str]:
    """Each cause once, with all the calls that it holds up."""
    held: dict[tuple[str, int], list[tuple[Call, Cause]]] = {}
    for call in told.calls:
        for cause in (c for c in call.causes if not c.is_once):
            held.setdefault((cause.code, cause.line), []).append((call, cause))
    for (code, line), calls in sorted(held.items(), key=lambda item: (item[0][1], item[0][0])):
        if (code, line) != min(held, key=lambda key: (key[1], key[0])):
            yield ""
        yield f"{told.place}:{line}: {_whom(calls)} [{code}]"
        yield _shown(told, line)
        for why in dict.fromkeys(cause.why for _, cause in calls):
            yield f"  why: {why}"
        for step in dict.fromkeys(step for _, cause in calls for step in cause.chain):
            yield f"{_INDENT}  {step}"
        way_out = next((cause.way_out for _, cause in calls if cause.way_out), "")
        if way_out:
            yield f"  try: {way_out}"
        won = gain_of(told.measured, code, line) if told.measured else ""
        if won:
            yield f"  gain: {won}"


def _whom(calls: list[tuple[Call, Cause]]) -> str:
    names = dict.fromkeys(f"{call.text} on line {call.line}" for call, _ in calls)
    all_of_them = ", ".join(names)
    call, cause = calls[0]
    if cause.code in _HOW:
        perhaps = "" if cause.is_sure else "perhaps "
        return f"{perhaps}calls of {all_of_them} are made {_HOW[cause.code]}"
    if call.state is State.INLINE:
        return f"the program makes {all_of_them} itself"
    return f"{'holds' if any(cause.is_sure for _, cause in calls) else 'may hold'} up {all_of_them}"


_HOW = {"one-by-one": "one after the other", "round-by-round": "round by round"}


def _shown(told: Explanation, line: int) -> str:
    index = line - told.line
    text = told.source[index].strip() if 0 <= index < len(told.source) else ""
    return f"{line:>6} | {text}"


def _on_record(told: Explanation) -> Iterator[str]:
    if told.measured is not None:
        yield from text_of_run(told.measured)


def _seen(told: Explanation) -> Iterator[str]:
    if not told.seen:
        return
    yield "what runs have shown:"
    for reason in sorted(told.seen, key=lambda r: (r.line, r.code)):
        place = f"{told.place}:{reason.line}: " if reason.line else ""
        yield f"  {place}{' <- '.join(reason.chain)} [{reason.code}]"
        if reason.code in CODES and CODES[reason.code].way_out:
            yield f"    try: {CODES[reason.code].way_out}"
