"""Where everything stands: blocks around rows, rows below each other, links in their lanes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from pydron_ng.observe.explanation import Explanation
from pydron_ng.observe.flow import Bar, Block, Passes
from pydron_ng.observe.pictures.arrange import Size, Tie, arranged
from pydron_ng.observe.pictures.measure import code_width, prose_width, shorten
from pydron_ng.observe.pictures.rows import Cell, Idle, Item, Lane, Layer, Row, Rows, Stop
from pydron_ng.observe.pictures.words import held_by, idle_title, note_of, under_name

NAME, SMALL = 13.0, 11.0  # sizes of the fonts
CARD_HEIGHT, BAR_HEIGHT, IDLE_HEIGHT = 46.0, 42.0, 30.0
HEAD = 50.0  # of a frame, with its title and its note
PAD, ROW_GAP, CELL_GAP, LANE = 20.0, 46.0, 24.0, 12.0
STACK = 5.0  # by which each of the frames behind one is moved
BACK = 22.0  # for the arrow that goes back to the next pass
_LABEL = 14.0  # for one more name beside links
NAME_COLUMNS, TITLE_COLUMNS, BAR_COLUMNS = 30, 52, 66


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    def moved(self, x: float, y: float) -> Box:
        return replace(self, x=self.x + x, y=self.y + y)

    def meets(self, other: Box) -> bool:
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom


@dataclass(slots=True)
class Scene:
    """All boxes, from the upper left corner of the function's frame.

    lanes: each with the block that it is in; spans: upper and lower side of the row of an item.
    """

    frames: dict[int, Box] = field(default_factory=dict)
    cards: dict[int, Box] = field(default_factory=dict)
    bars: list[tuple[Bar, Box]] = field(default_factory=list)
    idle: list[tuple[tuple[Bar, ...], Box]] = field(default_factory=list)
    lanes: list[tuple[int, Lane, Box]] = field(default_factory=list)
    spans: dict[tuple[int, Item], tuple[float, float]] = field(default_factory=dict)


def scene_of(told: Explanation) -> Scene:
    """Where everything of a function stands."""
    scene = Scene()
    if told.flow.blocks:
        layout = _Layout(told)
        layout.place(0, 0.0, 0.0, scene)
    return scene


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block by itself. at: the left sides of its cells, ys: the upper sides of its layers."""

    box: Box
    layers: tuple[Layer, ...]
    at: dict[tuple[int, Cell], float]
    ys: tuple[float, ...]


class _Layout:
    def __init__(self, told: Explanation) -> None:
        self._told, self._flow = told, told.flow
        self._rows = Rows(told.flow)
        self._links = [link for link in told.flow.links if not link.is_later]
        self._done: dict[int, _Placed] = {}
        for block in reversed(range(len(told.flow.blocks))):
            self._done[block] = self._block(block)

    def place(self, block: int, x: float, y: float, scene: Scene) -> None:
        """Put a block with its upper left corner there, and all that is in it."""
        done = self._done[block]
        scene.frames[block] = done.box.moved(x, y)
        for number, (layer, top) in enumerate(zip(done.layers, done.ys, strict=True)):
            across = Box(x, y + top, done.box.width, _height(layer))
            match layer:
                case Stop(bar):
                    scene.bars.append((bar, across))
                case Idle(bars):
                    scene.idle.append((bars, across))
                case Row(cells):
                    for cell in cells:
                        self._cell(block, cell, x + done.at[number, cell], y + top, number, scene)

    def _cell(self, block: int, cell: Cell, x: float, y: float, layer: int, scene: Scene) -> None:
        height = self._layer_height(self._done[block].layers[layer])
        if isinstance(cell, Lane):
            scene.lanes.append((block, cell, Box(x, y, LANE, height)))
            return
        scene.spans[block, cell] = y, y + height
        if cell.kind == "call":
            scene.cards[cell.number] = Box(x, y, self._width(cell), CARD_HEIGHT)
        else:
            self.place(cell.number, x, y, scene)

    # --- one block ---

    def _block(self, block: int) -> _Placed:
        layers = self._rows.of(block)
        at = self._across(block, layers)
        rights = [x + self._width(cell) for (_, cell), x in at.items()]
        inside = max(rights, default=0.0)
        least = max([self._title_width(block), *map(self._least, layers)])
        width = max(inside + 2 * PAD, least)
        shift = (width - inside) / 2
        ys, y = [], head_of(self._flow.blocks[block])
        for layer, following in zip_longest(layers, layers[1:]):
            ys.append(y)
            y += self._layer_height(layer) + self._gap(layer, following)
        box = Box(0.0, 0.0, width, y)
        moved = {cell: x + shift for cell, x in at.items()}
        return _Placed(box, layers, moved, tuple(ys))

    def _across(self, block: int, layers: tuple[Layer, ...]) -> dict[tuple[int, Cell], float]:
        """The left side of each cell, by the number of its layer."""
        rows = {n: layer for n, layer in enumerate(layers) if isinstance(layer, Row)}
        cells = [(n, cell) for n, row in rows.items() for cell in row.cells]
        number = {place: rank for rank, place in enumerate(cells)}
        sizes = {rank: self._size(cell) for (_, cell), rank in number.items()}
        order = [[number[n, cell] for cell in row.cells] for n, row in rows.items()]
        left = arranged(order, sizes, self._ties(block, rows, number))
        return {place: left[rank] for place, rank in number.items()}

    def _size(self, cell: Cell) -> Size:
        is_lane = isinstance(cell, Lane)
        return Size(self._width(cell), CELL_GAP * 0.6 if is_lane else CELL_GAP)

    def _ties(
        self, block: int, rows: dict[int, Row], number: dict[tuple[int, Cell], int]
    ) -> list[Tie]:
        ties: dict[tuple[int, int], Tie] = {}
        for link in self._links:
            lane = Lane(link.source, link.decides)
            ends = self._rows.item_of(block, link.source), self._rows.item_of(block, link.target)
            if ends[0] == ends[1]:
                continue
            way = [
                (n, cell)
                for n, row in rows.items()
                for cell in (*ends, lane)
                if cell is not None and cell in row.cells
            ]
            for above, below in pairwise(way):
                pair = number[above], number[below]
                out = self._port(above[1], link.source, lane, is_above=False)
                into = self._port(below[1], link.target, lane, is_above=True)
                ties[pair] = Tie(*pair, out, into, _stiffness(above[1], below[1]))
        return [*ties.values()]

    def _port(self, cell: Cell, call: int, lane: Lane, *, is_above: bool) -> float:
        """Where a link enters or leaves a cell, from its left side."""
        if not isinstance(cell, Item) or cell.kind == "call":
            return self._width(cell) / 2
        done = self._done[cell.number]
        rows = [n for n, layer in enumerate(done.layers) if isinstance(layer, Row)]
        for n in rows if is_above else reversed(rows):
            inner = self._rows.item_of(cell.number, call)
            for found in (inner, lane):
                if found is not None and (n, found) in done.at:
                    return done.at[n, found] + self._port(found, call, lane, is_above=is_above)
        return done.box.width / 2

    # --- sizes ---

    def _width(self, cell: Cell) -> float:
        match cell:
            case Lane():
                return LANE
            case Item("call", number):
                call = self._told.calls[number]
                name = code_width(shorten(call.text, NAME_COLUMNS), NAME) + 22
                return max(92.0, name, prose_width(under_name(call), SMALL)) + 28
            case Item(_, number):
                return self._done[number].box.width + self._beside(number)

    def _beside(self, block: int) -> float:
        """The room that a frame needs on its right, for others behind it or for the way back."""
        return {None: 0.0, Passes.OVERLAP: 2 * STACK}.get(self._flow.blocks[block].passes, BACK)

    def _below(self, block: int) -> float:
        return 2 * STACK if self._flow.blocks[block].passes is Passes.OVERLAP else 0.0

    def _layer_height(self, layer: Layer) -> float:
        if not isinstance(layer, Row):
            return _height(layer)
        heights = [CARD_HEIGHT]
        for cell in layer.cells:
            if isinstance(cell, Item) and cell.kind == "block":
                inner = self._done[cell.number].box.height
                heights.append(inner + self._below(cell.number))
        return max(heights)

    def _title_width(self, block: int) -> float:
        told = self._flow.blocks[block]
        title = code_width(shorten(told.title, TITLE_COLUMNS), NAME)
        line = prose_width(f"line {told.line}", SMALL) + 14
        note = prose_width(note_of(told), SMALL)
        return max(title + line, note) + 2 * PAD

    def _least(self, layer: Layer) -> float:
        """What is written there has to have room."""
        match layer:
            case Stop(bar):
                what = prose_width(shorten(bar.what, BAR_COLUMNS), SMALL)
                return max(what + 74, prose_width(held_by(self._told, bar), SMALL) + 74) + 10
            case Idle(bars):
                return prose_width(idle_title(bars) + " · nothing waits", SMALL) + 50
            case Row():
                return 0.0

    def _gap(self, layer: Layer, following: Layer | None) -> float:
        """From a layer to the next one; the last one has the lower side of the frame below it."""
        if following is None:
            return PAD if isinstance(layer, Row) else 14.0
        if isinstance(following, Row):
            return (ROW_GAP if isinstance(layer, Row) else 26.0) + self._for_labels(following)
        return 26.0

    def _for_labels(self, row: Row) -> float:
        """More room where many links come in."""
        calls = [c.number for c in row.cells if isinstance(c, Item) and c.kind == "call"]
        many = max((sum(k.target == call for k in self._links) for call in calls), default=0)
        return min(_LABEL * max(0, many - 2), 4 * _LABEL)


def head_of(block: Block) -> float:
    """How much room the title of a frame takes, and its note, if it has one."""
    return HEAD if note_of(block) else HEAD - 14.0


def _stiffness(above: Cell, below: Cell) -> float:
    """How much a bend between them disturbs: most in the middle of a long link."""
    return (1.0, 2.0, 8.0)[isinstance(above, Lane) + isinstance(below, Lane)]


def _height(layer: Layer) -> float:
    return {Stop: BAR_HEIGHT, Idle: IDLE_HEIGHT, Row: CARD_HEIGHT}[type(layer)]
