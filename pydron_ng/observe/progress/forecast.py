"""How far a scheduled call has come, how fast it goes, and how long it will still take."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from pydron_ng.observe.progress.figures import Figures

#: What went on in so many seconds says how fast it goes.
_MEMORY_SECONDS = 30.0
#: Nobody believes what less than that says.
_LEAST_SECONDS = 1.5


class Outlook(NamedTuple):
    """share: of the loop, 0 to 1. rate: per second, of `unit`. left: seconds. None: not known."""

    share: float | None
    rate: float | None
    unit: str
    left: float | None


class _Sample(NamedTuple):
    """total: how many calls, or items, were done."""

    at: float
    share: float
    total: int


class Forecast:
    """Remembers the figures of the last seconds."""

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque()
        self._of: tuple[object, ...] = ()
        self._share = 0.0

    def after(self, figures: Figures) -> Outlook:
        """What is to be expected by these figures and those before."""
        is_counted = figures.made > 0 and figures.is_ahead
        subject = figures.name, figures.began, figures.loop and figures.loop.line, is_counted
        if subject != self._of:
            self._of, self._share = subject, 0.0
            self._samples.clear()
        share = share_of(figures)
        self._share = max(self._share, share or 0.0)
        done = 0 if figures.loop is None else figures.loop.done
        now = _Sample(figures.at, self._share, figures.made if is_counted else done)
        first = self._remember(now)
        unit = "calls" if is_counted else "items"
        return Outlook(
            share=None if share is None else self._share,
            rate=_per_second(first, now, now.total - first.total),
            unit=unit,
            left=None if share is None else self._left(first, now),
        )

    def _remember(self, now: _Sample) -> _Sample:
        """The oldest of the samples that count."""
        self._samples.append(now)
        while now.at - self._samples[0].at > _MEMORY_SECONDS:
            self._samples.popleft()
        return self._samples[0]

    @staticmethod
    def _left(first: _Sample, now: _Sample) -> float | None:
        speed = _per_second(first, now, now.share - first.share)
        return (1.0 - now.share) / speed if speed else None


def _per_second(first: _Sample, now: _Sample, count: float) -> float | None:
    seconds = now.at - first.at
    return count / seconds if seconds >= _LEAST_SECONDS and count > 0 else None


def share_of(figures: Figures) -> float | None:
    """How much of the loop is done.

    Functions that are called once for each item say it best, weighted by the time that they take:
    workers are ahead of the program, which may wait for one slow call.
    """
    loop = figures.loop
    if loop is None or loop.items is None:
        return None
    if not loop.items:
        return 1.0
    least = loop.done / loop.items
    known = [calls for calls in figures.calls if calls.total and figures.is_ahead]
    work = sum(calls.seconds for calls in known) * loop.items
    done = sum(calls.seconds * min(calls.made, loop.items) for calls in known)
    return min(1.0, max(least, done / work if work else 0.0))
