"""Who has workers, as those see it who ask from outside, and what is answered."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.driver import Driver
from pydron_ng.runtime.monitor.messages import (
    Answer,
    Cancel,
    Done,
    End,
    Kill,
    Look,
    PoolTold,
    Refused,
    Request,
    Told,
)
from pydron_ng.runtime.status import Status

_WHY = "it was ended from outside, by `pydron kill` or a page of `pydron web`"


class Served(Protocol):
    """A pool, or what @schedule has. All of it may be called by any thread. kind: which of them."""

    kind: str

    def status(self) -> Status: ...
    def lose(self, task: TaskId, why: str) -> bool:
        """Give the task up, for that reason; False: there is none."""

    def kill(self, worker: WorkerId) -> bool:
        """End the worker; False: there is none. Raises: NotImplementedError, of a thread."""

    def close(self, why: str) -> None:
        """End all workers, for that reason."""


class Hired:
    """The workers of @schedule; the program makes the calls itself that it has given up."""

    kind = "@schedule"

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def status(self) -> Status:
        with self._driver.lock:
            self._driver.ask()
            return self._driver.lookout.status()

    def lose(self, task: TaskId, why: str) -> bool:
        with self._driver.lock:
            return self._driver.lose(task, why)

    def kill(self, worker: WorkerId) -> bool:
        with self._driver.lock:
            return self._driver.kill(worker)

    def close(self, why: str) -> None:
        with self._driver.lock:
            self._driver.close(why)


def answer(request: Request, served: Mapping[int, Served], since: float) -> Answer:
    """What is said to it, after it is done."""
    match request:
        case Look():
            pools = [PoolTold(n, one.kind, one.status()) for n, one in served.items()]
            return Told(os.getpid(), name(), since, tuple(pools))
        case Cancel(pool, task):
            if pool in served and served[pool].lose(TaskId(task), _WHY):
                return Done(f"task {pool}.{task} is ended")
            return Refused(f"there is no task {pool}.{task} (any more)")
        case Kill(pool, worker):
            return _killed(pool, WorkerId(worker), served)
        case End():
            count = sum(len(one.status().workers) for one in served.values())
            for one in served.values():
                one.close(_WHY)
            return Done("1 worker is ended" if count == 1 else f"{count} workers are ended")


def _killed(pool: int, worker: WorkerId, served: Mapping[int, Served]) -> Answer:
    try:
        if pool in served and served[pool].kill(worker):
            return Done(f"worker {pool}.{worker} is ended; another one takes its place")
    except NotImplementedError:
        why = "is a thread of the program: that cannot be ended by itself"
        return Refused(f"worker {pool}.{worker} {why}")
    return Refused(f"there is no worker {pool}.{worker} (any more)")


def name() -> str:
    """What the program is called: by its file, or its package."""
    folder, file = os.path.split(sys.argv[0] if sys.argv else "")
    if file == "__main__.py":
        file = os.path.basename(folder)
    return file if file not in {"", "-c"} else "python"
