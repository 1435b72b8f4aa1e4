"""Any ``concurrent.futures.Executor`` as an engine; it tells nobody who takes what."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from typing import Any

from pydron_ng.backends.base import Capabilities
from pydron_ng.backends.engines import outpost
from pydron_ng.backends.engines.edition import lacking
from pydron_ng.backends.engines.ending import come_before_executors
from pydron_ng.backends.engines.engine import CarryOut, Places, Refused, unstarted

#: So much work makes a batch worth its way.
_FRAME_SECONDS = 0.005
CAPABILITIES = Capabilities(
    kill=True,
    isolate=True,
    capture=True,
    converse=False,
    roams=True,
    frame_seconds=_FRAME_SECONDS,
)
_PLACE = ""  # there is only one


class Executors:
    """The executor that a factory makes, and the next one when that has broken."""

    is_pinned = kills = False

    def __init__(
        self,
        name: str,
        factory: Callable[..., Any],
        kwargs: Mapping[str, Any],
        cores: int | None,
        start_seconds: float,
    ) -> None:
        """cores: how many orders at a time; None: as many as it has workers."""
        self.name = f"executor {name}"
        self._factory = factory
        self._kwargs = kwargs
        self._cores = cores
        self.start_seconds = start_seconds
        self._executor: Executor | None = None
        self._running: set[Future[bytes]] = set()

    def open(self) -> None:
        if self._executor is None:
            self._executor = self._make()
            come_before_executors()
        if self._cores is None:
            self._cores = self._count(self._executor)

    def _make(self) -> Executor:
        try:
            executor = self._factory(**self._kwargs)
        except Exception as failure:  # it is the user's
            why = f"the factory raised {type(failure).__name__}: {failure}"
            raise Refused(why, 'see its documentation for what "kwargs" may be') from failure
        if not callable(getattr(executor, "submit", None)):
            why = f"the factory made no Executor, but {executor!r}"
            raise Refused(why, "name something that makes a concurrent.futures.Executor")
        return executor  # type: ignore[no-any-return]

    def _count(self, executor: Executor) -> int:
        """How many calls it makes at a time; it may say that once it is there. Raises: Refused."""
        found: list[int] = []
        asking = threading.Thread(target=lambda: found.append(workers_of(executor)), daemon=True)
        asking.start()
        asking.join(self.start_seconds)
        if not found:
            raise Refused(*unstarted(self.start_seconds))
        return found[0]

    def places(self) -> Places:
        return {_PLACE: self._cores or 1}

    def submit(self, place: str, call: CarryOut, data: bytes) -> Future[bytes]:
        assert place == _PLACE
        try:
            return self._submit(call, data)
        except BrokenExecutor:  # by what it ran before
            self._end()
            return self._submit(call, data)

    def _submit(self, call: CarryOut, data: bytes) -> Future[bytes]:
        self.open()
        assert self._executor is not None
        future = self._executor.submit(call, data)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def told(self, failure: BaseException) -> Refused:
        if isinstance(failure, Refused):
            return failure
        if isinstance(failure, ModuleNotFoundError) and failure.name:
            return lacking(failure.name)
        return Refused(f"{type(failure).__name__}: {failure}", "")

    def kill(self, place: str, house: str, seat: int) -> None:
        """An executor cannot do that."""

    def close(self, house: str) -> None:
        outpost.leave(house)  # some make the calls in this very process
        self._end()

    def _end(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for future in list(self._running):
            with suppress(NotImplementedError):  # Parsl cannot
                future.cancel()
        executor.shutdown(wait=True)


def workers_of(executor: object) -> int:
    """How many calls it makes at a time, as far as it says so."""
    for name in ("_max_workers", "num_workers"):
        if isinstance(number := getattr(executor, name, None), int):
            return max(1, number)
    return 1
