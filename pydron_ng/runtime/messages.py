"""What the state machine hears (events) and what it says (commands)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, NewType

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.limits import Limits

#: One of the machine's pools, and one of the hosts there.
Place = tuple[int, str]
#: Expected work in one message, where sending one costs next to nothing.
FRAME_SECONDS: Final = 0.001
#: What tasks have in common that only some workers may do.
Kind = NewType("Kind", int)
_NO_LIMITS: Final[Mapping[TaskId, Limits]] = MappingProxyType({})
_NOWHERE: Final[Mapping[TaskId, Place]] = MappingProxyType({})
_ANYWHERE: Final[Mapping[TaskId, Kind]] = MappingProxyType({})


class Pool(NamedTuple):
    """The workers of one backend."""

    workers: int
    can_kill: bool  # else a worker that runs for ever is left to itself
    can_recall: bool = False  # tasks that are sent and not begun can be taken back
    can_spare: bool = False  # there may be more workers than were asked for
    frame_seconds: float = FRAME_SECONDS  # so much work is best sent together


class Issued(NamedTuple):
    """Tasks to run, in this order, and the seconds that each is expected to take (0.0: unknown).

    coroutines: those among them of which a worker runs many at once.
    limits: of those among them that have limits of their own.
    near: of those among them that have something large to take along, where that is already.
    only: of those among them that only some workers may do, their kind.
    once: those among them that are given up where their worker dies, and never done twice.
    """

    tasks: Mapping[TaskId, float]
    coroutines: frozenset[TaskId] = frozenset()
    limits: Mapping[TaskId, Limits] = _NO_LIMITS
    near: Mapping[TaskId, Place] = _NOWHERE
    only: Mapping[TaskId, Kind] = _ANYWHERE
    once: frozenset[TaskId] = frozenset()


class Foreseen(NamedTuple):
    """Tasks are about to come: workers had better be there by then."""


class Dropped(NamedTuple):
    """Nobody wants these tasks any more; one that was started goes on, unheard."""

    tasks: Sequence[TaskId]


class Wanted(NamedTuple):
    """Somebody waits for this task: it goes before all others."""

    task: TaskId


class Finished(NamedTuple):
    worker: WorkerId
    tasks: Sequence[TaskId]


class Returned(NamedTuple):
    """The worker has not begun these, nor ever will."""

    worker: WorkerId
    tasks: Sequence[TaskId]


class WorkerJoined(NamedTuple):
    worker: WorkerId
    pool: int  # which of the pools that the machine was made for
    host: str = ""  # which of those of its pool it is on


class WorkerLost(NamedTuple):
    worker: WorkerId
    why: str
    with_host: bool = False  # and everything else there: perhaps not for what it ran


class Opened(NamedTuple):
    """There is one more pool."""

    pool: Pool


class Suited(NamedTuple):
    """The worker may do tasks of that kind, too, or may not do them any more."""

    worker: WorkerId
    kind: Kind
    fits: bool


class Removed(NamedTuple):
    """These workers are given nothing any more, and nobody is to come in their place.

    drains: they go on with what they are at; else they end with it.
    """

    workers: Collection[WorkerId]
    drains: bool


class Coming(NamedTuple):
    """So many more workers of the pool will join than were asked for."""

    pool: int
    workers: int


class StartFailed(NamedTuple):
    """So many workers of the pool will not join."""

    pool: int
    workers: int
    why: str


class Overdue(NamedTuple):
    """Nobody has wanted these for a while; workers that still run one are to be had back."""

    tasks: Sequence[TaskId]


class Late(NamedTuple):
    """The worker was to be watched, and the task's time is over."""

    worker: WorkerId
    task: TaskId


class Stalled(NamedTuple):
    """Short tasks were sent to the worker together, and nothing was heard of it for long."""

    worker: WorkerId


class Waits(NamedTuple):
    """The worker's call waits for one that another worker makes, or does not any more."""

    worker: WorkerId
    waits: bool


class Waited(NamedTuple):
    """Somebody has waited for as long as he likes."""


class Mute(NamedTuple):
    """Nobody has said what the place stands for."""

    place: TaskId


class Slow(NamedTuple):
    """The worker is at the task for much longer than such a task takes."""

    worker: WorkerId
    task: TaskId


class Start(NamedTuple):
    worker: WorkerId
    tasks: Sequence[TaskId]


class Watch(NamedTuple):
    """The task begins now; the machine is to hear if it has not ended after so many seconds."""

    worker: WorkerId
    task: TaskId
    seconds: float


class StartWorkers(NamedTuple):
    pool: int
    workers: int


class GiveUp(NamedTuple):
    """The task will not be run (again)."""

    task: TaskId
    why: str
    deadly: bool = False  # it killed its workers, every time
    late: bool = False  # it took too long, every time


class Kill(NamedTuple):
    worker: WorkerId


class TakeBack(NamedTuple):
    """What the worker has not begun is to come back: Returned follows."""

    worker: WorkerId


class Cancel(NamedTuple):
    """Nobody wants this coroutine: it is to end; it is heard of all the same."""

    worker: WorkerId
    task: TaskId


class Redundant(NamedTuple):
    """These have been done; if somebody else is at one of them for long, they are overdue."""

    tasks: Sequence[TaskId]


Event = (
    Issued
    | Foreseen
    | Dropped
    | Wanted
    | Finished
    | Returned
    | WorkerJoined
    | WorkerLost
    | Coming
    | StartFailed
    | Opened
    | Suited
    | Removed
    | Overdue
    | Late
    | Stalled
    | Slow
    | Waits
    | Mute
    | Waited
)
Command = Start | Watch | StartWorkers | GiveUp | Kill | TakeBack | Cancel | Redundant
