"""The counters that the two programs of a call share, and the points that one tells of."""

from __future__ import annotations

#: The first places of the list of counters: the epoch, how many names run-ahead waits for,
#: whether every call is inline from now on, and whether a routed callee was not functional. Then
#: there are two for each counted loop.
EPOCH, AWAITED, RETIRED, STRANGE, FIRST_LOOP = 0, 1, 2, 3, 4
#: In place of a name's rank: that a statement has been passed, and has not left the function.
PASSED = -2


def item_point(statement: int) -> int:
    """The point where the body of a compound statement begins."""
    return -statement


def new_counters(loops: int) -> list[int]:
    """The list of a new call, with so many counted loops."""
    return [0] * FIRST_LOOP + [-1, 0] * loops
