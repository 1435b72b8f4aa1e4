"""Stretches of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Spans:
    """The union of stretches, each from a time to a later one."""

    def __init__(self, stretches: Iterable[tuple[float, float]]) -> None:
        self._begins: list[float] = []
        self._ends: list[float] = []
        for begin, end in sorted(stretches):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    @property
    def seconds(self) -> float:
        """On the whole."""
        return sum(self._ends) - sum(self._begins)

    def overlap(self, begin: float, end: float) -> float:
        """Seconds of the time from `begin` to `end` that are in one of them."""
        place = max(0, bisect_right(self._begins, begin) - 1)
        found = 0.0
        while place < len(self._begins) and self._begins[place] < end:
            found += max(0.0, min(end, self._ends[place]) - max(begin, self._begins[place]))
            place += 1
        return found
