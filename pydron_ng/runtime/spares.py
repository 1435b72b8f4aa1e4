"""Workers that wait for what others make for them, and those that work meanwhile."""

from __future__ import annotations

from pydron_ng.backends.base import WorkerId

#: So many workers there are at most for each that was asked for.
_MOST = 3


class Spares:
    """As many workers as were asked for are at work at a time; who waits is not.

    waiting: those that wait. count: how many more there are than were asked for.
    asked: how many that was.
    """

    def __init__(self) -> None:
        self.waiting: set[WorkerId] = set()
        self.count = self.asked = 0

    def take_one(self) -> bool:
        """Whether there may be one more; then it is counted."""
        if self.count >= (_MOST - 1) * self.asked:
            return False
        self.count += 1
        return True
