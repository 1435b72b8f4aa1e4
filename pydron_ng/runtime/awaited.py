"""A functional coroutine in the commit program: it takes an outcome, and lets others run meanwhile.

Until its call has suspended in the worker it blocks the event loop, as the function itself
would have: no suspension that is not the function's own.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.stubs import INLINE

if TYPE_CHECKING:
    from pydron_ng.runtime.activation import Activation
    from pydron_ng.runtime.calls import IssuedCall
    from pydron_ng.runtime.outcome import Outcome


class Awaited:
    """The coroutines of one activation; some may outlive it."""

    def __init__(self, activation: Activation) -> None:
        self._activation = activation
        self._running = activation.running
        self._driver = activation.driver

    def named(self, coroutine: Any, function: Any) -> Any:
        """The coroutine, which bears the names that those of `function` bear."""
        plain = getattr(function, "__func__", function)
        coroutine.__name__, coroutine.__qualname__ = plain.__name__, plain.__qualname__
        return coroutine

    async def take(
        self, call: IssuedCall, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The value of the call whose coroutine begins, if a task has it; INLINE if not.

        Raises: what the call raised, what is thrown in, or WorkerLost.
        """
        function = callee
        if hasattr(type(callee), "__func__"):
            function, args = callee.__func__, (callee.__self__, *args)
        try:
            with self._driver.lock:
                goes_on = self._begin(call, function, args, kwargs)
        except BaseException as error:
            self._activation.trouble(error)
            return INLINE
        if goes_on:
            await self._suspend(call)
        outcome = self._end(call, args, kwargs)
        return INLINE if outcome is None else self._activation.delivered(call, outcome)

    def _begin(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """True: it has suspended. Else it is settled, or there is no task of it."""
        self._running.pledged.discard(call)
        if not _is_driven_by_asyncio():
            self._activation.give_up(call)
        if not self._activation.is_there(call, function, args, kwargs):
            return False
        task = call.task
        assert task is not None
        self._activation.account.wait(lambda: call.is_settled or task.has_suspended)
        return task.has_suspended

    async def _suspend(self, call: IssuedCall) -> None:
        """Until the call is settled, but once at least."""
        loop = asyncio.get_running_loop()
        settled = loop.create_future()
        with self._driver.lock:
            if call.is_settled:
                loop.call_soon(_settle, settled)
            else:
                call.heard = partial(_tell, loop, settled)
        try:
            await settled
        except BaseException:  # it was cancelled: nobody wants the outcome
            self._drop(call)
            raise

    def _drop(self, call: IssuedCall) -> None:
        with self._driver.lock:
            call.heard = None
            self._running.dispatch.drop((call,))

    def _end(
        self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Outcome | None:
        outcome: Outcome | None = None
        try:
            with self._driver.lock:
                call.heard = None
                outcome = self._activation.believed(call, args, kwargs)
                self._running.dispatch.committed(call)
                self._running.moved()
        except BaseException as error:
            self._activation.trouble(error)
        return outcome


def _is_driven_by_asyncio() -> bool:
    """Can a future of asyncio be awaited here? Other loops have their own."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def _tell(loop: asyncio.AbstractEventLoop, settled: asyncio.Future[None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits
        loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: asyncio.Future[None]) -> None:
    if not settled.done():
        settled.set_result(None)
