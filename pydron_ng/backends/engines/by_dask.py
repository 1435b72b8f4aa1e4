"""A Dask cluster as an engine: an order goes to one of its workers, and to no other."""

from __future__ import annotations

import asyncio
import atexit
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from pydron_ng.backends.base import Capabilities
from pydron_ng.backends.engines import outpost
from pydron_ng.backends.engines.edition import lacking
from pydron_ng.backends.engines.elsewhere import Elsewhere
from pydron_ng.backends.engines.engine import CarryOut, Places, Refused

#: So much work makes a batch worth its way, which takes 10 to 20 ms.
_FRAME_SECONDS = 0.1
CAPABILITIES = Capabilities(
    kill=True,
    isolate=True,
    capture=True,
    keep=True,
    converse=False,
    frame_seconds=_FRAME_SECONDS,
)
#: So long a scheduler that is there takes to answer.
_PATIENCE_SECONDS = 5.0
#: So long a worker does that can be reached past it.
_REACH_SECONDS = 1.0
#: Larger orders go to their worker beside the scheduler's messages, past it if that can be.
_LARGE_BYTES = 1 << 20


class Dask:
    """The client of one scheduler. All that is sent is bytes, under names that nobody else has."""

    is_pinned = kills = True
    start_seconds: float | None = None

    def __init__(
        self,
        name: str,
        target: Callable[[], Any],
        security: Mapping[str, str],
        patience_seconds: float,
    ) -> None:
        """target: makes what a Client is made for, an address or a cluster.

        security: files for TLS, or none. patience_seconds: so long there may be no worker.
        """
        self.name = name
        self._target = target
        self._security = security
        self._patience_seconds = patience_seconds
        self._cluster: Any = None
        self._client: Any = None
        self._in_reach: dict[str, bool] = {}

    def open(self) -> None:
        if self._client is not None and self._client.status == "running":
            return
        self._let_go()
        try:
            self._client = self._connect()
            self._client.wait_for_workers(1, timeout=self._patience_seconds)
        except Exception as failure:  # of a cluster's class, or of an address that is none
            is_there = self._client is not None
            self._let_go()
            raise (self._without_workers() if is_there else _refused(failure)) from failure

    def _connect(self) -> Any:
        from distributed import Client, Security

        target = self._target()
        if not isinstance(target, str):
            self._cluster = target
            atexit.register(self._let_go)  # before Dask itself ends it, and says what is lost
        secure = Security(**self._security, require_encryption=True) if self._security else None
        return Client(target, timeout=_PATIENCE_SECONDS, set_as_default=False, security=secure)

    def _without_workers(self) -> Refused:
        why = f"the scheduler is there, and had no worker for {self._patience_seconds:g} s"
        return Refused(why, 'start some, or give them more time: "start_seconds"')

    def places(self) -> Places:
        try:
            return dict(self._client.nthreads())
        except Exception as failure:  # whatever became of the connection
            raise Refused(f"the scheduler is gone: {failure}", "") from failure

    def submit(self, place: str, call: CarryOut, data: bytes) -> Future[bytes]:
        direct = self._is_in_reach(place)
        given = self._scattered(place, data, direct) if len(data) > _LARGE_BYTES else data
        future = self._client.submit(
            Elsewhere(call),
            given,
            key=f"pydron-{uuid4().hex}",
            pure=False,
            retries=0,
            workers=[place],
            allow_other_workers=False,
        )
        return self._in_its_loop(self._client.gather(future, direct=direct, asynchronous=True))

    def _scattered(self, place: str, data: bytes, direct: bool) -> Any:
        return self._client.scatter(data, workers=[place], hash=False, direct=direct)

    def _is_in_reach(self, place: str) -> bool:
        """Can values go there, and come from there, without passing through the scheduler?"""
        if False in self._in_reach.values():
            return False  # to find that out for each takes too long
        if place not in self._in_reach:
            self._in_reach[place] = answers(place)
        return self._in_reach[place]

    def _in_its_loop(self, awaited: Any) -> Future[bytes]:
        async def result() -> bytes:
            outcome: bytes = await awaited
            return outcome

        return asyncio.run_coroutine_threadsafe(result(), self._client.loop.asyncio_loop)

    def told(self, failure: BaseException) -> Refused:
        return _refused(failure)

    def kill(self, place: str, house: str, seat: int) -> None:
        with suppress(Exception):  # it is gone
            self._client.run(
                Elsewhere(outpost.kill), house, seat, workers=[place], on_error="ignore"
            )

    def close(self, house: str) -> None:
        if self._client is not None:
            with suppress(Exception):  # the scheduler is gone
                self._client.run(Elsewhere(outpost.leave), house, on_error="ignore")
        self._let_go()

    def _let_go(self) -> None:
        client, self._client = self._client, None
        cluster, self._cluster = self._cluster, None
        atexit.unregister(self._let_go)
        with _unsaid():
            for end in (client, cluster):
                if end is not None:
                    with suppress(Exception):  # what could not be ended is said by whoever it is
                        end.close(timeout=_PATIENCE_SECONDS)


@contextmanager
def _unsaid() -> Iterator[None]:
    """A scheduler in this process says nothing of lost results meanwhile: nobody wants them."""
    logger = logging.getLogger("distributed.scheduler")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was_disabled


def answers(place: str) -> bool:
    """Does somebody, at this address of Dask's?"""
    host, _, port = place.partition("://")[2].rpartition(":")
    if not (host and port.isdigit()):
        return False
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH_SECONDS).close()
    except OSError:
        return False
    return True


def _refused(failure: BaseException) -> Refused:
    """What users are told of it."""
    match failure:
        case Refused():
            return failure
        case ModuleNotFoundError(name=str(name)):
            return lacking(name)
        case CancelledError():
            return Refused("the connection to the scheduler was lost", "")
        case TypeError() | OSError() if _is_of_tls(str(failure)):
            way_out = 'name the cluster\'s files as "tls_ca", "tls_cert" and "tls_key"'
            return Refused(str(failure), way_out)
        case ValueError():
            return Refused(f"{failure}", 'the address is one such as "tcp://node1:8786"')
        case OSError():  # TimeoutError, too
            why = f"nobody answers there: {failure}"
            return Refused(why, "see whether the scheduler runs, and what it says its address is")
        case _:
            return Refused(f"{type(failure).__name__}: {failure}", "")


def _is_of_tls(text: str) -> bool:
    return any(word in text for word in ("TLS", "SSL", "certificate", "ecurity"))
