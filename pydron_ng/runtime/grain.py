"""What a functional call costs, learnt per function, and whether sending it elsewhere pays."""

from __future__ import annotations

import weakref
from types import FunctionType, MethodType
from typing import Any

#: Below this many seconds a call costs less here than what sending it away costs.
WORTH_SENDING = 100e-6
#: Nor is it sent if packing and unpacking, which is done here, take this share of its time.
WORTH_MOVING = 0.5
_FADING = 0.995  # of the cost of moving, at each call that is not sent because of it
_WEIGHT = 0.3  # of the newest time in the moving average


class Functional:
    """The mark of a function that is pure by contract, with what its calls have cost.

    seconds: moving average of a call; None until one was made.
    moving: average of the seconds that packing and unpacking for one call take here.
    size: average of the bytes of a result; None until one has come.
    inline: why it is never sent to a worker; empty where it may be.
    reads: it depends on more than its arguments, so it stays behind sync-points.
    """

    __slots__ = ("__weakref__", "_function", "inline", "moving", "reads", "seconds", "size")
    __pydron_mark__ = True  # travels blank with the function

    def __init__(self, function: Any = None, *, reads: bool = False) -> None:
        self._function = None if function is None else weakref.ref(function)
        self.reads = reads
        self.seconds: float | None = None
        self.moving = 0.0
        self.size: float | None = None
        self.inline = ""

    def marks(self, function: object) -> bool:
        """Is this the mark of `function` itself, not a copy made by functools.wraps?"""
        return self._function is not None and self._function() is function

    def cost(self, seconds: float) -> None:
        """Learn from one call."""
        known = self.seconds
        self.seconds = seconds if known is None else known + _WEIGHT * (seconds - known)

    def move(self, seconds: float) -> None:
        """Learn what the packing and unpacking for one call took."""
        self.moving += (_WEIGHT if self.moving else 1.0) * (seconds - self.moving)

    def weigh(self, size: int) -> None:
        """Learn from the size of one result."""
        self.size = size if self.size is None else self.size + _WEIGHT * (size - self.size)

    @property
    def is_cheap(self) -> bool:
        """Known to cost less than sending it away."""
        if self.seconds is None:
            return False
        return self.seconds < WORTH_SENDING or self.moving > WORTH_MOVING * self.seconds

    def fade(self) -> None:
        """A call was not sent; what moving costs is asked again after many."""
        self.moving *= _FADING

    def __reduce__(self) -> tuple[type[Functional], tuple[()]]:
        return (Functional, ())  # what was learnt here is nobody else's business


def mark_of(callee: object) -> Functional | None:
    """The mark of a functional callee, function or bound method; asks the object nothing."""
    if type(callee) is MethodType:
        callee = callee.__func__
    if type(callee) is not FunctionType:
        return None
    mark = callee.__dict__.get("__functional__")
    return mark if type(mark) is Functional and mark.marks(callee) else None
