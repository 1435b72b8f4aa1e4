"""How many workers are on their way, and whether more are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from pydron_ng.runtime.messages import Pool, StartWorkers

#: So many workers failing to start, one after the other: no more are started.
MAX_FAILURES = 3


class Hiring:
    """starting: workers that were asked for and have not joined. failures: in a row.

    wished: how many there are to be.
    """

    def __init__(self, pools: Sequence[Pool]) -> None:
        """pools: others may be added."""
        self._pools = pools
        self.wished = sum(pool.workers for pool in pools)
        self.has_begun = False
        self.failures = 0
        self.starting = 0

    def begin(self) -> list[StartWorkers]:
        """All workers, for the first task, or shortly before."""
        if self.has_begun:
            return []
        self.has_begun = True
        return [one for n, pool in enumerate(self._pools) for one in self._ask(n, pool.workers)]

    def open(self, number: int, pool: Pool) -> list[StartWorkers]:
        """There is one more pool: its workers, if those of the others were asked for."""
        self.failures = 0
        self.wished += pool.workers
        return self._ask(number, pool.workers) if self.has_begun else []

    def spare(self, pool: int) -> list[StartWorkers]:
        """One more than were asked for."""
        return self._ask(pool, 1)

    def joined(self) -> None:
        self.starting = max(0, self.starting - 1)  # more may come than were asked for

    def is_fine(self) -> None:
        """A worker has done something."""
        self.failures = 0

    def left(self, pool: int, *, useless: bool) -> list[StartWorkers]:
        """A worker was lost. useless: before it had been given anything."""
        self.failures += useless
        return self._again(pool, 1)

    def failed(self, pool: int, count: int) -> list[StartWorkers]:
        """So many of those that were asked for will not come."""
        self.starting -= count
        self.failures += 1
        return self._again(pool, count)

    @property
    def has_failed(self) -> bool:
        """So often that no more are asked for."""
        return self.failures >= MAX_FAILURES

    def _again(self, pool: int, count: int) -> list[StartWorkers]:
        return self._ask(pool, count) if self.failures < MAX_FAILURES else []

    def _ask(self, pool: int, count: int) -> list[StartWorkers]:
        if not count:
            return []
        self.starting += count
        return [StartWorkers(pool, count)]
