"""A task: one issued call, as the driver and the activations share it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from pydron_ng.backends.base import Blob, TaskId, Token


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
    deadly: it was given up because it killed every worker that it was given to.
    seconds: the expected time of the call; 0.0 where nothing is known.
    """

    __slots__ = (
        "blob",
        "deadly",
        "id",
        "label",
        "lost",
        "outcome",
        "seconds",
        "settle",
        "state",
        "tokens",
    )

    def __init__(
        self,
        id: TaskId,  # noqa: A002  the field's word
        blob: Blob,
        tokens: tuple[Token, ...],
        label: Callable[[], str],
        settle: Callable[[Task], None],
        seconds: float = 0.0,
    ) -> None:
        self.id = id
        self.blob = blob
        self.tokens = tokens
        self.label = label
        self.settle = settle
        self.seconds = seconds
        self.state = TaskState.READY
        self.outcome: Blob | None = None
        self.lost: str | None = None
        self.deadly = False

    def let_go(self) -> None:
        """Nobody asks for it any more; whoever made it may be forgotten."""
        self.settle = _ignore
        self.label = _unnamed
        self.outcome = None


def _ignore(_: Task) -> None:
    """Settled, and nobody cares."""


def _unnamed() -> str:
    return "a call"
