"""From what workers answer to futures: on a thread of its own, where callbacks may take their time.

Unpickling and callbacks are user code: they never run under the lock.
"""

from __future__ import annotations

import queue
import sys
import threading
from typing import Any

from pydron_ng.backends.start import start
from pydron_ng.errors import BackendError, WorkerLost
from pydron_ng.pool.desk import Desk, Function
from pydron_ng.pool.future import Info, PoolFuture
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import ONE, Answer, Raised, Unpicklable
from pydron_ng.runtime.grain import is_coroutine_function
from pydron_ng.runtime.task import TaskState

_OVER = frozenset({TaskState.SETTLED, TaskState.DROPPED})


class RemoteTraceback(Exception):
    """The cause of an exception that a task has raised: the traceback on its worker, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class Delivery:
    """Submits calls, and gives their futures what becomes of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done: queue.SimpleQueue[tuple[Job, PoolFuture, Function] | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._has_ended = False
        self._futures: dict[Job, PoolFuture] = {}

    def submit(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], options: Options
    ) -> PoolFuture:
        """Raises: RuntimeError after shutdown; what pickling raises."""
        given = ONE, (args, kwargs)

        def hear(job: Job) -> None:
            self._done.put((job, future, function))

        job = self._desk.job(
            function, given, options, hear, is_coroutine=is_coroutine_function(function.called)
        )
        future = PoolFuture(
            lambda: self._drop(job),
            lambda: job.state is TaskState.RUNNING,
            lambda seconds: self._attend(job, seconds),
        )
        self._begin()
        self._futures[job] = future
        self._desk.put([job])
        return future

    def _attend(self, job: Job, seconds: float | None) -> None:
        with self._desk.lock:
            self._desk.wait(lambda: job.state in _OVER, seconds)

    def _drop(self, job: Job) -> bool:
        self._futures.pop(job, None)
        return self._desk.drop(job)

    def _begin(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(
                        target=self._deliver_all, name="pydron_ng delivery", daemon=True
                    )
                    start(thread)
                    self._thread = thread

    def _deliver_all(self) -> None:
        while (done := self._done.get()) is not None:
            self._deliver(*done)
            del done  # nobody keeps what the future has

    def _deliver(self, job: Job, future: PoolFuture, function: Function) -> None:
        self._futures.pop(job, None)
        outcome, info = outcomes_of(self._desk, job, function)
        if not future.set_running_or_notify_cancel():
            return
        future.info = info
        value = outcome[0]
        if isinstance(value, Failed):
            future.set_exception(value.exception)
        else:
            future.set_result(value)

    def shutdown(self, *, wait: bool, cancels: bool) -> None:
        """See ``Pool.shutdown``."""
        self._desk.refuse()
        for future in list(self._futures.values()) if cancels else ():
            if not future.running():
                future.cancel()
        if wait:
            self._finish()
        elif not self._has_ended:
            start(threading.Thread(target=self._finish, name="pydron_ng shutdown", daemon=True))

    def _finish(self) -> None:
        with self._desk.lock:
            self._desk.wait(lambda: self._desk.is_idle)
        self._desk.close()
        self._has_ended = True
        self._done.put(None)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()


class Failed:
    """A call has no value. exception: what is raised instead."""

    __slots__ = ("exception",)

    def __init__(self, exception: BaseException) -> None:
        self.exception = exception


def outcomes_of(desk: Desk, job: Job, function: Function) -> tuple[list[Any], Info]:
    """Of each call its value, or Failed; prints what was printed, unless that is to be kept."""
    if job.lost is not None:
        return [Failed(_lost(job))] * job.calls, Info(job.worker, desk.host(job.worker))
    try:
        answer = job.answer()
    except Exception as failure:
        why = f"the outcome of {job.label()} cannot be read: {type(failure).__name__}: {failure}"
        return [Failed(BackendError(why))] * job.calls, Info(job.worker, desk.host(job.worker))
    desk.took(function, answer.ended - answer.began, job.calls)
    outcomes = answer.outcomes
    if not answer.is_fine:
        outcomes = [_failed(outcome, job) for outcome in outcomes]
        outcomes += [outcomes[0]] * (job.calls - len(outcomes))  # the initializer has failed
    return outcomes, _info(desk, job, answer)


def _lost(job: Job) -> Exception:
    if job.was_late:
        return TimeoutError(job.lost)
    return WorkerLost(job.lost)


def _failed(outcome: Any, job: Job) -> Any:
    if type(outcome) is Raised:
        outcome.exception.__cause__ = RemoteTraceback(outcome.text)
        return Failed(outcome.exception)
    if type(outcome) is Unpicklable:
        what = f"{job.label()}: a {outcome.what} cannot be sent back from its worker"
        return Failed(BackendError(f"{what}:\n{outcome.why}"))
    return outcome


def _info(desk: Desk, job: Job, answer: Answer) -> Info:
    said = {"out": "", "err": ""}
    for kind, text in answer.said:
        if job.options.capture:
            said[kind] += text
        else:
            print(text, end="", file=sys.stdout if kind == "out" else sys.stderr)
    text = next((o.text for o in answer.outcomes if type(o) is Raised), "")
    times = answer.began, answer.ended
    return Info(job.worker, desk.host(job.worker), *times, said["out"], said["err"], text)
