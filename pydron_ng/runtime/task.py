"""A task: one issued call, as the driver and the activations share it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from pydron_ng.backends.base import Blob, TaskId, Token, WorkerId
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.messages import Kind

#: No worker, and no task.
NOBODY, NONE = WorkerId(-1), TaskId(-1)


class TaskState(Enum):
    """Where a task stands, as its activation sees it."""

    READY = auto()
    RUNNING = auto()
    SETTLED = auto()
    DROPPED = auto()


class Task:
    """One call that is ready to run: its bytes, then its outcome. Mutated by the driver only.

    label: function and arguments, shortened, for messages.
    settle: called once by the driver, under the session's lock, when ``outcome`` or
        ``lost`` is set.
    deadly: it was given up because it killed every worker that it was given to, or because a host
        is not to be had that is required.
    was_late: it was given up because it took too long.
    seconds: the expected time of the call; 0.0 where nothing is known.
    limits: how long it may take, how often it is tried; None: as usual.
    elapsed: seconds until its outcome was here, all that it took to get there and back included.
    worker: who answered; -1 before.
    kind: what it has in common with others that only some workers may do; None: all may.
    is_coroutine: the worker runs it beside others. has_suspended: it has let them run.
    """

    __slots__ = (
        "_blob",
        "deadly",
        "elapsed",
        "has_suspended",
        "id",
        "is_coroutine",
        "kind",
        "label",
        "limits",
        "lost",
        "outcome",
        "seconds",
        "settle",
        "state",
        "tokens",
        "was_late",
        "worker",
    )

    def __init__(
        self,
        id: TaskId,  # noqa: A002  the field's word
        blob: Blob,
        tokens: tuple[Token, ...],
        label: Callable[[], str],
        settle: Callable[[Task], None],
        seconds: float = 0.0,
        *,
        is_coroutine: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.id = id
        self._blob = blob
        self.tokens = tokens
        self.label = label
        self.settle = settle
        self.seconds = seconds
        self.limits = limits
        self.state = TaskState.READY
        self.outcome: Blob | None = None
        self.lost: str | None = None
        self.deadly = self.was_late = False
        self.elapsed = 0.0
        self.worker = NOBODY
        self.is_coroutine = is_coroutine
        self.kind: Kind | None = None
        self.has_suspended = False

    def remark(self, remark: Blob) -> None:  # noqa: ARG002  there is no other one
        """Its worker says something of it: that it has let others run."""
        self.has_suspended = True

    @property
    def size(self) -> int:
        """How many calls there are in it."""
        return 1

    @property
    def expected(self) -> float:
        """Seconds until its outcome is here, by all that is known now; 0.0: nobody knows."""
        return self.seconds

    @property
    def parts(self) -> Blob:
        """What it takes along, as far as that may be large."""
        return self._blob

    @property
    def blob(self) -> Blob:
        """What is sent; asked for when the task starts, and again if it starts again."""
        return self._blob
