"""A functional call that run-ahead has issued, from its arguments to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.backends.base import TaskId
from pydron_ng.events import Inlined, Issued
from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.task import TaskState
from pydron_ng.translation.runahead.promises import Promise

if TYPE_CHECKING:
    from pydron_ng.runtime.batch import Batch
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.surroundings import Surroundings
    from pydron_ng.values.functions import Identity
    from pydron_ng.values.pack import Packed

#: Where the call stands in the program: the site, then the counters of the loops around it.
Key = tuple[int, ...]
#: Why the program makes a call itself that was issued: no worker has come to it.
NOT_BEGUN = "not-begun"
_WIDEST = 40  # characters of an argument in a message
_MOST_BITS = 1_000  # of an integer that is written out


class IssuedCall:
    """What is known of an issued call; mutated by its activation alone, under the lock.

    number: the same in all events. task: the batch that it travels in; None while arguments are to
        come, while it is held back, where it cannot be sent, and when it has been committed.
    links: the calls in its batch whose results it takes, each with its place among the arguments;
        until these are there, nothing of it is packed.
    moved: seconds that its packing and unpacking took here so far.
    packed_bytes: of the arguments.
    bytes: how many of the arguments, and of the result once it is there, are kept for it.
    epoch, surroundings: those in force when it was sent.
    heard: called once there is nothing more to wait for, under the lock.
    running: the run-ahead program that it belongs to.
    why: if the program makes it itself, a code that says why.
    """

    __slots__ = (
        "args",
        "bytes",
        "epoch",
        "function",
        "heard",
        "identity",
        "key",
        "kwargs",
        "links",
        "mark",
        "moved",
        "number",
        "outcome",
        "packed",
        "packed_bytes",
        "promise",
        "running",
        "surroundings",
        "task",
        "why",
    )

    def __init__(
        self, key: Key, function: Any, mark: Functional, promise: Promise, running: Running
    ) -> None:
        self.key = key
        self.running = running
        self.function = function
        self.mark = mark
        self.promise = promise
        self.args: Any = ()
        self.links: tuple[tuple[int, IssuedCall], ...] = ()
        self.kwargs: Any = {}
        self.task: Batch | None = None
        self.identity: Identity | None = None
        self.packed: Packed | None = None
        self.outcome: Outcome | None = None
        self.heard: Callable[[], None] | None = None
        self.epoch: tuple[int, int] | None = None
        self.moved = 0.0
        self.bytes = self.packed_bytes = 0
        self.number = TaskId(-1)
        self.surroundings: Surroundings | None = None
        self.why = NOT_BEGUN

    @property
    def is_settled(self) -> bool:
        """Is there nothing more to wait for?"""
        task = self.task
        return task is None or task.state is TaskState.SETTLED or task.state is TaskState.DROPPED

    @property
    def went_alone(self) -> bool:
        """Was there nothing but this call with the workers when it was sent?"""
        return self.task is not None and self.task.went_alone

    @property
    def seconds(self) -> float:
        """What it took, if its outcome is there; else 0.0."""
        return 0.0 if self.outcome is None else self.outcome.seconds

    def forget(self) -> None:
        """Let go of values and bytes: each object lives as long as the program has it."""
        self.args, self.kwargs, self.links, self.packed, self.outcome = (), {}, (), None, None
        self.promise.demand = None
        self.task = None

    def issued(self, task: TaskId, cause: TaskId) -> Issued:
        """The event that it goes to the workers now, in this task, because of that one."""
        name, file, line = self.place
        frame, at = self.running.serial, perf_counter()
        return Issued(
            self.number, name, file, line, at, task, 1, frame, self.key, cause, self.label()
        )

    def inlined(self, seconds: float) -> Inlined:
        """The event that the program has made the call itself."""
        name, file, line = self.place
        frame, at = self.running.serial, perf_counter()
        return Inlined(self.number, name, file, line, at, seconds, frame, self.key, self.why)

    @property
    def place(self) -> tuple[str, str, int]:
        """What is called, and where: name, file and line."""
        return self.function.__qualname__, *self.running.place_of(self.key[0])

    def label(self) -> str:
        """Function and arguments, shortened, for messages."""
        shown = [_shortened(a) for a in self.args]
        shown += [f"{name}={_shortened(value)}" for name, value in self.kwargs.items()]
        return f"{self.function.__qualname__}({', '.join(shown)})"


def _shortened(value: object) -> str:
    """An argument in at most 40 characters; only builtin types are asked how they look."""
    if type(value) not in {int, float, str, bytes, bool, type(None)}:
        return f"<{type(value).__name__}>"
    if type(value) is int and value.bit_length() > _MOST_BITS:
        return f"<int of {value.bit_length()} bits>"  # Python refuses to write the longest ones
    text = repr(value[:_WIDEST] if isinstance(value, str | bytes) else value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
