"""Workers that are processes of this machine: fresh interpreters, one stream each."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Literal

from pydron_ng.backends import cores
from pydron_ng.backends.base import Blob, Call, Capabilities, Events, Frame, Loop, WorkerId
from pydron_ng.backends.common import Common, Labels
from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.exchange import ProgramEnd
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.launch import Crew, LauncherLink
from pydron_ng.backends.outfit import hand_out
from pydron_ng.backends.permits import Permits
from pydron_ng.backends.station import Station
from pydron_ng.backends.telling import tell
from pydron_ng.backends.vitals import Vitals
from pydron_ng.backends.wire import Inbox, Item, Outbox, encode, item
from pydron_ng.errors import ConfigError
from pydron_ng.memory.arena import is_possible


class Config(Common, frozen=True, kw_only=True, tag="multicore"):
    """Worker processes on this machine."""

    blas_threads: Literal["limit", "keep"] = "limit"


def create(config: Config, performer: str) -> tuple[Multicore, int]:
    """The backend, and how many workers it is to have. Raises: ConfigError."""
    if sys.platform == "win32":
        raise ConfigError('"multicore" does not run on Windows: use {"type": "threads"}')
    workers = cores.resolve(config.cores)
    limits = {} if config.blas_threads == "keep" else cores.thread_limits(workers)
    return Multicore(performer, limits, config.labels), workers


def stations(config: Config) -> list[Station]:
    """The machine that it runs on."""
    one = Config(cores=1, blas_threads=config.blas_threads)
    return [Station("this machine", one, workers=cores.resolve(config.cores))]


class Multicore:
    """Worker processes, started and buried by a launcher process."""

    capabilities = Capabilities(
        kill=True, isolate=True, capture=True, share=is_possible(), recall=True, spare=True
    )
    is_awaited = False

    def __init__(self, performer: str, limits: Mapping[str, str], labels: Labels = ()) -> None:
        self._performer = performer
        self._labels = labels
        self._vitals = Vitals()
        self._own = dict(limits)
        self._ids = map(WorkerId, count())
        self._workers: dict[WorkerId, _Process] = {}
        self._by_pid: dict[int, WorkerId] = {}
        self._crew: Crew | None = None

    def start(self, count: int, events: Events, loop: Loop) -> None:
        self._events, self._loop = events, loop
        if self._crew is None:
            self._crew = Crew(lambda: LauncherLink(self._performer, self._own), self, loop)
        self._crew.start(count)

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        if (process := self._workers.get(worker)) is not None:
            if process.permits is not None:
                process.permits.grant([frame.task for frame in frames if type(frame) is Call])
            process.put([item(frame) for frame in frames])
            self._write(process)

    def take_back(self, worker: WorkerId) -> None:
        process = self._workers.get(worker)
        if process is not None and process.permits is not None:
            self._events.returned(worker, process.permits.take_back())

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        process = self._workers.get(worker)
        if process is None or process.stream.fileno() < 0 or process.heard == wanted:
            return
        process.heard = wanted
        if wanted:
            self._hear(worker, process)
        else:
            self._loop.unregister(process.stream.fileno())

    def place_of(self, blob: Blob) -> str:  # noqa: ARG002  no host keeps anything
        return ""

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        if (process := self._workers.get(worker)) is None:
            return None
        host, vitals = self._vitals.host(), self._vitals.process(process.pid)
        return WorkerInfo(worker, self._labels, host, process.pid, *vitals, *process.traffic)

    def kill(self, worker: WorkerId) -> None:
        if self._crew is not None and worker in self._workers:
            self._crew.kill(self._workers[worker].pid)

    def release(self, host: str) -> None:
        """Nothing is kept for a host."""

    def close(self) -> None:
        crew, self._crew = self._crew, None
        for process in self._workers.values():
            self._disconnect(process)
            process.bury()
        self._workers.clear()
        if crew is not None:
            crew.close()

    def forget(self) -> None:
        for process in self._workers.values():
            process.close()
            process.bury()
        if self._crew is not None:
            self._crew.forget()

    # --- what the crew tells ---

    def joined(self, pid: int, descriptor: int) -> None:
        stream = Stream(descriptor)
        try:
            process = _Process(pid, stream, Permits() if self._events.recalls else None)
        except OSError:
            stream.close()
            assert self._crew is not None
            self._crew.turn_away(pid)
            return
        worker = next(self._ids)
        self._workers[worker] = process
        self._by_pid[pid] = worker
        self._hear(worker, process)
        self._events.joined(worker)

    def _hear(self, worker: WorkerId, process: _Process) -> None:
        descriptor = process.stream.fileno()
        self._loop.register(
            descriptor, lambda: self._read(worker, process), lambda: self._write(process)
        )
        if process.blocked:
            self._loop.want_write(descriptor, wanted=True)

    def ended(self, pid: int, why: str) -> None:
        """A process ended: what it had still said counts, then it is lost."""
        if (worker := self._by_pid.pop(pid, None)) is None:
            return
        self._vitals.forget(pid)
        process = self._workers[worker]
        while process.stream.fileno() >= 0 and self._read(worker, process):
            pass
        self._disconnect(process)
        self.take_back(worker)
        process.bury()
        del self._workers[worker]
        self._events.lost(worker, why)

    def unstarted(self, count: int, why: str) -> None:
        self._events.unstarted(count, why)

    # --- what the workers say ---

    def _read(self, worker: WorkerId, process: _Process) -> bool:
        """Take what has come; False when there is nothing more (for now, or for good)."""
        process.stream.check()
        try:
            items = process.pull()
        except BlockingIOError:
            return False
        except (EOFError, ConnectionError):
            self._disconnect(process)
            self.kill(worker)  # it may live on without a stream
            return False
        if items:
            tell(self._events, worker, items)
        return True

    def _write(self, process: _Process) -> None:
        if process.stream.fileno() < 0:
            return
        process.stream.check()
        try:
            blocked = not process.outbox.push(process.stream)
        except ConnectionError:
            return  # it has died: the launcher reports it
        if blocked is not process.blocked:
            process.blocked = blocked
            if process.heard:
                self._loop.want_write(process.stream.fileno(), blocked)

    def _disconnect(self, process: _Process) -> None:
        if (descriptor := process.stream.fileno()) >= 0:
            self._loop.unregister(descriptor)
            process.close()


class _Process:
    """One worker process, as the program sees it.

    heard: what it says is taken. permits: to begin calls; None: it begins all.
    """

    __slots__ = ("_exchange", "_inbox", "blocked", "heard", "outbox", "permits", "pid", "stream")

    def __init__(self, pid: int, stream: Stream, permits: Permits | None) -> None:
        stream.setblocking(False)
        self.pid = pid
        self.stream = stream
        self.permits = permits
        self.outbox = Outbox()
        self.blocked = False
        self.heard = True
        self._inbox = Inbox()
        self._exchange = ProgramEnd(hand_out(stream, permits))

    def put(self, items: list[Item]) -> None:
        self.outbox.put(encode(self._exchange.outgoing(items)))

    def pull(self) -> list[Item]:
        """Raises: EOFError, BlockingIOError."""
        return self._exchange.incoming(self._inbox.pull(self.stream))

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes sent and received."""
        return self.outbox.sent, self._inbox.received

    def close(self) -> None:
        """Its permits stay: they tell what it had begun."""
        self.stream.close()
        self._exchange.close()

    def bury(self) -> None:
        """Nobody asks any more what it had begun."""
        if self.permits is not None:
            self.permits.close()
