"""The seam between the runtime, which decides, and the backends, which run bytes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, NewType, Protocol

from pydron_ng.backends.info import WorkerInfo
from pydron_ng.memory.arena import Arena
from pydron_ng.values.blob import Blob as Blob
from pydron_ng.values.blob import Token as Token

TaskId = NewType("TaskId", int)
WorkerId = NewType("WorkerId", int)


class Define(NamedTuple):
    """A function or class that later calls refer to by its token; sent once per worker."""

    token: Token
    blob: Blob


class Settings(NamedTuple):
    """The program's surroundings (directory, environment ...); in force for all later calls."""

    blob: Blob


class Call(NamedTuple):
    """One call to perform; answered by exactly one outcome or by the loss of the worker.

    Calls of coroutine functions go on beside each other; each says when it first lets others run.
    A worker that has some is not given any other call.
    """

    task: TaskId
    blob: Blob


class Welcome(NamedTuple):
    """The worker's calls may hand calls on to others; sent before all else, or never."""

    blob: Blob


class Answer(NamedTuple):
    """To a call that goes on: what its performer hears of those whom it has asked for something.

    It comes to nothing if the call has ended.
    """

    task: TaskId
    blob: Blob  # never empty


class Cancel(NamedTuple):
    """A coroutine that nobody wants is to end; its outcome follows all the same."""

    task: TaskId


Frame = Define | Settings | Call | Cancel | Welcome | Answer

#: A remark: the coroutine has let others run for the first time.
SUSPENDED: Blob = (b"\0suspended",)

#: Makes a remark on a call before there is an outcome. Any thread may; it waits while nobody hears.
Say = Callable[[Blob], None]


class Conversation(Protocol):
    """What the performer of a call says and hears while that goes on: remarks up, answers down.

    Remarks arrive in their order, and before the outcome, if they were made before ``close``.
    """

    def open(self, heard: Callable[[Blob], None]) -> None:
        """From now on `heard` is called with each answer, by a thread of its own.

        The last one is empty if nothing can be heard any more. Raises: OSError, RuntimeError.
        """

    def say(self, remark: Blob) -> None:
        """Make a remark on the call, at once; only while it is open."""

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        """Have that thread do `work` after a while, in place of what it was to do then."""

    def call_off(self) -> None:
        """Have it not done."""

    def close(self) -> None:
        """Nothing is heard any more when it returns."""

    def rest(self) -> None:
        """A fork is about to happen: there is no such thread meanwhile."""

    def resume(self) -> None:
        """The fork has happened."""


class Capabilities(NamedTuple):
    """What a backend can do; the contract suite holds it to that."""

    kill: bool  # a running call can be ended (its worker with it)
    isolate: bool  # a call cannot touch the program's own objects or process-wide state
    capture: bool  # output at the level of file descriptors is seen
    share: bool = False  # parts of blobs in shared memory are not sent, they are seen
    keep: bool = False  # hosts keep large parts, and are not sent them again
    converse: bool = True  # a worker hears, and is heard, while it is at work; else before or after
    roams: bool = False  # any of several processes makes a worker's next call
    frame_seconds: float = 0.001  # so much work makes a message to a worker worth its way
    recall: bool = False  # calls that were sent can be taken back, as long as they are not begun
    spare: bool = False  # there may be more workers than were asked for, if some of these wait

    @property
    def hands_on(self) -> bool:
        """Can calls hand calls on to the other workers that are on the same host?"""
        return self.isolate and self.kill and self.converse and not self.roams


class Performer(Protocol):
    """The worker's side: the runtime's own code, named to the worker as ``module:attribute``.

    hold_seconds: so long outcomes are held back at most, so that those of short calls travel
        together; 0.0: each is sent before the next call begins.
    """

    @property
    def hold_seconds(self) -> float: ...
    def share(self, arena: Arena) -> None:
        """Large parts of outcomes may be put there instead of into the blob."""

    def dwell(self, folder: str) -> None:
        """Files may be kept there. It is made by who needs it, and removed after the worker."""

    def define(self, token: Token, blob: Blob) -> None: ...
    def settings(self, blob: Blob) -> None: ...
    def perform(self, blob: Blob, say: Say) -> Blob | Coroutine[Any, Any, Blob]:
        """The outcome; of a coroutine function what is to be awaited for it, on a loop of its own.

        That is stepped through like any coroutine; it suspends when the function does.
        say: for remarks of its own on this call; they arrive before the outcome, in order.
        """

    def nest(self, conversation: Conversation, told: Blob) -> None:
        """Calls may hand calls on from now on. told: what the program has to say about it."""


class Events(Protocol):
    """What a backend tells the driver; called in the driver's loop only."""

    @property
    def recalls(self) -> bool:
        """Are calls going to be taken back? Else no worker need ask for any whether it still is."""

    def joined(self, worker: WorkerId, host: str = "") -> None:
        """host: tells it from the workers of other hosts; they may be slower, or be lost."""

    def coming(self, count: int) -> None:
        """So many more will join than ``start`` was asked for."""

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None: ...
    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        """These calls it has not begun, nor ever will."""

    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None:
        """Something was said of calls that go on: SUSPENDED, or what their performer says."""

    def lost(self, worker: WorkerId, reason: str, *, with_host: bool = False) -> None:
        """with_host: together with all others there; what it ran may have nothing to do with it."""

    def unstarted(self, count: int, reason: str) -> None:
        """`count` of the workers that ``start`` was asked for will never join."""

    def refused(self, reason: str) -> None:
        """The user does not want anything to be done without a host that is not to be had."""


class Loop(Protocol):
    """The driver's I/O loop, as backends see it: who waits for what to become ready."""

    def register(
        self, fd: int, on_readable: Callable[[], object], on_writable: Callable[[], object]
    ) -> None: ...
    def want_write(self, fd: int, wanted: bool) -> None: ...
    def unregister(self, fd: int) -> None: ...


class Backend(Protocol):
    """Runs frames on workers. Placement, retries and order belong to ``runtime/state.py``.

    After ``submit`` of a Call exactly one of ``finished`` and ``returned`` (naming the task) or
    ``lost`` (naming the worker) follows; before that, any number of remarks on it.
    No method blocks, ``close`` apart.
    """

    capabilities: Capabilities

    @property
    def is_awaited(self) -> bool:
        """Is a host on its way that nothing is to be done without?"""

    def start(self, count: int, events: Events, loop: Loop) -> None:
        """Begin to start `count` workers; each announces itself by ``events.joined``.

        There may be more of them, where nobody knew how many cores a host has.
        """

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None: ...

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        """Whether what it says is taken. Where it is not, the worker soon has to wait."""

    def place_of(self, blob: Blob) -> str:
        """The host that keeps most of it, by the name that its workers joined with, or none.

        Only where capabilities.keep.
        """

    def take_back(self, worker: WorkerId) -> None:
        """Take back what it has not begun; ``returned`` follows. Only where capabilities.recall."""

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        """How it is, as far as is known by now; None: it is no more.

        Another host is asked to tell how it is now; that is known as soon as it has answered.
        """

    def kill(self, worker: WorkerId) -> None:
        """End a worker and what it runs; ``lost`` follows. Only where capabilities.kill."""

    def release(self, host: str) -> None:
        """Nobody is to work there any more, and nobody does."""

    def close(self) -> None:
        """End all workers; idempotent; nothing is left behind: no process, descriptor, file."""

    def forget(self) -> None:
        """In a forked child: close the descriptors, say nothing, touch no worker."""
