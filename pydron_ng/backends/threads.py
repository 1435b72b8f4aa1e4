"""Workers that are threads of the program: for functions that release the GIL or wait."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Annotated, Literal

import msgspec

from pydron_ng.backends import cores
from pydron_ng.backends.base import Call, Capabilities, Events, Frame, Loop, WorkerId
from pydron_ng.backends.wire import Item, item
from pydron_ng.backends.worker import Outcomes, find, work


class Config(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="threads",
):
    """Worker threads of the program itself."""

    enabled: bool = True
    cores: Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"] = "auto"


def create(config: Config, performer: str) -> tuple[Threads, int]:
    """The backend, and how many workers it is to have."""
    return Threads(performer), cores.resolve(config.cores)


class Threads:
    """Worker threads; what they send waits in a queue of ours until the loop is rung for."""

    capabilities = Capabilities(kill=False, isolate=False, capture=False)

    def __init__(self, performer: str) -> None:
        self._performer = performer
        self._ids = map(WorkerId, count())
        self._workers: dict[WorkerId, WorkerThread] = {}
        self._bell: Bell | None = None

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
            self._bell = Bell()
            self._loop.register(self._bell.fileno(), self._collect, _never)
        worker = next(self._ids)
        thread = WorkerThread(worker, self._performer, self._bell)
        self._workers[worker] = thread  # first: an interrupt must not leave it unknown
        try:
            thread.start()
        except RuntimeError:
            del self._workers[worker]
            raise
        self._events.joined(worker)

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        if (thread := self._workers.get(worker)) is not None:
            thread.calls += sum(isinstance(frame, Call) for frame in frames)
            thread.items.put([item(frame) for frame in frames])

    def kill(self, worker: WorkerId) -> None:
        raise NotImplementedError("a thread cannot be ended from outside")

    def close(self) -> None:
        """End the threads; one that runs a call ends when that does, unheard."""
        bell, self._bell = self._bell, None
        if bell is not None:
            self._loop.unregister(bell.fileno())
            bell.close()
        for thread in self._workers.values():
            thread.items.put(None)
        for thread in self._workers.values():
            if not thread.calls and thread.is_alive():
                thread.join()
        self._workers.clear()

    def forget(self) -> None:
        if self._bell is not None:
            self._bell.close()

    def _collect(self) -> None:
        """Pass on what the threads have sent."""
        assert self._bell is not None
        for worker, outcomes in self._bell.answer():
            if isinstance(outcomes, str):
                del self._workers[worker]
                self._events.lost(worker, outcomes)
            else:
                self._workers[worker].calls -= len(outcomes)
                self._events.finished(worker, outcomes)


#: What a thread sends: outcomes, or why it ends.
Sent = tuple[WorkerId, Outcomes | str]


class Bell:
    """A queue that makes a descriptor readable while there is something in it."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque()
        self._rung = False
        self._closed = False
        self._pulling = threading.Lock()
        self._ear, self._rope = os.pipe()
        os.set_blocking(self._ear, False)

    def fileno(self) -> int:
        return self._ear

    def ring(self, sent: Sent) -> None:
        """Called by any thread; after ``close`` nobody listens."""
        self._sent.append(sent)
        if not self._rung:
            self._rung = True
            with self._pulling:
                if not self._closed:  # its number may be another file's by now
                    os.write(self._rope, b"\0")

    def answer(self) -> list[Sent]:
        with suppress(BlockingIOError):
            os.read(self._ear, 4096)
        self._rung = False  # before the queue is emptied: what comes later rings again
        return [self._sent.popleft() for _ in range(len(self._sent))]

    def close(self) -> None:
        with self._pulling:
            self._closed = True
        os.close(self._ear)
        os.close(self._rope)


class WorkerThread(threading.Thread):
    """One worker: performs what is put into ``items``, in order, until that is None."""

    is_pydron_worker = True

    def __init__(self, worker: WorkerId, performer: str, bell: Bell) -> None:
        super().__init__(name=f"pydron worker {worker}", daemon=True)
        self.items: queue.SimpleQueue[list[Item] | None] = queue.SimpleQueue()
        self.calls = 0  # submitted and not answered, as the driver knows
        self._worker = worker
        self._bell = bell
        self._perform = find(performer)("thread")

    def run(self) -> None:
        try:
            while (items := self.items.get()) is not None:
                work(self._perform, items, self._send)
        except BaseException:  # whatever it was, this worker is of no use any more
            self._bell.ring((self._worker, traceback.format_exc()))

    def _send(self, outcomes: Outcomes) -> None:
        self._bell.ring((self._worker, outcomes))


def _never() -> None:
    """A bell is never written to by the loop."""
