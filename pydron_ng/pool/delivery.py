"""What workers answer gets to futures: on a thread of its own, where callbacks may take their time.

Unpickling and callbacks are user code: they never run under the lock.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from pydron_ng.backends.base import Blob, WorkerId
from pydron_ng.backends.start import start
from pydron_ng.log import log
from pydron_ng.pool.desk import Desk
from pydron_ng.pool.functions import Function, suspends
from pydron_ng.pool.future import Info, PoolFuture
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.options import Options
from pydron_ng.pool.outcomes import Failed, outcomes_of
from pydron_ng.pool.parcels import AWAITED, ONE, unpacked
from pydron_ng.runtime.process import guests
from pydron_ng.runtime.task import TaskState

_OVER = frozenset({TaskState.SETTLED, TaskState.DROPPED})


#: Of what a task has returned and what is known of it.
Finish = Callable[[Any, Info], Any]


class Lifeline:
    """Held by a pool, its views and its streams: when all are gone, the workers end."""

    def __init__(self, delivery: Delivery) -> None:
        self.later = delivery.later
        weakref.finalize(self, delivery.abandon).atexit = False


class Delivery:
    """Submits calls, and gives their futures what becomes of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._work: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_waiting = False  # the thread, for something to do
        self._has_ended = False
        self._futures: dict[Job, PoolFuture] = {}
        desk.suiting.later = self.later
        guests.add(self)

    def submit(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: Options,
        finish: Finish | None = None,
    ) -> PoolFuture:
        """finish: makes the result of what was returned; what it raises is raised instead.

        Raises: RuntimeError after shutdown; PicklingError.
        """
        is_coroutine = suspends(function.called)
        how = ONE
        given: Any = args, kwargs
        if is_coroutine:
            how, given = AWAITED, (args, kwargs, options.timeout, options.retries + 1)

        def hear(job: Job) -> None:
            self._work.put(partial(self._deliver, job, future, function, finish))

        job = self._desk.job(function, how, given, options, hear, is_coroutine=is_coroutine)
        future = PoolFuture(
            lambda: self._drop(job),
            lambda: job.state is TaskState.RUNNING,
            partial(self._attend, job),
        )
        if options.on_progress is not None:
            job.hear_report = partial(self._hear_report, future, options.on_progress)
        self.begin()
        self._futures[job] = future
        try:
            self._desk.put([job])
        except RuntimeError:
            del self._futures[job]
            raise
        return future

    def _attend(self, job: Job, future: PoolFuture, seconds: float | None) -> None:
        end = None if seconds is None else monotonic() + seconds
        with self._desk.entered():
            self._desk.wait(lambda: job.state in _OVER, seconds)
        if threading.current_thread() is self._thread:  # a callback waits: who else would deliver?
            self._deliver_until(future, end)

    def _drop(self, job: Job) -> bool:
        self._futures.pop(job, None)
        return self._desk.drop(job)

    # --- the thread ---

    def later(self, work: Callable[[], object]) -> None:
        """Have it done by the thread; may be called in the midst of anything."""
        self._work.put(work)

    def begin(self) -> None:
        """See to it that there is a thread."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(
                        target=self._do_all, name="pydron_ng delivery", daemon=True
                    )
                    start(thread)
                    self._thread = thread
                    self._desk.begin()

    def _hear_report(
        self, future: PoolFuture, told: Callable[[Any, Any], object], job: Job, report: Blob
    ) -> None:
        """Under the lock."""
        self._desk.flow.came(job.worker)
        self._work.put(partial(self._tell, future, told, job.worker, report))

    def _tell(
        self,
        future: PoolFuture,
        told: Callable[[Any, Any], object],
        worker: WorkerId,
        report: Blob,
    ) -> None:
        try:
            if not future.done():  # it may have been cancelled
                told(future, unpacked(report))
        except Exception:
            log().exception("on_progress has failed")
        finally:
            with self._desk.lock:
                self._desk.flow.told(worker)

    def _do_all(self) -> None:
        self._desk.flow.teller = threading.get_ident()
        while True:
            self._is_waiting = True
            work = self._work.get()
            self._is_waiting = False
            if work is None:
                return
            _do(work)
            del work  # nobody keeps what the future has

    def _deliver_until(self, future: PoolFuture, end: float | None) -> None:
        while not future.done():
            try:
                work = self._work.get(timeout=None if end is None else max(0.0, end - monotonic()))
            except queue.Empty:
                return
            if work is None:
                self._work.put(None)
                return
            _do(work)

    def _deliver(
        self, job: Job, future: PoolFuture, function: Function, finish: Finish | None
    ) -> None:
        self._futures.pop(job, None)
        [outcome], [info] = outcomes_of(self._desk, job, function)
        if not future.set_running_or_notify_cancel():
            return
        future.info = info
        if finish is not None and not isinstance(outcome, Failed):
            try:
                outcome = finish(outcome, info)
            except Exception as failure:
                outcome = Failed(failure)
        if isinstance(outcome, Failed):
            future.set_exception(outcome.exception)
        else:
            future.set_result(outcome)

    # --- the end ---

    def shutdown(self, *, wait: bool, cancels: bool) -> None:
        """See ``Pool.shutdown``."""
        if self._desk.is_foreign:
            return
        self._desk.refuse()
        for future in list(self._futures.values()) if cancels else ():
            if not future.running():
                future.cancel()
        if wait:
            self._finish()
        elif not self._has_ended:
            start(threading.Thread(target=self._finish, name="pydron_ng shutdown"))

    def abort(self) -> None:
        """Nobody wants anything any more: what is under way ends with its worker."""
        if self._desk.is_foreign:
            return
        self._desk.refuse()
        for future in list(self._futures.values()):
            future.cancel()
        self._close()

    def abandon(self) -> None:
        """Nobody can submit anything any more."""
        with suppress(RuntimeError):  # the program is about to end, and with it all workers
            if not self._has_ended:
                self.shutdown(wait=False, cancels=False)

    def _finish(self) -> None:
        with self._desk.lock:
            self._desk.wait(lambda: self._desk.is_idle)
        self._close()

    def _close(self) -> None:
        self._desk.close()
        self._desk.end()
        self._has_ended = True
        self._work.put(None)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    # --- a guest of the session ---

    def rest(self) -> None:
        """A fork is about to happen: no thread that has nothing to do is there meanwhile."""
        thread = self._thread
        if thread is not None and self._is_waiting and thread is not threading.current_thread():
            self._work.put(None)
            thread.join()
            self._thread = None
        self._desk.rest()

    def resume(self) -> None:
        """The fork has happened."""
        if not self._has_ended and (self._futures or not self._work.empty()):
            self.begin()
        self._desk.resume()

    def forget(self) -> None:
        """Here is the forked child."""
        self._desk.forget()

    def end(self) -> None:
        """The program ends: what was submitted is seen through, as any Executor does."""
        if self._has_ended or self._desk.is_foreign:
            return
        try:
            self.shutdown(wait=True, cancels=False)
        finally:
            self._desk.close()


def _do(work: Callable[[], object]) -> None:
    """Whatever it raises, others have to be told what became of their tasks."""
    try:
        work()
    except BaseException:
        log().exception("a callback of a future, or the reading of an outcome, has failed")
