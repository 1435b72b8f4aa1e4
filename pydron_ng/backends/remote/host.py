"""One host as the program sees it: the stream to its relay, and its workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydron_ng.backends.base import Loop, WorkerId
from pydron_ng.backends.detached import Detached
from pydron_ng.backends.info import HostInfo, WorkerInfo
from pydron_ng.backends.remote.frames import Frame, Frames, Kind, cut, frame
from pydron_ng.backends.remote.packages import Packages
from pydron_ng.backends.remote.plan import Plan
from pydron_ng.backends.remote.shelf import Dealings, Shelf
from pydron_ng.backends.vitals import FRESH_SECONDS, ProcessVitals
from pydron_ng.backends.wire import Inbox, Item, Outbox, encode


class Link:
    """The stream to a relay that has been told where to go. Raises: OSError."""

    def __init__(self, order: bytes, loop: Loop, heard: Callable[[], object]) -> None:
        """heard: called when there is something to be pulled."""
        self._relay = Detached("pydron_ng.backends.remote.relay", [], os.environ)
        self._stream = self._relay.stream
        self._stream.setblocking(False)
        self._loop = loop
        self._frames = Frames()
        self._outbox = Outbox()
        self._is_blocked = False
        loop.register(self._stream.fileno(), heard, self._push)
        self.send([order])

    def send(self, buffers: Iterable[bytes | memoryview]) -> None:
        self._outbox.put(buffers)
        self._push()

    def pull(self) -> Sequence[Frame]:
        """What has come; to be used before the next time. Raises: EOFError, BlockingIOError."""
        self._stream.check()
        try:
            return self._frames.pull(self._stream)[1]
        except ConnectionError:
            raise EOFError from None

    def last_words(self) -> str:
        return self._relay.last_words()

    def hang_up(self) -> None:
        self._loop.unregister(self._stream.fileno())
        self._relay.hang_up()

    def close(self) -> None:
        """Returns when all is gone that was started, or cannot be reached."""
        self._relay.close()

    def forget(self) -> None:
        self._relay.forget()

    def _push(self) -> None:
        if self._stream.fileno() < 0:
            return
        self._stream.check()
        try:
            blocked = not self._outbox.push(self._stream)
        except ConnectionError:
            return  # whoever reads will notice
        if blocked is not self._is_blocked:
            self._is_blocked = blocked
            self._loop.want_write(self._stream.fileno(), blocked)


#: So many attempts in vain are no reason to do without a host that was there.
_PATIENCE = 5


class Host:
    """Where it stands. Workers go by their process ids there.

    cores: how many workers it is to have; None as long as nobody knows.
    wanted: workers that were asked for and have not come.
    beyond: those for which it has no cores; it may have them the next time.
    failures: attempts in vain since it was last there, and why the last one was.
    hopeless: it is not tried any more.
    shelf: what it keeps, since it is there.
    vitals: how it was when it last said so.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.packages = Packages(plan)
        self.cores = plan.cores
        self.wanted = self.beyond = 0
        self.failures = 0
        self.hopeless = False
        self.why = ""
        self.is_up = self.was_up = False
        self.link: Link | None = None
        self.shelf = Shelf("", 0)
        self.workers: dict[int, RemoteWorker] = {}
        self.vitals: HostInfo | None = None
        self._asked_at: float | None = None  # it has not answered yet

    @property
    def free(self) -> int:
        """How many more workers it may have."""
        return (self.cores or 1) - len(self.workers) - self.wanted

    def is_called(self, name: str) -> None:
        """Nobody could know before it was there."""
        self.plan = replace(self.plan, name=name)
        self.packages = Packages(self.plan)

    def came(self, cores: int) -> int:
        """It is there, and gives so many cores; how many more that is than were asked for."""
        self.is_up, self.was_up, self.failures = True, True, 0
        asked = self.wanted + self.beyond
        self.cores = self.wanted = cores
        self.beyond = max(0, asked - cores)
        return max(0, cores - asked)

    def ask(self, count: int) -> None:
        """Have workers started; now, if it is there."""
        if self.is_up and self.link is not None and count:
            self.link.send([frame(Kind.START, count)])

    def look(self) -> None:
        """Have it say how it is, unless it has just done so, or is about to."""
        now = time.time()
        is_fresh = self.vitals is not None and 0 <= now - self.vitals.at < FRESH_SECONDS
        if self.is_up and self.link is not None and self._asked_at is None and not is_fresh:
            self._asked_at = now
            self.link.send([frame(Kind.VITALS)])

    def tells(self, host: Sequence[Any], workers: Mapping[str, Sequence[Any]]) -> None:
        """It has said how it is: when it was asked, or later, even if nobody has listened since."""
        at, self._asked_at = self._asked_at or time.time(), None
        self.vitals = HostInfo(*host)._replace(name=self.plan.name, at=at)
        for pid, vitals in workers.items():
            if (worker := self.workers.get(int(pid))) is not None:
                worker.vitals = ProcessVitals(*vitals)

    def leaves(self) -> None:
        """It is not there, or not any more."""
        self.is_up, self._asked_at = False, None
        self.shelf = Shelf("", 0)

    @property
    def is_awaited(self) -> bool:
        """Is it on its way for the first time, and nothing to be done without it?"""
        return self.plan.required and not self.was_up and self.link is not None

    @property
    def is_promising(self) -> bool:
        """Is it there, or on its way and has not failed yet, or not for long?"""
        if self.hopeless or self.is_up:
            return self.is_up
        if self.was_up:
            return bool(self.wanted or self.beyond) and self.failures <= _PATIENCE
        return self.link is not None and not self.failures


class RemoteWorker:
    """One worker: what it is sent, and the messages that its bytes make up."""

    __slots__ = ("_dealings", "_host", "_inbox", "_link", "_pid", "_sent", "id", "vitals")

    def __init__(self, number: WorkerId, pid: int, host: Host) -> None:
        """host: is there."""
        assert host.link is not None
        self.id = number
        self.vitals = ProcessVitals()
        self._host = host
        self._dealings = Dealings(host.shelf)
        self._pid = pid
        self._link = host.link
        self._inbox = Inbox()
        self._sent = 0

    def info(self) -> WorkerInfo:
        """How it was when its host last said so; that is asked again."""
        host = self._host
        assert host.vitals is not None  # it says that before it has any workers
        host.look()
        traffic = self._sent, self._inbox.received
        return WorkerInfo(self.id, host.plan.labels, host.vitals, self._pid, *self.vitals, *traffic)

    def put(self, items: Sequence[Item]) -> None:
        buffers = encode(self._dealings.outgoing(items))
        self._sent += sum(map(len, buffers))
        self._link.send(cut(Kind.DATA, self._pid, buffers))

    def kill(self) -> None:
        self._link.send([frame(Kind.KILL, self._pid)])

    def listen(self, *, wanted: bool) -> None:
        self._link.send([frame(Kind.HEAR if wanted else Kind.HOLD, self._pid)])

    def feed(self, data: memoryview) -> list[Item]:
        """The items that these bytes complete."""
        piece = _Piece(data)
        items: list[Item] = []
        while piece.rest:
            items += self._inbox.pull(piece)
        return self._dealings.incoming(items)

    def close(self) -> None:
        """It is no more."""
        self._dealings.close()


class _Piece:
    """Bytes that are there, read as a stream is."""

    __slots__ = ("rest",)

    def __init__(self, data: memoryview) -> None:
        self.rest = data

    def recv_into(self, buffer: bytearray | memoryview, /) -> int:
        count = min(len(self.rest), len(buffer))
        buffer[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count
