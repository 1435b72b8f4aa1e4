"""A function as a picture: one file of SVG that needs nothing else."""

from __future__ import annotations

from pydron_ng.observe.explanation import Explanation, State
from pydron_ng.observe.flow import Bar, Passes
from pydron_ng.observe.pictures import words
from pydron_ng.observe.pictures.canvas import Canvas
from pydron_ng.observe.pictures.layout import (
    BAR_COLUMNS,
    NAME,
    NAME_COLUMNS,
    PAD,
    SMALL,
    STACK,
    TITLE_COLUMNS,
    Box,
    Scene,
    scene_of,
)
from pydron_ng.observe.pictures.legend import legend
from pydron_ng.observe.pictures.measure import code_width, lines_of, prose_width, shorten
from pydron_ng.observe.pictures.routes import Route, routes_of
from pydron_ng.observe.pictures.style import ICONS
from pydron_ng.observe.text import summary_of

_EDGE = 24.0  # around all of it
_AXIS = 26.0  # for the arrow of time
_LEAST = 400.0
_LEADING = 17.0
_DASHES = "5 4"


def svg_of(told: Explanation, *, headed: bool = True) -> str:
    """The picture of a function, for a file of its own; without a heading, for a page."""
    return _Drawing(told).text(headed=headed)


class _Drawing:
    def __init__(self, told: Explanation) -> None:
        self._told, self._flow = told, told.flow
        self._scene: Scene = scene_of(told)
        self._frame = self._scene.frames[0]
        self._width = max(_LEAST, self._frame.width + _AXIS + 2 * _EDGE)
        self._canvas = Canvas()

    def text(self, *, headed: bool) -> str:
        top = self._heading() if headed else _EDGE
        left = (self._width - self._frame.width - _AXIS) / 2 + _AXIS
        self._axis(left - _AXIS + 4, top)
        with self._canvas.group(f"translate({left:g} {top:g})"):
            self._picture()
        bottom = top + self._frame.height + _EDGE
        bottom = legend(self._canvas, self._told, _EDGE, bottom, self._width - 2 * _EDGE)
        calls = len(self._told.calls)
        name = f"{self._told.function}: {calls} call{'s' * (calls != 1)} that may run in parallel"
        return self._canvas.finished(self._width, bottom + _EDGE / 2, name)

    def _heading(self) -> float:
        """Name, place and summary; where what is below it begins."""
        name = shorten(f"{self._told.function}()", 34)
        self._canvas.code(_EDGE, 34, name, "ink", 17, bold=True)
        place = shorten(f"{self._told.place}:{self._told.line}", 30)
        x = _EDGE + code_width(name, 17) + 12
        if x + prose_width(place, 12) > self._width - _EDGE:
            x, y = _EDGE, 52.0
        else:
            y = 34.0
        self._canvas.prose(x, y, place, "dim", 12)
        columns = int((self._width - 2 * _EDGE) / prose_width("m", 12))
        for line in lines_of(summary_of(self._told), columns):
            y += _LEADING + 2
            self._canvas.prose(_EDGE, y, line, "ink", 12)
        return y + 20

    def _axis(self, x: float, top: float) -> None:
        bottom = top + self._frame.height
        self._canvas.line(f"M{x:g} {top + 4:g}V{bottom - 8:g}", "axis")
        self._canvas.tip(x, bottom, "axis-tip")
        self._canvas.prose(x - 5, top + self._frame.height / 2, "time", "dim", SMALL, turned=True)

    def _picture(self) -> None:
        for block in self._scene.frames:
            self._frame_of(block)
        routes = routes_of(self._flow, self._scene)
        for route in routes:
            self._link(route)
        for bar, box in self._scene.bars:
            self._bar(bar, box)
        for bars, box in self._scene.idle:
            self._idle(bars, box)
        for number, box in self._scene.cards.items():
            self._card(number, box)
        for block in self._scene.frames:
            self._title(block)
        for route in routes:
            self._label(route)

    # --- frames ---

    def _frame_of(self, block: int) -> None:
        told, box, look = self._flow.blocks[block], self._scene.frames[block], self._look(block)
        if told.passes is Passes.OVERLAP:
            for behind in (2, 1):
                self._canvas.box(box.moved(behind * STACK, behind * STACK), look, corner=10)
        title = f"{told.title}, line {told.line}\n{words.note_of(told)}".strip()
        self._canvas.box(box, look, corner=10, title=title, name="frame")
        if told.passes not in {None, Passes.OVERLAP}:
            self._back(box)

    def _look(self, block: int) -> str:
        depth = len(self._flow.around(block))
        return ("frame", "loop", "loop-in")[min(depth, 3) - 1]

    def _back(self, box: Box) -> None:
        """The arrow that goes back to where the next pass begins."""
        x, far, top, bottom = box.right, box.right + 14, box.y + 16, box.bottom - 16
        way = f"M{x:g} {bottom:g}H{far - 6:g}Q{far:g} {bottom:g} {far:g} {bottom - 6:g}"
        way += f"V{top + 6:g}Q{far:g} {top:g} {far - 6:g} {top:g}H{x + 6:g}"
        self._canvas.line(way, "back", wide=2)
        self._canvas.tip(x, top, "back-tip", turn=90)

    def _title(self, block: int) -> None:
        told, box = self._flow.blocks[block], self._scene.frames[block]
        title, note = shorten(told.title, TITLE_COLUMNS), words.note_of(told)
        x, y = box.x + PAD - 6, box.y + 21
        wide = code_width(title, NAME)
        line = f"line {told.line}"
        whole = max(wide + 8 + prose_width(line, SMALL), prose_width(note, SMALL))
        self._cover(block, Box(x - 3, y - 15, whole + 6, 34 if note else 20))
        self._canvas.code(x, y, title, "ink", NAME, bold=True)
        self._canvas.prose(x + wide + 8, y, line, "dim", SMALL)
        self._canvas.prose(x, y + 16, note, "dim", SMALL)

    def _cover(self, block: int, box: Box) -> None:
        """Links do not run through a title."""
        with self._canvas.group(name="cover"):
            self._canvas.box(box, f"{self._look(block)}-cover", corner=3, opacity=0.88)

    # --- bars ---

    def _bar(self, bar: Bar, box: Box) -> None:
        is_sure = any(hold.is_sure for hold in bar.holds)
        look, ink = ("hold", "hold-ink") if is_sure else ("may", "may-ink")
        what, held = shorten(bar.what, BAR_COLUMNS), words.held_by(self._told, bar)
        with self._canvas.group(title=words.why_of_bar(self._told, bar), name="bar"):
            dashes = "" if is_sure else _DASHES
            self._canvas.box(box, look, corner=0, dashes=dashes)
            self._canvas.code(box.x + 16, box.y + 26, str(bar.line), ink, NAME, bold=True)
            x = box.x + 28 + code_width(str(bar.line), NAME)
            self._canvas.prose(x, box.y + 17, what, ink, SMALL, bold=True)
            self._canvas.prose(x, box.y + 33, held, ink, SMALL)

    def _idle(self, bars: tuple[Bar, ...], box: Box) -> None:
        said = "\n".join(words.why_of_bar(self._told, bar) for bar in bars)
        with self._canvas.group(title=said, name="bar"):
            self._canvas.box(box, "idle", corner=0, dashes=_DASHES)
            text = f"{words.idle_title(bars)} · nothing waits"
            self._canvas.prose(box.x + 16, box.y + box.height / 2 + 4, text, "dim", SMALL)

    # --- calls ---

    def _card(self, number: int, box: Box) -> None:
        call = self._told.calls[number]
        state = words.kind_of(call.state)
        look = "ahead" if state is State.AHEAD else state.value
        dashes = "" if call.is_sure else _DASHES
        with self._canvas.group(title=words.why_of_call(self._told, call), name="call"):
            self._canvas.box(box, look, corner=8, dashes=dashes, wide=1.6)
            self._canvas.icon(box.x + 12, box.y + 9, ICONS[state], look)
            name = shorten(call.text, NAME_COLUMNS)
            self._canvas.code(box.x + 32, box.y + 20, name, "ink", NAME, bold=True)
            under = words.under_name(call)
            self._canvas.prose(box.x + 12, box.y + 37, under, "dim", SMALL)

    # --- links ---

    def _link(self, route: Route) -> None:
        dashes = "4 3" if route.link.decides else ""
        title = words.why_of_link(self._told, route.link)
        with self._canvas.group(title=title, name="link"):
            self._canvas.line(route.curve(), "link", dashes=dashes)
            self._canvas.tip(*route.points[-1], "tip")

    def _label(self, route: Route) -> None:
        if route.box is None:
            return
        with self._canvas.group(title=words.why_of_link(self._told, route.link), name="label"):
            self._canvas.box(route.box, "label", corner=3, opacity=0.82)
            y = route.box.bottom - 4
            self._canvas.code(route.box.x + 3, y, route.label, "ink", SMALL)
