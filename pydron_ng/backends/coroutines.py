"""The worker's event loop: calls that suspend, many at once, until none is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any

from pydron_ng.backends.base import SUSPENDED, Blob, TaskId
from pydron_ng.backends.wire import Item, Key, about

Send = Callable[[list[Item]], None]
#: Has the loop tell when there is something to be taken; gives what is to be called at the end.
Attach = Callable[[asyncio.AbstractEventLoop, Callable[[], None]], Callable[[], object]]


class Coroutines:
    """The coroutines of one worker. What they have to say goes out when all of them wait."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: dict[TaskId, asyncio.Task[None]] = {}
        self._said: list[Item] = []
        self._failure: BaseException | None = None

    def __bool__(self) -> bool:
        return bool(self._running)

    def add(self, task: TaskId, coroutine: Coroutine[Any, Any, Blob]) -> None:
        """Begin a call, at the loop's next turn."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.new_event_loop()
        self._running[task] = loop.create_task(self._perform(task, coroutine), context=Context())

    def cancel(self, task: TaskId) -> None:
        """End a call, if it still runs."""
        if (running := self._running.get(task)) is not None:
            loop = running.get_loop()
            loop.call_soon(running.cancel)  # one that has not begun would end unheard

    def run(self, attach: Attach, more: Callable[[], None]) -> None:
        """Run all that there is; `more` is called when something comes in, and may add.

        Raises: what `more` has raised.
        """
        loop = self._loop
        assert loop is not None
        detach = attach(loop, lambda: self._take(more))
        try:
            while self._running and self._failure is None:
                loop.run_forever()  # what comes in while it stops is begun as well
        finally:
            detach()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def close(self) -> None:
        if self._loop is not None:
            self._loop.close()

    def _take(self, more: Callable[[], None]) -> None:
        try:
            more()
        except BaseException as failure:  # the loop would only report it
            self._failure = failure
            self._stop()

    async def _perform(self, task: TaskId, coroutine: Coroutine[Any, Any, Blob]) -> None:
        watched = _Watched(coroutine, lambda: self._say(about(task), SUSPENDED))
        try:
            outcome = await watched
        except BaseException as failure:
            self._failure = failure
        else:
            self._say(task, outcome)
        del self._running[task]
        if not self._running or self._failure is not None:
            self._stop()

    def _say(self, key: Key, blob: Blob) -> None:
        """Once all others have had their turn it is sent, together with what they say."""
        assert self._loop is not None
        if not self._said:
            self._loop.call_soon(self._flush, context=Context())
        self._said.append((key, blob))

    def _flush(self) -> None:
        said, self._said = self._said, []
        if said:
            self._send(said)

    def _stop(self) -> None:
        assert self._loop is not None
        self._flush()
        self._loop.stop()


class _Watched:
    """An awaitable that tells when what it awaits suspends for the first time."""

    __slots__ = ("_coroutine", "_suspended")

    def __init__(self, coroutine: Coroutine[Any, Any, Blob], suspended: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._suspended = suspended

    def __await__(self) -> Generator[Any, Any, Blob]:
        step, value = self._coroutine.send, None
        first = True
        while True:
            try:
                awaited = step(value)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if first:
                self._suspended()
                first = False
            try:
                step, value = self._coroutine.send, (yield awaited)
            except BaseException as thrown:
                step, value = self._coroutine.throw, thrown
