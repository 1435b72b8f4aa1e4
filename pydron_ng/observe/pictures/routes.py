"""The way of each link through the picture, and where there is room for its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydron_ng.observe.flow import Flow, Link
from pydron_ng.observe.pictures.layout import HEAD, SMALL, Box, Scene
from pydron_ng.observe.pictures.measure import code_width, shorten
from pydron_ng.observe.pictures.rows import Lane, Rows
from pydron_ng.observe.pictures.words import label_of

_APART = 15.0  # between links that end at the same call
_LABEL_HEIGHT, _LABEL_COLUMNS = 15.0, 20
_TIP, _STRAIGHT = 6.0, 0.5
#: Parts of a piece of the way, from its middle to both of its ends.
_ALONG = tuple(0.5 + side * n / 24 for n in range(11) for side in (1, -1))
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Route:
    """The points that a link goes through, downwards; its label, and where that stands."""

    link: Link
    points: tuple[Point, ...]
    label: str
    box: Box | None

    def curve(self) -> str:
        """The way as SVG has it, up to where the head of the arrow begins."""
        (x, y), *others = self.points
        parts = [f"M{x:.1f} {y:.1f}"]
        for place, (to_x, to_y) in enumerate(others, 1):
            end = to_y - _TIP if place == len(others) else to_y
            middle = (y + end) / 2
            if abs(to_x - x) < _STRAIGHT:
                parts.append(f"V{end:.1f}")
            else:
                bend = f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f}"
                parts.append(f"{bend} {to_x:.1f} {end:.1f}")
                x = to_x
            y = end
        return "".join(parts)


def routes_of(flow: Flow, scene: Scene) -> list[Route]:
    """The routes of all links within one pass; no label lies on a call or on another label."""
    links = [link for link in flow.links if not link.is_later]
    ways = _ended(scene, {link: [*_way(flow, scene, link, links)] for link in links})
    taken = [*scene.cards.values(), *(box for _, box in (*scene.bars, *scene.idle))]
    taken += [Box(f.x, f.y, f.width, HEAD - 10) for f in scene.frames.values()]
    found = []
    for link in sorted(links, key=lambda link: (ways[link][-1][1], ways[link][-1][0])):
        label = shorten(label_of(link), _LABEL_COLUMNS)
        box = _room(ways[link], label, taken) if label else None
        taken += [box] if box else []
        found.append(Route(link, ways[link], label, box))
    return found


def _ended(scene: Scene, ways: Mapping[Link, Sequence[Point]]) -> dict[Link, tuple[Point, ...]]:
    """The ways with their ends: at each call in the order in which they come from the left."""
    found = {}
    for link, way in ways.items():
        card = scene.cards[link.target]
        others = [other for other in ways if other.target == link.target]
        others.sort(key=lambda other: ways[other][-1][0])
        step = min(_APART, card.width / (len(others) + 1))
        place = others.index(link) - (len(others) - 1) / 2
        found[link] = (*way, (card.middle + place * step, card.y))
    return found


def _way(flow: Flow, scene: Scene, link: Link, links: Sequence[Link]) -> Iterator[Point]:
    """From the call that a link comes from to the row above the one that it goes to."""
    source, target = scene.cards[link.source], scene.cards[link.target]
    around = flow.around(flow.block_of[link.source]), flow.around(flow.block_of[link.target])
    x = source.middle + _out(link, links)
    yield x, source.bottom
    for block in reversed(around[0]):
        floor = _span(flow, scene, block, link.source)[1]
        if source.bottom < floor < target.y:
            yield x, floor
        end = _span(flow, scene, block, link.target)[0] if block in around[1] else target.y
        for lane in _lanes(scene, link, block, floor, end):
            x = lane.middle
            yield from ((x, lane.y), (x, lane.bottom))
        if block in around[1]:
            break
    for inner in around[1]:
        if inner not in around[0]:
            end = _span(flow, scene, inner, link.target)[0]
            for lane in _lanes(scene, link, inner, source.bottom, end):
                yield from ((lane.middle, lane.y), (lane.middle, lane.bottom))


def _span(flow: Flow, scene: Scene, block: int, call: int) -> tuple[float, float]:
    """The row of a block that the call is in."""
    item = Rows(flow).item_of(block, call)
    assert item is not None
    return scene.spans[block, item]


def _lanes(scene: Scene, link: Link, block: int, top: float, bottom: float) -> list[Box]:
    """Those that the link takes in a block, from there to there."""
    lane = Lane(link.source, link.decides)
    own = [box for where, each, box in scene.lanes if where == block and each == lane]
    return sorted((box for box in own if top <= box.y < bottom), key=lambda box: box.y)


def _out(link: Link, links: Sequence[Link]) -> float:
    """Where a link leaves its call, from the middle: values on the left, decisions on the right."""
    kinds = {other.decides for other in links if other.source == link.source}
    return 0.0 if len(kinds) == 1 else (_APART / 2 if link.decides else -_APART / 2)


def _room(way: Sequence[Point], label: str, taken: Sequence[Box]) -> Box:
    """Beside the last piece of the way, if there is room; else beside one before."""
    wide = code_width(label, SMALL) + 6
    places = [_at(way, piece, part, wide) for piece in _pieces(way) for part in _ALONG]
    boxes = [box for pair in places for box in pair]
    return min(boxes, key=lambda box: sum(box.meets(other) for other in taken))


def _pieces(way: Sequence[Point]) -> list[int]:
    """The pieces between points that are long enough, the last one first."""
    long = [n for n in range(len(way) - 1) if way[n + 1][1] - way[n][1] > _LABEL_HEIGHT]
    return list(reversed(long)) or [len(way) - 2]


def _at(way: Sequence[Point], piece: int, part: float, wide: float) -> tuple[Box, Box]:
    """On both sides of a point of the curve."""
    (x1, y1), (x2, y2) = way[piece], way[piece + 1]
    across = part * part * (3 - 2 * part)
    x, y = x1 + (x2 - x1) * across, y1 + (y2 - y1) * part - _LABEL_HEIGHT / 2
    right = Box(x + 4, y, wide, _LABEL_HEIGHT)
    left = Box(x - 4 - wide, y, wide, _LABEL_HEIGHT)
    return (left, right) if x2 < x1 else (right, left)
