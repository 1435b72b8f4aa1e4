"""Which worker that runs coroutines has the most room for more."""

from __future__ import annotations

from pydron_ng.backends.base import WorkerId

#: So many coroutines a worker runs at once.
PLACES = 128


class Places:
    """Workers that run some coroutines, but not as many as they can."""

    def __init__(self) -> None:
        self._running: dict[WorkerId, int] = {}
        self._with: list[dict[WorkerId, None]] = [{} for _ in range(PLACES)]
        self._fewest = PLACES  # nobody runs fewer

    @property
    def workers(self) -> int:
        """How many have room."""
        return len(self._running)

    def note(self, worker: WorkerId, running: int) -> None:
        """The worker runs so many by now."""
        if (before := self._running.pop(worker, None)) is not None:
            del self._with[before][worker]
        if 0 < running < PLACES:
            self._running[worker] = running
            self._with[running][worker] = None
            self._fewest = min(self._fewest, running)

    def emptiest(self) -> WorkerId | None:
        """One that runs the fewest; None where all that run any are full."""
        while self._fewest < PLACES:
            if workers := self._with[self._fewest]:
                return next(reversed(workers))
            self._fewest += 1
        return None
