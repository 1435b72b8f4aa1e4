"""A backend under test: a loop, what it reported, and how to wait for that."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from pydron_ng.backends import registry
from pydron_ng.backends.base import Backend, Blob, Call, Frame, TaskId, WorkerId
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.values.blob import Part

PERFORMER = "tests.backends.performers:Obedient"
LIMIT_SECONDS = 30.0


class Rig:
    """Stands where the driver stands: submits, and notes every event."""

    recalls = True

    def __init__(
        self, type_: str, workers: int = 2, performer: str = PERFORMER, **keys: Any
    ) -> None:
        """keys: further ones of its configuration."""
        model = {m.__struct_config__.tag: m for m in registry.model().__args__}[type_]
        config = msgspec.convert({"type": type_, "cores": workers, **keys}, model)
        self.backend: Backend
        self.backend, self.workers = registry.create(config, performer)
        self.loop = SelectorLoop()
        self.alive: list[WorkerId] = []
        self.outcomes: list[tuple[TaskId, Blob]] = []
        self.returns: list[TaskId] = []
        self.remarks: list[tuple[TaskId, Blob]] = []
        self.losses: list[tuple[WorkerId, str]] = []
        self.failures: list[tuple[int, str]] = []
        self.refusals: list[str] = []
        self._ids = map(TaskId, count())

    def joined(self, worker: WorkerId, host: str = "") -> None:
        self.alive.append(worker)

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        assert worker in self.alive
        self.outcomes += outcomes

    def coming(self, count: int) -> None:
        assert count > 0

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        assert worker in self.alive
        self.returns += tasks

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        assert worker in self.alive
        assert {task for task, _ in remarks}.isdisjoint(task for task, _ in self.outcomes)
        self.remarks += remarks

    def lost(self, worker: WorkerId, reason: str, *, with_host: bool = False) -> None:
        self.alive.remove(worker)
        self.losses.append((worker, reason))

    def unstarted(self, count: int, reason: str) -> None:
        self.failures.append((count, reason))

    def refused(self, reason: str) -> None:
        self.refusals.append(reason)

    def start(self) -> Rig:
        self.backend.start(self.workers, self, self.loop)
        self.until(lambda: len(self.alive) >= self.workers or bool(self.failures))
        assert not self.failures
        return self

    def renew(self) -> Rig:
        """The same backend with fresh workers, as if just started."""
        for worker in list(self.alive):
            self.backend.kill(worker)
        self.until(lambda: not self.alive)
        noted_ones = (self.outcomes, self.returns, self.remarks, self.losses)
        for noted in (*noted_ones, self.failures, self.refusals):
            noted.clear()
        return self.start()

    def until(self, done: Callable[[], bool]) -> None:
        """Do I/O until `done`; a failure if that takes far too long."""
        end = time.monotonic() + LIMIT_SECONDS
        while not done():
            assert time.monotonic() < end, "nothing happens any more"
            self.loop.dispatch(self.loop.poll(0.1))

    def is_silent(self) -> bool:
        """Has nothing been said for a while, although one looked?"""
        remarks = len(self.remarks)
        for _ in range(5):
            self.loop.dispatch(self.loop.poll(0.1))
        return len(self.remarks) == remarks

    def submit(self, *blobs: Blob, worker: int = 0) -> list[TaskId]:
        """Submit the calls in one go."""
        tasks = [next(self._ids) for _ in blobs]
        calls: list[Frame] = [Call(task, blob) for task, blob in zip(tasks, blobs, strict=True)]
        self.backend.submit(self.alive[worker], calls)
        return tasks

    def call(self, *blob: Part, worker: int = 0) -> Blob:
        """Make one call, and wait for its outcome."""
        [task] = self.submit(blob, worker=worker)
        self.until(lambda: any(task == done for done, _ in self.outcomes))
        return dict(self.outcomes)[task]

    def close(self) -> None:
        self.backend.close()
        self.loop.close()


def wait_until(done: Callable[[], bool]) -> None:
    """For what happens in another process: look often, fail if it takes far too long."""
    end = time.monotonic() + LIMIT_SECONDS
    while not done():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descriptors() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/fd")}


def workers_of(pid: int) -> set[int]:
    """The launcher and the workers (its forks) that run for the program `pid`."""
    return {int(p) for p in os.listdir("/proc") if p.isdigit() and _is_for(int(p), pid)}


def _is_for(candidate: int, program: int) -> bool:
    try:
        arguments = Path(f"/proc/{candidate}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return (
        any(b"pydron_ng.backends.launcher" in argument for argument in arguments)
        and str(program).encode() in arguments
        and is_alive(candidate)
    )
