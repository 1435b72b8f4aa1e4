"""Records of runs that really were."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.recorder import Recorder


def work(seconds: float) -> None:
    end = perf_counter() + seconds
    while perf_counter() < end:
        sum(range(50))


@functional
def reduce_frame(number: int) -> int:
    work(0.004)
    return number


@functional
def fit_sources(frame: int, order: int) -> int:
    work(0.006)
    return frame * order


@functional
def combine_fits(fits: list[int]) -> int:
    work(0.01)
    return sum(fits)


@schedule
def one_night(count: int) -> int:
    fits = []
    for number in range(count):
        fits.append(fit_sources(reduce_frame(number), 3))
    return combine_fits(fits)


@schedule
def all_nights() -> list[int]:
    found = []
    for _ in range(3):
        found.append(one_night(8))
    return found


def recorded(kind: str, **settings: Any) -> Record:
    """The record of three nights with two workers of that kind."""
    recorder = Recorder()
    workers = [{"type": kind, "cores": 2}]
    with pydron_ng.configure(workers=workers, **settings), pydron_ng.on_event(recorder.hear):
        assert all_nights() == [84, 84, 84]
        return recorder.record()
