"""What the signs of a picture mean, those that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydron_ng.observe.explanation import Explanation, State
from pydron_ng.observe.flow import Passes
from pydron_ng.observe.pictures.canvas import Canvas
from pydron_ng.observe.pictures.layout import SMALL, STACK, Box
from pydron_ng.observe.pictures.measure import prose_width
from pydron_ng.observe.pictures.style import ICONS
from pydron_ng.observe.pictures.words import STATES, kind_of

_SIGN, _HEIGHT, _BETWEEN = 28.0, 24.0, 22.0


class _Entry(NamedTuple):
    """A sign, drawn with its upper left corner there, and what it means."""

    draw: Callable[[Canvas, float, float], None]
    said: str


def legend(canvas: Canvas, told: Explanation, left: float, top: float, width: float) -> float:
    """Draw it in lines of that width; where its last line ends."""
    entries = [*_entries(told)]
    if not entries:
        return top
    widest = max(_SIGN + prose_width(entry.said, SMALL) + _BETWEEN for entry in entries)
    columns = max(1, int((width + _BETWEEN) // widest))
    rows = -(-len(entries) // columns)
    for number, entry in enumerate(entries):
        x, y = left + number // rows * widest, top + number % rows * _HEIGHT
        entry.draw(canvas, x, y)
        canvas.prose(x + _SIGN, y + 12, entry.said, "dim", SMALL)
    return top + rows * _HEIGHT


def _entries(told: Explanation) -> Iterator[_Entry]:
    kinds = {kind_of(call.state) for call in told.calls}
    for state, (name, meaning) in STATES.items():
        if state in kinds:
            yield _Entry(_card(state), f"{name}: {meaning}")
    if any(not call.is_sure for call in told.calls):
        yield _Entry(_dashed, "?: if it is functional, which only the run can tell")
    links = [link for link in told.flow.links if not link.is_later]
    if any(not link.decides for link in links):
        yield _Entry(_link(""), "takes the result")
    if any(link.decides for link in links):
        yield _Entry(_link("4 3"), "is decided by the result")
    yield from _of_blocks(told)
    yield from _of_bars(told)


def _of_blocks(told: Explanation) -> Iterator[_Entry]:
    passes = {block.passes for block in told.flow.blocks} - {None}
    if Passes.OVERLAP in passes:
        yield _Entry(_stack, "loop, its passes side by side")
    if passes - {Passes.OVERLAP}:
        yield _Entry(_back, "loop, pass after pass")


def _of_bars(told: Explanation) -> Iterator[_Entry]:
    holds = [[hold.is_sure for hold in bar.holds] for bar in told.flow.bars]
    if any(any(sure) for sure in holds):
        yield _Entry(_bar("hold", ""), "what is below waits for this line")
    if any(sure and not any(sure) for sure in holds):
        yield _Entry(_bar("may", "3 2"), "what is below may wait for this line")
    if any(not sure for sure in holds):
        yield _Entry(_bar("idle", "3 2"), "sync-point: the program alone does it, in its place")


def _card(state: State) -> Callable[[Canvas, float, float], None]:
    look = "ahead" if state is State.AHEAD else state.value

    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.box(Box(x, y - 1, 20, 18), look, corner=4, wide=1.4)
        canvas.icon(x + 4, y + 2, ICONS[state], look)

    return draw


def _dashed(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(Box(x, y, 20, 16), "inline", corner=4, dashes="3 2", wide=1.4)


def _link(dashes: str) -> Callable[[Canvas, float, float], None]:
    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.line(f"M{x + 10:g} {y - 2:g}V{y + 11:g}", "link", dashes=dashes)
        canvas.tip(x + 10, y + 17, "tip")

    return draw


def _stack(canvas: Canvas, x: float, y: float) -> None:
    for behind in (2, 1, 0):
        moved = behind * STACK / 2
        canvas.box(Box(x + moved, y - 1 + moved, 16, 12), "loop", corner=3)


def _back(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(Box(x, y - 1, 12, 18), "loop", corner=3)
    canvas.line(f"M{x + 12:g} {y + 13:g}h6v-10h-2", "back", wide=1.6)
    canvas.tip(x + 11, y + 3, "back-tip", turn=90)


def _bar(look: str, dashes: str) -> Callable[[Canvas, float, float], None]:
    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.box(Box(x, y + 3, 20, 10), look, corner=0, dashes=dashes)

    return draw
