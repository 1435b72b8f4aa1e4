"""A functional call that run-ahead has issued, from its arguments to its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.translation.runahead.promises import Promise

if TYPE_CHECKING:
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.runtime.surroundings import Surroundings
    from pydron_ng.values.functions import Identity
    from pydron_ng.values.pack import Packed

#: Where the call stands in the program: the site, then the counters of the loops around it.
Key = tuple[int, ...]
_WIDEST = 40  # characters of an argument in a message


class IssuedCall:
    """What is known of an issued call; mutated by its activation alone, under the lock.

    task: None while arguments are to come, while it is held back, and where it cannot be sent.
    moved: seconds that its packing and unpacking took here so far.
    bytes: how many of the arguments, and of the result once it is there, are kept for it.
    epoch, surroundings: those in force when it was sent.
    """

    __slots__ = (
        "args",
        "bytes",
        "epoch",
        "function",
        "identity",
        "key",
        "kwargs",
        "mark",
        "moved",
        "outcome",
        "packed",
        "promise",
        "surroundings",
        "task",
    )

    def __init__(self, key: Key, function: Any, mark: Functional, promise: Promise) -> None:
        self.key = key
        self.function = function
        self.mark = mark
        self.promise = promise
        self.args: Any = ()
        self.kwargs: Any = {}
        self.task: Task | None = None
        self.identity: Identity | None = None
        self.packed: Packed | None = None
        self.outcome: Outcome | None = None
        self.epoch = -1
        self.moved = 0.0
        self.bytes = 0
        self.surroundings: Surroundings | None = None

    @property
    def is_settled(self) -> bool:
        """Is there nothing more to wait for?"""
        return self.task is None or self.task.state in {TaskState.SETTLED, TaskState.DROPPED}

    def forget(self) -> None:
        """Let go of values and bytes: each object lives as long as the program has it."""
        self.args, self.kwargs, self.packed, self.outcome = (), {}, None, None
        self.promise.demand = None
        if self.task is not None:
            self.task.let_go()

    def label(self) -> str:
        """Function and arguments, shortened, for messages."""
        shown = [_shortened(a) for a in self.args]
        shown += [f"{name}={_shortened(value)}" for name, value in self.kwargs.items()]
        return f"{self.function.__qualname__}({', '.join(shown)})"


def _shortened(value: object) -> str:
    """An argument in at most 40 characters; only builtin types are asked how they look."""
    if type(value) not in {int, float, str, bytes, bool, type(None)}:
        return f"<{type(value).__name__}>"
    text = repr(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
