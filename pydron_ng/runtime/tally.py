"""What has been done so far, and how fast: looked at now and then, not with each task."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

#: Of so many seconds the rate is.
WINDOW_SECONDS = 5.0
#: Looks of at least that time; there are some ten of them in a second.
_MOST_LOOKS = 64
_MOST_FAILURES = 20
_LONGEST_LINE = 300


class Failure(NamedTuple):
    """A task that has failed. at: seconds since the epoch. why: the last line of it."""

    at: float
    label: str
    why: str


class Tally:
    """done: calls that were answered or lost. failed: those of them that raised, or were lost."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.done = self.failed = 0
        self.failures: deque[Failure] = deque(maxlen=_MOST_FAILURES)
        self._looks = deque([(clock(), 0)], maxlen=_MOST_LOOKS)

    def look(self) -> None:
        """Keep in mind how much is done by now."""
        self._looks.append((self._clock(), self.done))

    def fail(self, label: str, why: str, calls: int = 1) -> None:
        """So many calls have failed. why: a text; its last line says it."""
        self.failed += calls
        line = why.rstrip().rpartition("\n")[2].strip()
        self.failures.append(Failure(time.time(), label, line[:_LONGEST_LINE]))

    @property
    def per_second(self) -> float:
        """How many calls were done in a second, of late."""
        now = self._clock()
        begin = now - WINDOW_SECONDS
        at, done = self._looks[0]
        for then, count in self._looks:
            if then > begin:
                break
            at, done = then, count
        elapsed = now - max(at, begin)
        return (self.done - done) / elapsed if elapsed > 0 else 0.0
