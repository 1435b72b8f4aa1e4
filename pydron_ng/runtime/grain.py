"""What a functional call costs, learnt per function, and whether sending it elsewhere pays."""

from __future__ import annotations

import weakref
from types import FunctionType, MethodType
from typing import Any

#: Below this many seconds a call costs less here than what sending it away costs.
WORTH_SENDING = 50e-6
_WEIGHT = 0.3  # of the newest time in the moving average


class Functional:
    """The mark of a function that is pure by contract, with what its calls have cost.

    seconds: moving average of a call; None until one was made.
    inline: why it is never sent to a worker; empty where it may be.
    reads: it depends on more than its arguments, so it stays behind sync-points.
    """

    __slots__ = ("__weakref__", "_function", "inline", "reads", "seconds")
    __pydron_mark__ = True  # travels blank with the function

    def __init__(self, function: Any = None, *, reads: bool = False) -> None:
        self._function = None if function is None else weakref.ref(function)
        self.reads = reads
        self.seconds: float | None = None
        self.inline = ""

    def marks(self, function: object) -> bool:
        """Is this the mark of `function` itself, not a copy made by functools.wraps?"""
        return self._function is not None and self._function() is function

    def cost(self, seconds: float) -> None:
        """Learn from one call."""
        known = self.seconds
        self.seconds = seconds if known is None else known + _WEIGHT * (seconds - known)

    @property
    def is_cheap(self) -> bool:
        """Known to cost less than sending it away."""
        return self.seconds is not None and self.seconds < WORTH_SENDING

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
