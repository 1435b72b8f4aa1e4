"""All backends as one: whose worker is whose, and which number each has among all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from pydron_ng.backends.base import Backend, Blob, Capabilities, Frame, Loop, TaskId, WorkerId
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.runtime.messages import Place, Pool

if TYPE_CHECKING:
    from pydron_ng.runtime.task import Task


class Told(Protocol):
    """Who hears of workers, by their numbers among those of all backends."""

    def joined(self, worker: WorkerId, pool: int, host: str, *, hands_on: bool) -> None: ...
    def coming(self, pool: int, workers: int) -> None: ...
    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None: ...
    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None: ...
    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None: ...
    def lost(self, worker: WorkerId, why: str, *, with_host: bool) -> None: ...
    def unstarted(self, pool: int, workers: int, why: str) -> None: ...
    def refused(self, why: str) -> None: ...


class Staff:
    """The backends. pools: what the state machine is to know of those that there were at first."""

    def __init__(
        self, backends: Iterable[tuple[Backend, int]], told: Told, *, recalls: bool
    ) -> None:
        """recalls: as of ``Events``."""
        self._backends: list[Backend] = []
        self._keeping: list[tuple[int, Backend]] = []
        self._told = told
        self._recalls = recalls
        self._reporters: list[_Reporter] = []
        self._homes: list[tuple[Backend, WorkerId]] = []
        self.pools = [self.add(backend, workers) for backend, workers in backends]

    def add(self, backend: Backend, workers: int) -> Pool:
        """Have one more backend; what the state machine is to know of it."""
        pool, can = len(self._backends), backend.capabilities
        self._backends.append(backend)
        how = {"recalls": self._recalls, "hands_on": can.hands_on}
        self._reporters.append(_Reporter(self._told, pool, self._number, **how))
        if can.keep:
            self._keeping.append((pool, backend))
        recalls = can.recall and self._recalls
        return Pool(workers, can.kill, recalls, can.spare, can.frame_seconds)

    def _number(self, pool: int, worker: WorkerId) -> WorkerId:
        """A number for a worker that joins."""
        self._homes.append((self._backends[pool], worker))
        return WorkerId(len(self._homes) - 1)

    @property
    def capabilities(self) -> list[Capabilities]:
        """Of each backend."""
        return [backend.capabilities for backend in self._backends]

    @property
    def shares(self) -> bool:
        """Can any of them have use of shared memory?"""
        return any(can.share or can.keep for can in self.capabilities)

    @property
    def is_awaited(self) -> bool:
        """Is a host on its way that nothing is to be done without?"""
        return any(backend.is_awaited for backend in self._backends)

    def start(self, pool: int, workers: int, loop: Loop) -> None:
        self._backends[pool].start(workers, self._reporters[pool], loop)

    def frame_seconds(self, worker: WorkerId) -> float:
        """So much work makes a message to it worth its way."""
        return self._homes[worker][0].capabilities.frame_seconds

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        backend, number = self._homes[worker]
        backend.submit(number, frames)

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        """Whether what a worker says is taken; nothing comes of it if it is no more."""
        backend, number = self._homes[worker]
        backend.listen(number, wanted=wanted)

    def take_back(self, worker: WorkerId) -> None:
        backend, number = self._homes[worker]
        backend.take_back(number)

    def kill(self, worker: WorkerId) -> None:
        backend, number = self._homes[worker]
        backend.kill(number)

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        """How it is; None: it is no more."""
        backend, number = self._homes[worker]
        found = backend.info(number)
        return None if found is None else found._replace(id=worker)

    def near(self, tasks: Sequence[Task]) -> dict[TaskId, Place]:
        """Where large parts of them are already."""
        if not self._keeping:
            return {}
        asked = [(t.id, n, one.place_of(t.parts)) for n, one in self._keeping for t in tasks]
        return {task: (pool, host) for task, pool, host in asked if host}

    def release(self, host: str) -> None:
        """Nobody is to work there any more, and nobody does."""
        for backend in self._backends:
            backend.release(host)

    def closings(self) -> list[Callable[[], None]]:
        """What ends them, each by itself."""
        return [backend.close for backend in self._backends]

    def forget(self) -> None:
        """In a forked child."""
        for backend in self._backends:
            backend.forget()


class _Reporter:
    """Who hears of workers, as one of the backends sees it."""

    def __init__(
        self,
        told: Told,
        pool: int,
        number: Callable[[int, WorkerId], WorkerId],
        *,
        recalls: bool,
        hands_on: bool,
    ) -> None:
        self.recalls = recalls
        self._hands_on = hands_on
        self._told = told
        self._pool = pool
        self._number = number
        self._workers: dict[WorkerId, WorkerId] = {}

    def joined(self, worker: WorkerId, host: str = "") -> None:
        number = self._workers[worker] = self._number(self._pool, worker)
        self._told.joined(number, self._pool, host, hands_on=self._hands_on)

    def coming(self, count: int) -> None:
        self._told.coming(self._pool, count)

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None:
        self._told.finished(self._workers[worker], outcomes)

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        self._told.remarked(self._workers[worker], remarks)

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        self._told.returned(self._workers[worker], tasks)

    def lost(self, worker: WorkerId, reason: str, *, with_host: bool = False) -> None:
        self._told.lost(self._workers.pop(worker), reason, with_host=with_host)

    def unstarted(self, count: int, reason: str) -> None:
        self._told.unstarted(self._pool, count, reason)

    def refused(self, reason: str) -> None:
        self._told.refused(reason)
