"""A coroutine in a worker: while it takes a step, what is said and read is of its own call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import Any

from pydron_ng.runtime import reads
from pydron_ng.runtime.capture import Capture, Paused, Spoken
from pydron_ng.runtime.outcome import Files
from pydron_ng.runtime.surroundings import Surroundings, capture
from pydron_ng.values.unshippable import Unshippable

_ear: ContextVar[Ear] = ContextVar("pydron_ng.ear")


class Ear:
    """What one call has said and read so far, in all of its tasks.

    failure: why its outcome is not to be believed.
    """

    def __init__(self, capture_: Capture, reads_: reads.Reads) -> None:
        self.failure: Unshippable | None = None
        self._capture = capture_
        self._reads = reads_
        self._paused: Paused = ([], {})
        self._read: reads.Paused = ({}, "", set())
        self._tasks: list[asyncio.Task[Any]] = []
        self._surroundings: Surroundings | None = None

    def listen(self, coroutine: Coroutine[Any, Any, Any]) -> Steps:
        """The coroutine of the call; tasks that it starts belong to the call."""
        _ear.set(self)
        asyncio.get_running_loop().set_task_factory(_task)
        self._surroundings = capture()
        return Steps(coroutine, self)

    def started(self, task: asyncio.Task[Any]) -> None:
        self._tasks.append(task)

    def end(self) -> tuple[Spoken, tuple[Files, str]]:
        """All that it said and read.

        Raises:
            Unshippable: its outcome is not to be believed.
        """
        left = [task for task in self._tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            self._fail(Unshippable("leaves-tasks", "it left tasks behind that still ran"))
        if self.failure is not None:
            raise self.failure
        self._reads.resume(self._read)
        return self._paused[0], self._reads.end()

    def suspended(self) -> None:
        """What it has said before it lets others run has its place before what these say.

        Raises:
            Unshippable: the call is to be made in the program, from the beginning.
        """
        if self._paused[0]:
            self._fail(Unshippable("speaks-before-await", "it prints, warns or logs, then awaits"))
        if self.failure is not None:
            raise self.failure

    def step(self, take: Callable[..., Any], *value: Any) -> Any:
        """One step, as `take` takes it."""
        self._check_surroundings()
        self._reads.resume(self._read)
        self._capture.resume(self._paused)
        try:
            return take(*value)
        finally:
            self._read = self._reads.pause()
            self._pause()
            self._check_surroundings()

    def _pause(self) -> None:
        try:
            self._paused = self._capture.pause()
        except Unshippable as failure:
            self._fail(failure)

    def _check_surroundings(self) -> None:
        """What all calls of a worker have in common must not differ from one to the other."""
        if capture(self._surroundings) is not self._surroundings:
            why = "they were changed while it awaited something"
            self._fail(Unshippable("changed-surroundings", why))

    def _fail(self, failure: Unshippable) -> None:
        self.failure = self.failure or failure


class Steps(Coroutine[Any, Any, Any]):
    """A coroutine whose call listens while it takes a step; it ends where the call is refused."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], ear: Ear) -> None:
        self._coroutine = coroutine
        self._ear = ear
        self._has_suspended = False
        self.__name__ = getattr(coroutine, "__name__", "coroutine")
        self.__qualname__ = getattr(coroutine, "__qualname__", self.__name__)

    def send(self, value: Any) -> Any:
        awaited = self._ear.step(self._coroutine.send, value)
        if not self._has_suspended:
            self._has_suspended = True
            try:
                self._ear.suspended()
            except Unshippable:
                self.close()
                raise
        return awaited

    def throw(self, *error: Any) -> Any:
        return self._ear.step(self._coroutine.throw, *error)

    def close(self) -> None:
        self._ear.step(self._coroutine.close)

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self


def _task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """What `loop.create_task` makes: a task of the call that creates it, if it is one's."""
    context = options.get("context")
    ear = _ear.get(None) if context is None else context.get(_ear)
    if ear is None:
        return asyncio.Task(coroutine, loop=loop, **options)
    task: asyncio.Task[Any] = asyncio.Task(Steps(coroutine, ear), loop=loop, **options)
    ear.started(task)
    return task
