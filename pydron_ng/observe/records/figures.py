"""What a run comes to: work, span, and how long it takes with other workers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from pydron_ng.observe.records.forecast import UNLIMITED, forecast
from pydron_ng.observe.records.frames import frames_of
from pydron_ng.observe.records.plan import Plan, plan_of
from pydron_ng.observe.records.record import NEVER, Record
from pydron_ng.observe.records.spans import Spans

#: Numbers of workers that are asked about, until more are of no use.
ASKED: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
#: No clock tells less from nothing.
_LEAST_SECONDS: Final = 1e-9
#: How far off the forecast for the run itself may be.
_TRUSTED: Final = 0.15
#: More workers are of no use if that takes such a part of the time of the fewer ones.
_WORTH_TELLING: Final = 0.98
#: So many units more, and one number of workers less is asked about in each step.
_MANY: Final = 5_000


class Forecast(msgspec.Struct, frozen=True):
    """Seconds that scheduled calls take with so many workers, each on a core of its own."""

    workers: int
    seconds: float


class Figures(msgspec.Struct, frozen=True):
    """All in seconds, of the scheduled calls alone.

    elapsed: as measured. workers: how many there were, at most at once.
    own: what the program's own statements took, running ahead included.
    made: functional calls that the program made itself. sent: those that workers made for it.
    wasted: what workers did that nobody took. waited: the program, for workers.
    span: the longest chain of what has to wait for each other.
    replayed: the forecast for the workers that there were; near to `elapsed` if it can be trusted.
    """

    elapsed: float
    workers: int
    own: float
    made: float
    sent: float
    wasted: float
    waited: float
    span: float
    replayed: float
    forecasts: tuple[Forecast, ...]

    @property
    def work(self) -> float:
        """What one after the other takes."""
        return self.own + self.made + self.sent

    @property
    def parallelism(self) -> float:
        """How many workers could be busy on the average; no speed-up can be larger."""
        return self.times(self.span)

    @property
    def speed_up(self) -> float:
        """What was reached."""
        return self.times(self.elapsed)

    def times(self, seconds: float) -> float:
        """How many times as fast as one after the other it is to take so long."""
        return self.work / seconds if seconds >= _LEAST_SECONDS else 1.0

    @property
    def is_trusted(self) -> bool:
        """Does the forecast for the run itself come near to what was measured?"""
        return abs(self.replayed - self.elapsed) <= _TRUSTED * self.elapsed

    @property
    def enough(self) -> int:
        """With so many workers it takes at most a tenth more than with any larger number."""
        least = min((f.seconds for f in self.forecasts), default=0.0)
        return next((f.workers for f in self.forecasts if f.seconds <= 1.1 * least), 0)


def figures_of(record: Record) -> Figures:
    """What the run came to."""
    plan = plan_of(record)
    inside = Spans((f.entered, f.left) for f in frames_of(record))
    span = forecast(plan, UNLIMITED)
    made = sum(sum(t.made_seconds.values()) for t in record.tallies)
    listed = sum(m.seconds for m in record.made)
    own = sum(step.own for steps in plan.steps.values() for step in steps)
    workers = _most_at_once(record)
    return Figures(
        elapsed=inside.seconds,
        workers=workers,
        own=max(0.0, own - (made - listed)),  # which are in between
        made=made,
        sent=sum(tally.sent_seconds for tally in record.tallies),
        wasted=sum(c.seconds for c in record.calls if c.settled != NEVER and c.taken == NEVER),
        waited=sum(tally.waited for tally in record.tallies),
        span=span,
        replayed=forecast(plan, workers) if workers else inside.seconds,
        forecasts=tuple(_forecasts(plan)),
    )


def _forecasts(plan: Plan) -> Iterator[Forecast]:
    if not plan.units:
        return
    least = math.inf
    for workers in ASKED[:: min(5, 1 + len(plan.units) // _MANY)]:
        seconds = forecast(plan, workers)
        if seconds > _WORTH_TELLING * least:
            return
        least = seconds
        yield Forecast(workers, seconds)


def _most_at_once(record: Record) -> int:
    """Workers that were there, or that somebody has worked as."""
    changes = sorted(
        [(worker.joined, 1) for worker in record.workers]
        + [(worker.lost, -1) for worker in record.workers if worker.lost != NEVER]
    )
    there = most = 0
    for _, change in changes:
        there += change
        most = max(most, there)
    return max(most, len({call.worker for call in record.calls if call.worker >= 0}))
