"""A look at stations: a worker is started in each, as for a program, and asked.

Whatever keeps it from being started would keep a program from it, too.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pydron_ng.backends import registry
from pydron_ng.backends.base import Backend, Blob, Call, TaskId, WorkerId
from pydron_ng.backends.examine import FACTS, GIVE, PERFORMER, TAKE
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.backends.station import WAY_OUT, Station
from pydron_ng.values.blob import Part, memory_of

_PINGS = 9
_FIRST_BYTES = 64 * 1024
_MOST_BYTES = 32 << 20
#: So long one of the transfers takes that are timed, at any speed.
_TRANSFER_SECONDS = 0.25


@dataclass(slots=True)
class Found:
    """What was found at a station. facts: see ``examine``; None where they were not to be had.

    there, back: bytes a second; None where values are not sent.
    trouble, way_out: why nothing could be found. identity: who answered, as the way tells.
    """

    station: Station
    facts: dict[str, Any] | None = None
    latency_seconds: float | None = None
    there: float | None = None
    back: float | None = None
    trouble: str = ""
    way_out: str = ""
    identity: dict[str, Any] = field(default_factory=dict)


def look_at_all(
    stations: Sequence[Station], wanted: dict[str, Any], patience_seconds: float
) -> list[Found]:
    """What is there, or why that is not to be had; all are looked at at once.

    wanted: arguments of ``examine.facts``.
    patience_seconds: so much longer than it is allowed to by itself a station may say nothing.
    """
    seen = [Found(station) for station in stations]
    looks = [
        threading.Thread(target=_look_at, args=(found, wanted, patience_seconds), daemon=True)
        for found in seen
    ]
    for one in looks:
        one.start()
    for one in looks:
        one.join()
    return seen


def _look_at(found: Found, wanted: dict[str, Any], patience_seconds: float) -> None:
    station = found.station
    try:
        backend, _ = registry.create(station.config, PERFORMER)
        look = _Look(backend, station.patience_seconds + patience_seconds)
        try:
            look.fill(found, {**wanted, "tmp_dir": station.tmp_dir})
        finally:
            found.identity = dict(getattr(backend, "identity", {}))
            look.close()
    except Exception as error:  # it is told where the station is
        why, _, found.way_out = (str(error) or repr(error)).partition(WAY_OUT)
        found.trouble = why.removeprefix(f"{station.name}: ")


class _Look:
    """Stands where the runtime's driver stands, with one worker and one call at a time."""

    recalls = False

    def __init__(self, backend: Backend, seconds: float) -> None:
        self._backend = backend
        self._loop = SelectorLoop()
        self._seconds = seconds
        self._workers: list[WorkerId] = []
        self._outcomes: list[Blob] = []
        self._why = ""

    def fill(self, found: Found, wanted: dict[str, Any]) -> None:
        """Raises: OSError, TimeoutError."""
        self._backend.start(1, self, self._loop)
        self._until(lambda: bool(self._workers))
        found.facts = json.loads(bytes(memory_of(self._call(FACTS, json.dumps(wanted).encode()))))
        found.latency_seconds = median(self._seconds_of(TAKE, b"") for _ in range(_PINGS))
        if self._backend.capabilities.isolate and not self._backend.capabilities.share:
            latency = found.latency_seconds
            found.there = self._speed(latency, lambda size: self._call(TAKE, os.urandom(size)))
            found.back = self._speed(latency, lambda size: self._call(GIVE, b"%d" % size))

    def close(self) -> None:
        self._backend.close()
        self._loop.close()

    def _speed(self, latency: float, move: Callable[[int], object]) -> float:
        """Bytes a second: a few of them say how many it takes to be sure."""
        size = _FIRST_BYTES
        while True:
            seconds = max(_timed(lambda: move(size)) - latency, 1e-6)  # noqa: B023  at once
            if seconds > _TRANSFER_SECONDS / 4 or size >= _MOST_BYTES:
                return size / seconds
            size = min(_MOST_BYTES, max(4 * size, int(size / seconds * _TRANSFER_SECONDS)))

    def _seconds_of(self, word: bytes, argument: bytes) -> float:
        return _timed(lambda: self._call(word, argument))

    def _call(self, word: bytes, argument: bytes) -> Part:
        self._backend.submit(self._workers[0], [Call(TaskId(0), (word, argument))])
        self._until(lambda: bool(self._outcomes))
        return self._outcomes.pop()[0]

    def _until(self, done: Callable[[], bool]) -> None:
        """Raises: OSError, TimeoutError."""
        end = time.monotonic() + self._seconds
        while not done():
            if self._why:
                raise OSError(self._why)
            if time.monotonic() > end:
                raise TimeoutError(f"it said nothing for {self._seconds:g} s")
            self._loop.dispatch(self._loop.poll(0.5))

    # --- what the backend tells ---

    def joined(self, worker: WorkerId, host: str = "") -> None:  # noqa: ARG002
        self._workers.append(worker)

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        assert worker in self._workers
        self._outcomes += [blob for _, blob in outcomes]

    def coming(self, count: int) -> None:
        assert count > 0

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        """Nothing is lost with that: who does not answer is told of."""

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        assert worker in self._workers
        assert remarks

    def lost(self, worker: WorkerId, reason: str, *, with_host: bool = False) -> None:
        assert worker in self._workers or with_host
        self._why = self._why or reason

    def unstarted(self, count: int, reason: str) -> None:
        assert count
        self._why = self._why or reason

    def refused(self, reason: str) -> None:
        self._why = reason


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
