"""Workers that are threads of the program: for functions that release the GIL or wait."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from pydron_ng.backends import cores
from pydron_ng.backends.base import (
    Blob,
    Call,
    Capabilities,
    Events,
    Frame,
    Loop,
    WorkerId,
)
from pydron_ng.backends.common import Common, Labels
from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.start import start
from pydron_ng.backends.station import Station
from pydron_ng.backends.telling import tell
from pydron_ng.backends.vitals import Vitals
from pydron_ng.backends.wire import Item, item, subject
from pydron_ng.backends.worker import Work, find

if TYPE_CHECKING:
    import asyncio


class Config(Common, frozen=True, kw_only=True, tag="threads"):
    """Worker threads of the program itself."""


def create(config: Config, performer: str) -> tuple[Threads, int]:
    """The backend, and how many workers it is to have."""
    return Threads(performer, config.labels), cores.resolve(config.cores)


def stations(config: Config) -> list[Station]:
    """The program itself."""
    one = Config(cores=1)
    return [Station("threads of the program", one, workers=cores.resolve(config.cores))]


class Threads:
    """Worker threads; what they send waits in a queue of ours until the loop is rung for."""

    capabilities = Capabilities(kill=False, isolate=False, capture=False)
    is_awaited = False

    def __init__(self, performer: str, labels: Labels = ()) -> None:
        self._performer = performer
        self._labels = labels
        self._vitals = Vitals()
        self._ids = map(WorkerId, count())
        self._workers: dict[WorkerId, WorkerThread] = {}
        self._bell: _Queue | None = None

    def start(self, count: int, events: Events, loop: Loop) -> None:
        self._events, self._loop = events, loop
        for started in range(count):
            try:
                self._start()
            except (RuntimeError, OSError, ImportError, AttributeError) as error:
                # No thread, no descriptor, no such performer; not what a signal handler raises.
                if isinstance(error, OSError) and error.errno is None:
                    raise
                events.unstarted(count - started, f"cannot start a worker thread: {error!r}")
                return

    def _start(self) -> None:
        if self._bell is None:
            self._bell = _Queue()
            self._loop.register(self._bell.fileno(), self._collect, _never)
        worker = next(self._ids)
        thread = WorkerThread(worker, self._performer, self._bell)
        self._workers[worker] = thread  # first: an interrupt must not leave it unknown
        try:
            start(thread)
        except RuntimeError:
            del self._workers[worker]
            raise
        self._events.joined(worker)

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        if (thread := self._workers.get(worker)) is not None:
            thread.calls += sum(isinstance(frame, Call) for frame in frames)
            thread.put([item(frame) for frame in frames])

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        if (thread := self._workers.get(worker)) is not None:
            thread.listen(wanted=wanted)

    def place_of(self, blob: Blob) -> str:  # noqa: ARG002  no host keeps anything
        return ""

    def take_back(self, worker: WorkerId) -> None:
        raise NotImplementedError("a thread has begun what it was given, or is about to")

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        if worker not in self._workers:
            return None
        host, vitals = self._vitals.host(), self._vitals.process(os.getpid())
        return WorkerInfo(worker, self._labels, host, os.getpid(), *vitals, 0, 0)

    def kill(self, worker: WorkerId) -> None:
        raise NotImplementedError("a thread cannot be ended from outside")

    def release(self, host: str) -> None:
        """Nothing is kept for a host."""

    def close(self) -> None:
        """End the threads; one that runs a call ends when that does, unheard."""
        bell, self._bell = self._bell, None
        if bell is not None:
            self._loop.unregister(bell.fileno())
            bell.close()
        for thread in self._workers.values():
            thread.listen(wanted=True)
            thread.put(None)
        for thread in self._workers.values():
            if not thread.calls and thread.is_alive():
                thread.join()
        self._workers.clear()

    def forget(self) -> None:
        if self._bell is not None:
            self._bell.forget()

    def _collect(self) -> None:
        """Pass on what the threads have sent."""
        assert self._bell is not None
        for worker, items in self._bell.answer():
            if isinstance(items, str):
                del self._workers[worker]
                self._events.lost(worker, items)
            else:
                self._workers[worker].calls -= sum(map(_is_outcome, items))
                tell(self._events, worker, items)


def _is_outcome(one: Item) -> bool:
    return isinstance(one[0], int) and subject(one[0]) is None


#: What a thread sends: outcomes and remarks, or why it ends.
Sent = tuple[WorkerId, list[Item] | str]


class _Queue:
    """A queue that makes a descriptor readable while there is something in it."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque()
        self._rung = False
        self._closed = False
        self._pulling = threading.Lock()
        self._bell = Bell()

    def fileno(self) -> int:
        return self._bell.fileno()

    def ring(self, sent: Sent) -> None:
        """Called by any thread; after ``close`` nobody listens."""
        self._sent.append(sent)
        if not self._rung:
            self._rung = True
            with self._pulling:
                if not self._closed:
                    self._bell.ring()

    def answer(self) -> list[Sent]:
        self._bell.hear()
        self._rung = False  # before the queue is emptied: what comes later rings again
        return [self._sent.popleft() for _ in range(len(self._sent))]

    def close(self) -> None:
        with self._pulling:
            self._closed = True
        self._bell.close()

    def forget(self) -> None:
        """In a forked child, where a thread that is not there may hold the lock for ever."""
        self._bell.close()


class WorkerThread(threading.Thread):
    """One worker: performs the items that are put, in order, until that is None."""

    is_pydron_worker = True

    def __init__(self, worker: WorkerId, performer: str, bell: _Queue) -> None:
        super().__init__(name=f"pydron worker {worker}", daemon=True)
        self._items: queue.SimpleQueue[list[Item] | None] = queue.SimpleQueue()
        self._call_soon: Callable[[Callable[[], None]], object] | None = None  # while a loop runs
        self._something: Callable[[], None] = _never
        self._is_heard = threading.Event()
        self._is_heard.set()
        self.calls = 0  # submitted and not answered, as the driver knows
        self._worker = worker
        self._bell = bell
        self._perform = find(performer)("thread")

    def put(self, items: list[Item] | None) -> None:
        """Called by another thread."""
        self._items.put(items)
        if (call_soon := self._call_soon) is not None:
            with suppress(RuntimeError):  # the loop has just ended
                call_soon(self._something)

    def listen(self, *, wanted: bool) -> None:
        """Whether what it says is taken; else it waits."""
        self._is_heard.set() if wanted else self._is_heard.clear()

    def run(self) -> None:
        work = Work(self._perform, self._send)
        try:
            while (items := self._items.get()) is not None:
                work.do(items)
                work.finish(self._attach, lambda: self._take_all(work))
        except BaseException:  # whatever it was, this worker is of no use any more
            self._bell.ring((self._worker, traceback.format_exc()))
        finally:
            work.close()

    def _attach(
        self, loop: asyncio.AbstractEventLoop, something: Callable[[], None]
    ) -> Callable[[], object]:
        self._something, self._call_soon = something, loop.call_soon_threadsafe
        loop.call_soon(something)  # what was put before that
        return self._detach

    def _detach(self) -> None:
        self._call_soon = None

    def _take_all(self, work: Work) -> None:
        while True:
            try:
                items = self._items.get_nowait()
            except queue.Empty:
                return
            if items is None:
                self._items.put(None)  # what runs is seen through
                return
            work.do(items)

    def _send(self, items: list[Item]) -> None:
        if not self._is_heard.is_set():
            self._is_heard.wait()
        self._bell.ring((self._worker, items))


def _never() -> None:
    """A bell is never written to by the loop."""
