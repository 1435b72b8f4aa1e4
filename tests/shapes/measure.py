"""What a shape takes, and what its data dependences allow."""

from __future__ import annotations

import contextlib
import io
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import isgenerator
from typing import Any

from pydron_ng.testing import sequential
from pydron_ng.testing.dependence import watched
from tests.shapes import work
from tests.shapes.work import Shape

WORKERS = 8
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a sequential run, of the best of some warm ones, and of the critical path."""

    sequential: float
    scheduled: float
    bound: float
    same: bool

    @property
    def ratio(self) -> float:
        return self.scheduled / self.bound


def levels(shape: Shape) -> tuple[int, ...]:
    """How many of its calls need no other, how many need those, and so on."""
    if shape.levels:
        return shape.levels
    with calls_of(0.0), watched() as calls:
        run(shape)
    return calls().levels()


def bound(shape: Shape) -> float:
    """Seconds of its critical path with so many workers: its calls, level by level."""
    return sum(math.ceil(level / WORKERS) for level in levels(shape)) * work.SECONDS


def run(shape: Shape) -> tuple[Any, str]:
    """Its value and what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        value = shape.program(shape.size)
        value = list(value) if isgenerator(value) else value
    return value, said.getvalue()


@contextlib.contextmanager
def calls_of(seconds: float) -> Iterator[None]:
    """Functional calls take this long inside of the block."""
    before, work.SECONDS = work.SECONDS, seconds
    try:
        yield
    finally:
        work.SECONDS = before


def timed(shape: Shape) -> tuple[float, tuple[Any, str]]:
    began = time.perf_counter()
    found = run(shape)
    return time.perf_counter() - began, found


def measure(shape: Shape) -> Times:
    """To be called with a configuration in force that has so many workers."""
    with sequential():
        plain, expected = timed(shape)
    run(shape)
    scheduled = [timed(shape) for _ in range(REPEATS)]
    same = all(found == expected for _, found in scheduled)
    return Times(plain, min(seconds for seconds, _ in scheduled), bound(shape), same)
