"""Draws the small diagrams of calls that pages hold as mermaid, so that no script is needed.

Only what docs/write_parallelism.py writes: ``graph LR``, boxes with a label, arrows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import networkx as nx

_BOX = re.compile(r'(\w+)\["(.+)"\]')
_ARROW = re.compile(r"(\w+) --> (\w+)")
WIDTH, HEIGHT, GAP_X, GAP_Y, EDGE, ARC = 96, 28, 44, 14, 8, 16  # pixels


@dataclass(frozen=True, slots=True)
class Spot:
    """The left upper corner of a box."""

    x: int
    y: int


def drawn(diagram: str) -> str:
    """The diagram as SVG.

    Raises:
        ValueError: there is more in it than boxes and arrows from left to right.
    """
    head, *lines = [line.strip() for line in diagram.strip().splitlines()]
    boxes = {found[1]: found[2] for line in lines if (found := _BOX.fullmatch(line))}
    arrows = [(found[1], found[2]) for line in lines if (found := _ARROW.fullmatch(line))]
    if head != "graph LR" or len(boxes) + len(arrows) != len(lines):
        raise ValueError(f"a diagram that tools/site/drawing.py cannot draw:\n{diagram}")
    return _picture(boxes, arrows)


def _picture(boxes: dict[str, str], arrows: list[tuple[str, str]]) -> str:
    lift = ARC if any(_is_back(list(boxes), arrow) for arrow in arrows) else 0
    spots = _spots(list(boxes), arrows, lift)
    width = max(spot.x for spot in spots.values()) + WIDTH + EDGE
    height = max(spot.y for spot in spots.values()) + HEIGHT + EDGE
    parts = [
        *(_box(spots[name], label) for name, label in boxes.items()),
        *(_arrow(spots[a], spots[b]) for a, b in arrows),
    ]
    return (
        f'<svg class="calls" role="img" aria-label="which call needs which" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}"><defs><marker id="tip" refX="7" '
        'refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z"/>'
        f"</marker></defs>{''.join(parts)}</svg>"
    )


def _is_back(names: list[str], arrow: tuple[str, str]) -> bool:
    """Does it lead to the same call, or one before, in the next pass of a loop?"""
    return names.index(arrow[0]) >= names.index(arrow[1])


def _spots(names: list[str], arrows: list[tuple[str, str]], lift: int) -> dict[str, Spot]:
    """A column for each step."""
    graph = nx.DiGraph([arrow for arrow in arrows if not _is_back(names, arrow)])
    graph.add_nodes_from(names)
    columns = [sorted(column, key=names.index) for column in nx.topological_generations(graph)]
    return {
        name: Spot(EDGE + x * (WIDTH + GAP_X), EDGE + lift + y * (HEIGHT + GAP_Y))
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }


def _box(spot: Spot, label: str) -> str:
    middle = f'x="{spot.x + WIDTH // 2}" y="{spot.y + HEIGHT // 2 + 5}"'
    return (
        f'<rect x="{spot.x}" y="{spot.y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text {middle} text-anchor="middle">{escape(label)}</text>'
    )


def _arrow(start: Spot, end: Spot) -> str:
    """To the right, straight or bent; back, or to the box itself, along an arc above."""
    if end.x > start.x:
        x, y, to_x, to_y = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
        half = (x + to_x) // 2
        return _path(f"M{x},{y} C{half},{y} {half},{to_y} {to_x},{to_y}")
    x, to_x = start.x + 2 * WIDTH // 3, end.x + WIDTH // 3
    return _path(f"M{x},{start.y} C{x},{start.y - 22} {to_x},{end.y - 22} {to_x},{end.y}")


def _path(shape: str) -> str:
    return f'<path d="{shape}" marker-end="url(#tip)"/>'
