"""Where the cells of rows stand from left to right: near what they hang together with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_SWEEPS = 6


class Size(NamedTuple):
    """Of a cell, in pixels. port: where links to each of its neighbours leave it, from its left."""

    width: float
    gap: float  # to the next one, at least


class Tie(NamedTuple):
    """Two cells of neighbouring rows that a link goes between; where, from their left sides."""

    above: int
    below: int
    out: float
    into: float


def arranged(
    rows: Sequence[Sequence[int]], sizes: Mapping[int, Size], ties: Sequence[Tie]
) -> dict[int, float]:
    """The left side of each cell; cells are numbers, their order in a row may change.

    First the order that crosses few links, then places that bend few of them.
    """
    order = [list(row) for row in rows]
    left = {cell: x for row in order for cell, x in _packed(row, sizes).items()}
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in order if downwards else reversed(order):
            wish = {cell: _wish(cell, left, ties, downwards=downwards) for cell in row}
            row.sort(key=lambda cell: wish[cell] + sizes[cell].width / 2)  # noqa: B023 - used at once
            left |= _placed(row, wish, sizes)
    for row in [*order, *reversed(order)]:
        wish = {cell: _between(cell, left, ties) for cell in row}
        left |= _placed(row, wish, sizes)
    least = min(left.values(), default=0.0)
    return {cell: x - least for cell, x in left.items()}


def _packed(row: Sequence[int], sizes: Mapping[int, Size]) -> dict[int, float]:
    """One beside the other, around 0."""
    found, x = {}, 0.0
    for cell in row:
        found[cell] = x
        x += sizes[cell].width + sizes[cell].gap
    return {cell: place - x / 2 for cell, place in found.items()}


def _wish(
    cell: int, left: Mapping[int, float], ties: Sequence[Tie], *, downwards: bool
) -> float:
    """Where its links to the row before would be straight; else where it is."""
    if downwards:
        wishes = [left[tie.above] + tie.out - tie.into for tie in ties if tie.below == cell]
    else:
        wishes = [left[tie.below] + tie.into - tie.out for tie in ties if tie.above == cell]
    return sum(wishes) / len(wishes) if wishes else left[cell]


def _between(cell: int, left: Mapping[int, float], ties: Sequence[Tie]) -> float:
    both = [tie for tie in ties if cell in {tie.above, tie.below}]
    wishes = [
        left[tie.above] + tie.out - tie.into
        if tie.below == cell
        else left[tie.below] + tie.into - tie.out
        for tie in both
    ]
    return sum(wishes) / len(wishes) if wishes else left[cell]


def _placed(
    row: Sequence[int], wish: Mapping[int, float], sizes: Mapping[int, Size]
) -> dict[int, float]:
    """As near to the wishes as can be without overlaps: neighbours that clash move together."""
    offsets, x = {}, 0.0
    for cell in row:
        offsets[cell] = x
        x += sizes[cell].width + sizes[cell].gap
    groups: list[tuple[float, list[int]]] = []
    for cell in row:
        groups.append((wish[cell] - offsets[cell], [cell]))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (a, first), (b, second) = groups[-2:]
            mean = (a * len(first) + b * len(second)) / (len(first) + len(second))
            groups[-2:] = [(mean, first + second)]
    return {cell: mean + offsets[cell] for mean, cells in groups for cell in cells}
