"""The line that says how far a scheduled call has come, in as many columns as there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydron_ng.observe.progress.figures import Calls, Figures
from pydron_ng.observe.progress.forecast import Outlook

_BAR_COLUMNS = 12
_MOST_FUNCTIONS = 4


class Glyphs(NamedTuple):
    """What it is written with. Two halves make a whole; empty: there are no halves."""

    dot: str
    whole: str
    half: str
    rest: str


FINE = Glyphs("·", "━", "╸", "─")
PLAIN = Glyphs("|", "#", "", "-")


def glyphs_of(encoding: str) -> Glyphs:
    """Those that can be written in this encoding."""
    try:
        "".join(FINE).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return FINE


def worded(figures: Figures, outlook: Outlook, columns: int, glyphs: Glyphs = FINE) -> str:
    """The line with the most details that fits; the shortest one is cut.

    survey  37 % ━━━━╸─────── calibrate 148/400 · fit 97 · 4 workers busy of 4 · 0:23 left
    """
    from rich.cells import cell_len, set_cell_size

    line = ""
    for line in _lines(figures, outlook, glyphs):
        if cell_len(line) <= columns:
            return line
    return set_cell_size(line, columns)


def _lines(figures: Figures, outlook: Outlook, glyphs: Glyphs) -> Iterator[str]:
    """The line with more and more left out."""
    head, bar = _head(figures, outlook), _bar(outlook, glyphs)
    most, calls = _functions(figures, details=True), _functions(figures, details=False)
    long, short = _workers(figures, short=False), _workers(figures, short=True)
    rate, left, others = _rate(outlook), _left(outlook), _others(figures)
    fewer = [*calls[:1], f"+{len(calls) - 1}"] if len(calls) > 1 else calls
    for start, parts in (
        ((head, bar), (*most, long, rate, left, others)),
        ((head, bar), (*calls, long, rate, left, others)),
        ((head, bar), (*calls, short, rate, left)),
        ((head, bar), (*calls, short, left)),
        ((head, bar), (*fewer, short, left)),
        ((head,), (*fewer, short, left)),
        ((head, bar), (left or short,)),
        ((head,), (left or short,)),
        ((head,), ()),
    ):
        said = f" {glyphs.dot} ".join(part for part in parts if part)
        yield " ".join(part for part in (*start, said) if part)


def _head(figures: Figures, outlook: Outlook) -> str:
    loop = figures.loop
    where = "" if loop is None or loop.is_only else f" line {loop.line}"
    if outlook.share is not None:
        return f"{figures.name}{where}  {int(100 * outlook.share):2d} %"
    items = f"  item {loop.done + 1}" if loop is not None else ""
    return f"{figures.name}{where}{items} "


def _bar(outlook: Outlook, glyphs: Glyphs) -> str:
    if outlook.share is None:
        return ""
    wholes, halves = divmod(int(2 * _BAR_COLUMNS * outlook.share), 2)
    done = glyphs.whole * wholes + glyphs.half * halves
    return done + glyphs.rest * (_BAR_COLUMNS - len(done))


def _functions(figures: Figures, *, details: bool) -> list[str]:
    """Those with most to do, in the order in which they were met."""
    if not figures.is_ahead:
        return []
    used = [c for c in figures.calls if c.made or c.running or c.waiting]
    heavy = sorted(used, key=_work, reverse=True)[:_MOST_FUNCTIONS]
    said = [_function(calls, details=details) for calls in used if calls in heavy]
    return [*said, *([f"+{len(used) - len(heavy)}"] if len(used) > len(heavy) else [])]


def _work(calls: Calls) -> float:
    return calls.seconds * (calls.made + calls.running + calls.waiting)


def _function(calls: Calls, *, details: bool) -> str:
    text = f"{calls.name} {calls.made}" + (f"/{calls.total}" if calls.total else "")
    if details and calls.running + calls.waiting:
        return f"{text} ({calls.running} running, {calls.waiting} waiting)"
    return text


def _workers(figures: Figures, *, short: bool) -> str:
    if not figures.is_ahead:
        return "all calls are made here"
    if short:
        return f"{figures.busy}/{figures.workers} busy"
    workers = "worker" if figures.busy == 1 else "workers"
    return f"{figures.busy} {workers} busy of {figures.workers}"


def _rate(outlook: Outlook) -> str:
    if outlook.rate is None:
        return ""
    if outlook.rate < 0.1:  # noqa: PLR2004  one in more than ten seconds
        return f"{60 * outlook.rate:.2g} {outlook.unit}/min"
    digits = 1 if outlook.rate < 100 else 0  # noqa: PLR2004
    return f"{outlook.rate:,.{digits}f} {outlook.unit}/s"


def _left(outlook: Outlook) -> str:
    return "" if outlook.left is None else f"{clock(outlook.left)} left"


def _others(figures: Figures) -> str:
    return f"{figures.others} more scheduled" if figures.others else ""


def clock(seconds: float) -> str:
    """Seconds as 0:23, 1:02:03 or 3 days."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 100:  # noqa: PLR2004
        return f"{hours // 24} days"
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def summed_up(figures: Figures) -> str:
    """What there is to say at the end."""
    calls = ", ".join(f"{c.name} {c.made}" for c in figures.calls if c.made)
    took = clock(figures.at - figures.began)
    return f"{figures.name}  ended after {took}" + (f": {calls}" if calls else "")
