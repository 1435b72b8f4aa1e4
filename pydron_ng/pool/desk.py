"""Between a pool and its driver: which tasks wait, which are with workers, who hears of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.backends import registry
from pydron_ng.backends.base import TaskId, Token, WorkerId
from pydron_ng.memory.arena import SHARE_BYTES
from pydron_ng.pool.jobs import Job, label_of
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import LARGE_FUNCTION, packed_call
from pydron_ng.pool.steady import Steady
from pydron_ng.runtime.driver import Driver
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.values.blob import Blob

if TYPE_CHECKING:
    from pydron_ng.config import Configuration

PERFORMER = "pydron_ng.pool.performer:Performer"
#: Of so many functions it is remembered what a call takes.
_MOST_KNOWN = 256
_WEIGHT = 0.3  # of the newest time in the moving average
#: A task that nobody wants has so long to end by itself; then its worker is ended.
_GRACE_SECONDS = 0.05
#: So long where that costs more: the worker runs other coroutines, or is a thread, which stays.
_LONG_GRACE_SECONDS = 1.0


class Function(NamedTuple):
    """A function, and how it travels."""

    called: Any
    data: bytes


class Desk:
    """Takes tasks in, and tells what became of each exactly once. All is done under ``lock``."""

    def __init__(self, config: Configuration) -> None:
        """Raises: ConfigError, BackendError."""
        backends = [registry.create(worker, PERFORMER) for worker in config.workers]
        self._can_kill = all(backend.capabilities.kill for backend, _ in backends)
        self.frame_seconds = max(b.capabilities.frame_seconds for b, _ in backends)
        self._definitions: dict[Token, Blob] = {}
        self._driver = Driver(backends, self._definitions.__getitem__, lends=False)
        self.lock = self._driver.lock
        self._queue: list[tuple[int, int, Job]] = []
        self._order = count()
        self._open: dict[TaskId, Job] = {}
        self._issued = 0
        self._seconds: dict[bytes, float] = {}
        self._steady = Steady()
        self._seen: dict[Token, None] = {}  # large functions of which there was one task
        self.is_closed = self._is_refusing = False

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be."""
        return self._driver.capacity

    @property
    def is_foreign(self) -> bool:
        """Is this a fork of the program that has the workers?"""
        return self._driver.is_forgotten

    @contextmanager
    def entered(self) -> Iterator[None]:
        """With the lock held. Raises: RuntimeError in a fork, where nobody may hold it any more."""
        if self.is_foreign:
            raise RuntimeError(
                "this pool belongs to the process that this one was forked from;"
                " make a Pool here for tasks of your own"
            )
        with self.lock:
            yield

    # --- making tasks ---

    def function(self, called: Any) -> Function:
        """Raises: TypeError; PicklingError."""
        if not callable(called):
            raise TypeError(f"{called!r} cannot be called")
        return Function(called, self._steady.bytes_of(called))

    def job(
        self,
        function: Function,
        given: object,
        options: Options,
        hear: Callable[[Job], None],
        *,
        calls: int = 1,
        is_coroutine: bool = False,
    ) -> Job:
        """A task to be put in. given: how and with what the function is called.

        Raises: what pickling raises.
        """
        blob = packed_call(given, self._store, label_of(function.called))
        head, tokens = self._head(function)
        return Job(
            self._driver.next_id(),
            (head, *blob),
            tokens,
            lambda: label_of(function.called, calls),
            self._settled,
            hear,
            options,
            calls=calls,
            seconds=calls * self.seconds_of(function),
            is_coroutine=is_coroutine,
        )

    def _store(self, memory: memoryview) -> Any:
        if memory.nbytes >= SHARE_BYTES:
            with self.lock:
                stretch = self._driver.store(memory)
            if stretch is not None:
                return stretch
        return bytes(memory)

    def _head(self, function: Function) -> tuple[bytes, tuple[Token, ...]]:
        """The function itself, or its name if it is large, which is told to each worker once.

        One that is used once is not worth to be kept.
        """
        if len(function.data) <= LARGE_FUNCTION:
            return function.data, ()
        from xxhash import xxh3_128_digest

        token = Token(xxh3_128_digest(function.data))
        if token not in self._definitions and not self._was_seen(token):
            return function.data, ()
        self._definitions[token] = (function.data,)
        return token, (token,)

    def _was_seen(self, token: Token) -> bool:
        if token in self._seen:
            return True
        if len(self._seen) >= _MOST_KNOWN:
            self._seen.pop(next(iter(self._seen)), None)
        self._seen[token] = None
        return False

    def seconds_of(self, function: Function) -> float:
        """What a call takes, on the average; 0.0: nobody knows."""
        return self._seconds.get(function.data, 0.0)

    def took(self, function: Function, seconds: float, calls: int) -> None:
        """Learn from calls that were made."""
        each = max(seconds / calls, 1e-7)
        known = self._seconds.get(function.data)
        if known is None and len(self._seconds) >= _MOST_KNOWN:
            self._seconds.pop(next(iter(self._seconds)), None)
        self._seconds[function.data] = each if known is None else known + _WEIGHT * (each - known)

    # --- tasks on their way ---

    def put(self, jobs: Sequence[Job]) -> None:
        """Have these done. Raises: RuntimeError after `close`."""
        with self.entered():
            if self.is_closed or self._is_refusing:
                raise RuntimeError("cannot schedule new tasks after shutdown")
            for job in jobs:
                self._open[job.id] = job
                heapq.heappush(self._queue, (-job.options.priority, next(self._order), job))
            self._feed()

    def _feed(self) -> None:
        """Issue one for each worker, those of highest priority first; all others may be overtaken.

        Coroutines are not counted: a worker has many of them.
        """
        issued: list[Job] = []
        most = self.capacity
        while self._queue and (self._issued < most or self._queue[0][2].is_coroutine):
            _, _, job = heapq.heappop(self._queue)
            if job.id in self._open:
                self._issued += not job.is_coroutine
                job.is_issued = True
                issued.append(job)
        if issued:
            self._driver.issue(issued)

    def _settled(self, job: Task) -> None:
        assert isinstance(job, Job)
        self._issued -= not job.is_coroutine
        if self._open.pop(job.id, None) is not None:
            job.hear(job)
        job.let_go()
        if not self.is_closed:
            self._feed()

    def drop(self, job: Job) -> bool:
        """Nobody wants the task: it is not begun, or ended with its worker. False: it is done."""
        if self.is_foreign:
            return False
        with self.lock:
            if self._open.pop(job.id, None) is None:
                return False
            if job.is_issued:
                self._driver.drop((job,), self._grace_seconds(job))
                self._issued -= not job.is_coroutine
                self._feed()
            else:
                job.state = TaskState.DROPPED
            job.let_go()
            return True

    def _grace_seconds(self, job: Job) -> float:
        is_costly = job.is_coroutine or not self._can_kill
        return _LONG_GRACE_SECONDS if is_costly else _GRACE_SECONDS

    def wait(self, done: Callable[[], bool], seconds: float | None = None) -> None:
        """Return when `done`, when no task is left, or after so many seconds.

        With the lock held, as `done` is called.
        """
        self._driver.wait(done, seconds)

    def refuse(self) -> None:
        """No more tasks are taken."""
        self._is_refusing = True

    # --- workers, and the end ---

    def hire(self) -> None:
        """Start the workers without a task."""
        with self.lock:
            self._driver.hire()

    def prepare(self, initializer: Blob) -> None:
        """Have each worker call this before its first task."""
        with self.lock:
            self._driver.settings(initializer)

    def host(self, worker: WorkerId) -> str:
        """Where a worker is; empty on this machine."""
        return self._driver.hosts.get(worker, "")

    @property
    def is_idle(self) -> bool:
        """Is there no task that is not done?"""
        return not self._open

    def close(self) -> None:
        """End all workers; tasks that are left are heard of as lost."""
        with self.lock:
            self.is_closed = True
            left = [job for job in self._open.values() if not job.is_issued]
            with suppress(OSError):  # the program may have closed our descriptors
                self._driver.close()
            for job in left:
                job.lost = f"{job.label()}: the pool was shut down"
                job.state = TaskState.SETTLED
                self._open.pop(job.id, None)
                job.hear(job)
                job.let_go()

    # --- forks ---

    def rest(self) -> None:
        """The program is about to fork."""
        self._driver.rest()

    def resume(self) -> None:
        """It has forked, and this is the parent."""
        self._driver.resume()

    def forget(self) -> None:
        """Here is the child."""
        self._driver.forget()
