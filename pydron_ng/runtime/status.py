"""How workers are and what they are at: what is told to those who ask, at one moment."""

from __future__ import annotations

from typing import NamedTuple

from pydron_ng.backends.info import WorkerInfo
from pydron_ng.runtime.tally import Failure


class Work(NamedTuple):
    """A task that a worker is at. label: function and arguments, shortened. calls: in there."""

    task: int
    label: str
    calls: int


class AtWork(NamedTuple):
    """A worker, and what it is at; nothing while it rests, several coroutines at once.

    seconds: since when, by the clock of the program; 0.0 while it rests.
    """

    info: WorkerInfo
    tasks: tuple[Work, ...]
    seconds: float


class Status(NamedTuple):
    """Workers, and the calls that they were given.

    waiting, running, done: how many calls. failed: those of them that raised, or were lost.
    per_second: how many were done, of late.
    failures: the last ones, the oldest first.
    """

    workers: tuple[AtWork, ...]
    waiting: int
    running: int
    done: int
    failed: int
    per_second: float
    failures: tuple[Failure, ...]
