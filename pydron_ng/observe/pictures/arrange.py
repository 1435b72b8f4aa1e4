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
    """Two cells of neighbouring rows that a link goes between; where, from their left sides.

    stiff: how much it should be straight, compared with others.
    """

    above: int
    below: int
    out: float
    into: float
    stiff: float


def arranged(
    rows: Sequence[Sequence[int]], sizes: Mapping[int, Size], ties: Sequence[Tie]
) -> dict[int, float]:
    """The left side of each cell; cells are numbers, their order in a row may change.

    First the order that crosses few links, then places that bend few of them.
    """
    order = [list(row) for row in rows]
    left = {cell: x for row in order for cell, x in _centred(row, sizes).items()}
    for sweep in range(_SWEEPS):
        side, turned = ("above", order) if sweep % 2 == 0 else ("below", order[::-1])
        for row in turned:
            wish = {cell: _wish(cell, left, ties, side) for cell in row}
            centre = {cell: wish[cell][0] + sizes[cell].width / 2 for cell in row}
            row.sort(key=centre.__getitem__)
            left |= _placed(row, wish, sizes)
    for row in (order + order[::-1]) * 3:
        wish = {cell: _wish(cell, left, ties, "above and below") for cell in row}
        left |= _placed(row, wish, sizes)
    least = min(left.values(), default=0.0)
    return {cell: x - least for cell, x in left.items()}


def _centred(row: Sequence[int], sizes: Mapping[int, Size]) -> dict[int, float]:
    """Around 0."""
    offsets = _offsets(row, sizes)
    middle = (offsets[row[-1]] + sizes[row[-1]].width) / 2 if row else 0.0
    return {cell: x - middle for cell, x in offsets.items()}


def _wish(
    cell: int, left: Mapping[int, float], ties: Sequence[Tie], sides: str
) -> tuple[float, float]:
    """Where its links to the row above, below, or both would be straight; and how much it is so.

    A cell without links wishes to be where it is, and gives way to others.
    """
    wishes = []
    if "above" in sides:
        found = (tie for tie in ties if tie.below == cell)
        wishes += [(left[tie.above] + tie.out - tie.into, tie.stiff) for tie in found]
    if "below" in sides:
        found = (tie for tie in ties if tie.above == cell)
        wishes += [(left[tie.below] + tie.into - tie.out, tie.stiff) for tie in found]
    weight = sum(stiff for _, stiff in wishes)
    return (sum(x * w for x, w in wishes) / weight, weight) if wishes else (left[cell], 0.1)


def _placed(
    row: Sequence[int], wish: Mapping[int, tuple[float, float]], sizes: Mapping[int, Size]
) -> dict[int, float]:
    """As near to the wishes as can be without overlaps: neighbours that clash move together."""
    offsets = _offsets(row, sizes)
    groups: list[tuple[float, float, list[int]]] = []
    for cell in row:
        groups.append((wish[cell][0] - offsets[cell], wish[cell][1], [cell]))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (a, first, left), (b, second, right) = groups[-2:]
            mean = (a * first + b * second) / (first + second)
            groups[-2:] = [(mean, first + second, left + right)]
    return {cell: x + offsets[cell] for x, _, cells in groups for cell in cells}


def _offsets(row: Sequence[int], sizes: Mapping[int, Size]) -> dict[int, float]:
    """One beside the other, as close as may be."""
    found, x = {}, 0.0
    for cell in row:
        found[cell] = x
        x += sizes[cell].width + sizes[cell].gap
    return found
