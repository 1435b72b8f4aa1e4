"""Between a pool and its driver: which tasks wait, which are with workers, who hears of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pydron_ng.backends import registry
from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.memory.arena import SHARE_BYTES
from pydron_ng.pool.choosing import Choice, Where, fit_for
from pydron_ng.pool.driver import PoolDriver
from pydron_ng.pool.flow import Flow
from pydron_ng.pool.functions import Function, Functions, label_of
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import LARGE_FUNCTIONS, packed_call
from pydron_ng.pool.setup import Setup
from pydron_ng.pool.suiting import Suiting
from pydron_ng.pool.waiting import Waiting
from pydron_ng.runtime.session import monitor
from pydron_ng.runtime.status import Status
from pydron_ng.runtime.task import Task, TaskState

if TYPE_CHECKING:
    import msgspec

    from pydron_ng.config import Configuration
    from pydron_ng.runtime.monitor.server import Server

#: Why tasks get lost that are left at the end.
_SHUT_DOWN = "the pool was shut down"
PERFORMER = "pydron_ng.pool.worker.performer:Performer"
#: A task that nobody wants has so long to end by itself; then its worker is ended.
_GRACE_SECONDS = 0.05
#: So long where that costs more: the worker runs other coroutines, or is a thread, which stays.
_LONG_GRACE_SECONDS = 1.0


class Desk:
    """Takes tasks in, and tells what became of each exactly once. All is done under ``lock``.

    functions: what is known of those that are called. suiting: which workers may do which tasks.
    """

    kind = "Pool"

    def __init__(self, config: Configuration) -> None:
        """Raises: ConfigError, BackendError."""
        backends = [registry.create(worker, PERFORMER) for worker in config.workers]
        self.functions = Functions()
        self._driver = PoolDriver(
            backends,
            self.functions.definition,
            lends=False,
            most_bytes=LARGE_FUNCTIONS,
            staffed=self._staffed,
            ended=self._has_ended,
        )
        self.lock = self._driver.lock
        self._closing = threading.RLock()
        self._open: dict[TaskId, Job] = {}
        self._waiting = Waiting()
        self.suiting = Suiting(self._driver, self._waiting.choices, self.entered, self._found)
        self.flow = Flow(lambda worker, wanted: self._driver.listen(worker, wanted=wanted))
        self.setup = Setup()
        self._why_hopeless = ""
        self.is_closed = self._is_refusing = False
        self._end = "shutdown"  # after what no more tasks are taken
        self._can_be_asked = config.monitor != "off"
        self._monitor: Server | None = None

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be; 1 if none is: tasks are to hear of that."""
        return max(1, self._driver.capacity)

    @property
    def frame_seconds(self) -> float:
        """So much work makes a message to a worker worth its way."""
        return max(can.frame_seconds for can in self._driver.capabilities)

    @property
    def is_isolated(self) -> bool:
        """Are all workers processes?"""
        return all(can.isolate for can in self._driver.capabilities)

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

    def job(
        self,
        function: Function,
        how: int,
        arguments: Any,
        options: Options,
        hear: Callable[[Job], None],
        *,
        calls: int = 1,
        is_coroutine: bool = False,
    ) -> Job:
        """A task to be put in. how, arguments: see ``parcels``.

        Raises: what pickling raises; what reading its files raises; ValueError.
        """
        if options.has_folder:
            self.check_folder(function, is_coroutine=is_coroutine)
        asked, files = options.asked(self._store)
        given = (how, arguments) if asked is None else (how, arguments, asked)
        blob = packed_call(given, self._store, function.label)
        choice = None if options.where is None else self.suiting.of(options.where)
        large = self.functions.large(function)
        return Job(
            self._driver.next_id(),
            (function.data if large is None else large.token, *blob, *files),
            large,
            lambda: function.label if calls == 1 else label_of(function.called, calls),
            self._settled,
            hear,
            options,
            choice,
            calls=calls,
            seconds=calls * self.functions.seconds(function),
            is_coroutine=is_coroutine,
        )

    def check_folder(self, function: Function, *, is_coroutine: bool) -> None:
        """Raises: ValueError, if the task cannot have a working directory of its own."""
        why = ""
        if is_coroutine:
            why = f"{function.label} is a coroutine, which shares it with others"
        elif not self.is_isolated:
            why = "threads share it with the program; take workers that are processes"
        if why:
            raise ValueError(
                f"a task with files or outputs has a working directory of its own: {why}"
            )

    def _store(self, memory: memoryview) -> Any:
        if memory.nbytes >= SHARE_BYTES:
            with self.lock:
                stretch = self._driver.store(memory)
            if stretch is not None:
                return stretch
        return bytes(memory)

    # --- tasks on their way ---

    def put(self, jobs: Sequence[Job]) -> None:
        """Have these done. Raises: RuntimeError after `close`."""
        with self.entered():
            if self.is_closed or self._is_refusing:
                raise RuntimeError(f"cannot schedule new tasks after {self._end}")
            with self._driver.whole():
                for job in jobs:
                    self._open[job.id] = job
                    self._waiting.add(job)
                if self._why_hopeless:
                    self._lose_waiting(self._why_hopeless)
                    return
                self._feed()
        self.suiting.ask({job.choice for job in jobs if job.choice is not None})

    def _feed(self) -> None:
        """Issue what there is room for; all that wait may be overtaken."""
        if issued := self._waiting.take(self.capacity):
            self._driver.issue(issued)

    def _settled(self, job: Task) -> None:
        assert isinstance(job, Job)
        self._tell(job)
        if not self.is_closed and not self._why_hopeless:
            self._feed()

    def _staffed(self) -> None:
        """Workers have come or gone."""
        if not (self.is_closed or self._why_hopeless):
            self._feed()  # a host may have more of them than was known
        self.suiting.workers_changed()

    def _found(self, choice: Choice) -> None:
        """It is known who may do the tasks of this: if nobody may, that is what they hear."""
        if self.is_closed:
            return
        self._feed()
        if choice.fit or self._driver.is_hiring:
            return
        for job in [job for job in self._open.values() if job.choice is choice]:
            if job.state is TaskState.READY:
                job.refusal = choice.refusal(job.label(), len(self._driver.present))
                self._fail(job, str(job.refusal))

    def _tell(self, job: Job) -> None:
        """It is done, in one way or another."""
        if self._open.pop(job.id, None) is not None:
            self._waiting.over(job)
            job.hear(job)
        job.let_go()

    def _fail(self, job: Job, why: str) -> None:
        """Nobody does it."""
        if job.is_issued:
            self._driver.drop((job,))
        job.lost = why
        job.state = TaskState.SETTLED
        self._tell(job)
        self._driver.tell()

    def drop(self, job: Job) -> bool:
        """Nobody wants the task: it is not begun, or ended with its worker. False: it is done."""
        if self.is_foreign:
            return False
        with self.lock, self._driver.whole():
            if self._open.pop(job.id, None) is None:
                return False
            if job.is_issued:
                self._driver.drop((job,), self._grace_seconds(job))
            job.state = TaskState.DROPPED
            self._waiting.over(job)
            if not self.is_closed:
                self._feed()
            job.let_go()
            self._driver.tell()
            return True

    def _grace_seconds(self, job: Job) -> float:
        is_costly = job.is_coroutine or not all(can.kill for can in self._driver.capabilities)
        return _LONG_GRACE_SECONDS if is_costly else _GRACE_SECONDS

    def wait(self, done: Callable[[], bool], seconds: float | None = None) -> None:
        """Return when `done`, when no task is left, or after so many seconds.

        With the lock held, as `done` is called.
        """
        with self.flow.awaited():
            self._driver.wait(done, seconds)

    def tell(self) -> None:
        """What those wait for who `wait` may be there."""
        if not self.is_foreign:
            with self.lock:
                self._driver.tell()

    def failed(self, job: Job, why: str, calls: int) -> None:
        """So many of its calls have no value. why: the traceback of one, or another text."""
        with self.lock:
            self._driver.tally.fail(job.label(), why, calls)

    def status(self) -> Status:
        """How workers and calls are now; other hosts may take a moment to say so."""
        with self.entered():
            self._driver.ask()
            status = self._driver.lookout.status()
            return status._replace(waiting=status.waiting + self._waiting.calls)

    def lose(self, task: TaskId, why: str) -> bool:
        """Give a task up that the program still wants; False: no worker has it."""
        with self.entered():
            job = self._open.get(task)
            return job is not None and self._driver.lose(task, why, self._grace_seconds(job))

    def kill(self, worker: WorkerId) -> bool:
        """End a worker; False: there is none. Raises: NotImplementedError, if it is a thread."""
        with self.entered():
            return self._driver.kill(worker)

    def refuse(self) -> None:
        """No more tasks are taken."""
        self._is_refusing = True

    # --- workers, and the end ---

    def begin(self) -> None:
        """There are going to be tasks: from now on one can ask how they are."""
        if self._can_be_asked and not self.is_closed:
            self._monitor = monitor()
            self._monitor.serve(self)

    def end(self) -> None:
        """There is nothing more to be asked."""
        if self._monitor is not None:
            self._monitor.dismiss(self)

    def muster(self, where: Where | None) -> list[WorkerId]:
        """All workers, or those of which that is true, when all are there that are to come.

        Raises: NoWorkerFits; what `where` raises.
        """
        with self.entered():
            self._driver.hire()
            self.wait(lambda: not self._driver.is_hiring)
            infos = [one.info for one in self._driver.lookout.workers()]
        return fit_for(where, infos, "run_on_all()")

    def add(self, configs: Sequence[msgspec.Struct]) -> None:
        """Have these workers, too.

        Raises: ConfigError, BackendError; RuntimeError after `close`.
        """
        made = [registry.create(config, PERFORMER) for config in configs]
        with self.entered():
            if self.is_closed or self._is_refusing:
                raise RuntimeError("cannot add workers after shutdown")
            for backend, workers in made:
                self._driver.add(backend, workers)
            self._feed()

    def remove(self, workers: Sequence[WorkerId], *, drains: bool) -> None:
        """Do without these; returns when they are gone."""
        with self.entered():
            if drains:
                self._driver.remove(workers, drains=True)
                self.wait(lambda: self._driver.are_resting(workers))
                self._part(workers)
            self._driver.remove(workers, drains=False)
            self.wait(lambda: self._driver.present.isdisjoint(workers))
            self._driver.release(workers)

    def _part(self, workers: Collection[WorkerId]) -> None:
        """Have these, which have nothing to do, clean up behind themselves."""
        with self.flow.awaited():
            self.setup.end(workers, self._driver.part, self.name)

    def prepare(self, setup: Setup) -> None:
        """What each worker does before its first task, and at its end."""
        with self.lock:
            self.setup = setup
            if setup.blob:
                self._driver.settings(setup.blob)

    def name(self, worker: WorkerId) -> str:
        """For messages."""
        host = self.host(worker)
        return f"worker {worker} of {host}" if host else f"worker {worker}"

    def host(self, worker: WorkerId) -> str:
        """Where a worker is; empty on this machine."""
        return self._driver.hosts.get(worker, "")

    @property
    def is_idle(self) -> bool:
        """Is there no task that is not done?"""
        return not self._open

    def close(self, why: str = _SHUT_DOWN) -> None:
        """End all workers; tasks that are left are heard of as lost, for that reason."""
        with self._closing, self.lock:  # the second one waits for the first
            is_first, self.is_closed = not self.is_closed, True
            try:
                if is_first:
                    self._part(list(self._driver.present))
            finally:
                with suppress(OSError):  # the program may have closed our descriptors
                    self._driver.close(why)

    def _has_ended(self, why: str) -> None:
        """There are no workers any more: nor is there anything for them to do."""
        if not self.is_closed:
            self.is_closed, self._end = True, f"its end: {why}"
        self._lose_waiting(why)

    def give_up(self, why: str) -> None:
        """No worker is worth starting: tasks that wait fail, as do all to come."""
        with self.lock:
            self._why_hopeless = why
            self._lose_waiting(why)

    def _lose_waiting(self, why: str) -> None:
        for job in [job for job in self._open.values() if not job.is_issued]:
            self._fail(job, f"{job.label()}: {why}")

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
