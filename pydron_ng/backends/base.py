"""The seam between the runtime, which decides, and the backends, which run bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol

from pydron_ng.values.blob import Blob as Blob
from pydron_ng.values.blob import Token as Token

TaskId = NewType("TaskId", int)
WorkerId = NewType("WorkerId", int)


@dataclass(frozen=True, slots=True)
class Define:
    """A function or class that later calls refer to by its token; sent once per worker."""

    token: Token
    blob: Blob


@dataclass(frozen=True, slots=True)
class Settings:
    """The program's surroundings (directory, environment ...); in force for all later calls."""

    blob: Blob


@dataclass(frozen=True, slots=True)
class Call:
    """One call to perform; answered by exactly one outcome or by the loss of the worker."""

    task: TaskId
    blob: Blob


Frame = Define | Settings | Call


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; the contract suite holds it to that."""

    kill: bool  # a running call can be ended (its worker with it)
    isolate: bool  # a call cannot touch the program's own objects or process-wide state
    capture: bool  # output at the level of file descriptors is seen


class Performer(Protocol):
    """The worker's side: the runtime's own code, named to the worker as ``module:attribute``."""

    def define(self, token: Token, blob: Blob) -> None: ...
    def settings(self, blob: Blob) -> None: ...
    def perform(self, blob: Blob) -> Blob: ...


class Events(Protocol):
    """What a backend tells the driver; called in the driver's loop only."""

    def joined(self, worker: WorkerId) -> None: ...
    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None: ...
    def lost(self, worker: WorkerId, reason: str) -> None: ...

    def unstarted(self, count: int, reason: str) -> None:
        """`count` of the workers that ``start`` was asked for will never join."""


class Loop(Protocol):
    """The driver's I/O loop, as backends see it: who waits for what to become ready."""

    def register(
        self, fd: int, on_readable: Callable[[], object], on_writable: Callable[[], object]
    ) -> None: ...
    def want_write(self, fd: int, wanted: bool) -> None: ...
    def unregister(self, fd: int) -> None: ...


class Backend(Protocol):
    """Runs frames on workers. Placement, retries and order belong to ``runtime/state.py``.

    After ``submit`` of a Call exactly one of ``finished`` (naming the task) or ``lost``
    (naming the worker) follows. No method blocks, ``close`` apart.
    """

    capabilities: Capabilities

    def start(self, count: int, events: Events, loop: Loop) -> None:
        """Begin to start `count` workers; each announces itself by ``events.joined``."""

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None: ...

    def kill(self, worker: WorkerId) -> None:
        """End a worker and what it runs; ``lost`` follows. Only where capabilities.kill."""

    def close(self) -> None:
        """End all workers; idempotent; nothing is left behind: no process, descriptor, file."""

    def forget(self) -> None:
        """In a forked child: close the descriptors, say nothing, touch no worker."""
