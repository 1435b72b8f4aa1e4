"""Values that run-ahead does not have yet, or never will, and how operations wait for them.

A value in the run-ahead program is concrete, a Promise, or UNKNOWN. Operations that meet a
promise become promises themselves; only a decision (a test, an iteration) awaits one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

from pydron_ng.values import foreign

#: The file name of generated code.
RUN_AHEAD = "<run-ahead program>"


def is_foreign(error: BaseException) -> bool:
    """Does it end more than run-ahead: an interrupt, or what a signal handler has raised?

    Such an exception is the program's own: it goes where it would have gone without run-ahead.
    """
    if not isinstance(error, Exception):
        return True
    return not isinstance(error, Refused | TaskFailed) and foreign.is_foreign(error)


class _Unknown:
    """What run-ahead cannot evaluate; whatever is computed from it is unknown too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()


class Refused(Exception):
    """A guard found that an operation might run code of the user's."""


class TaskFailed(Exception):
    """An awaited call raised; `exception` is what."""

    def __init__(self, exception: BaseException) -> None:
        self.exception = exception


class Waiter(Protocol):
    """Someone to be told when a promise is kept."""

    def kept(self) -> None: ...


class Ready(Protocol):
    """Where waiters queue for their turn."""

    def append(self, waiter: Waiter, /) -> None: ...


class Promise:
    """A value to come: of a task, of an operation on one, or of what the commit program learns.

    A value that is UNKNOWN leaves the promise open: the commit program may still keep it.

    lost: run-ahead cannot compute it.
    source: the task that it is a result of, where that takes others of its kind along.
    """

    __slots__ = ("_ready", "demand", "failure", "kept", "lost", "source", "value", "waiters")

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self.kept = False
        self.lost = False
        self.value: Any = UNKNOWN
        self.failure: BaseException | None = None
        self.waiters: list[Waiter] = []
        self.demand: Callable[[], None] | None = None
        self.source: Any = None

    def keep(self, value: Any) -> None:
        """Give it its value, once; later values are ignored."""
        if self.kept:
            return
        if type(value) is Promise:
            value.when_kept(_Forward(value, self))
        elif value is UNKNOWN:
            self.lost = True
        else:
            self.value = value
            self._settle()

    def follow(self, other: Promise) -> None:
        """Give it the value of `other`; if that fails, it stays open: somebody else may know."""
        other.when_kept(_Follow(other, self))

    def withhold(self) -> None:
        """It has come, but run-ahead does not get it: it stays UNKNOWN, and nobody waits."""
        if not self.kept:
            self._settle()

    def fail(self, exception: BaseException) -> None:
        """The call raised instead."""
        if not self.kept:
            self.failure = exception
            self._settle()

    def when_kept(self, waiter: Waiter) -> None:
        """Tell `waiter` in its turn, once this is kept; at once if it is."""
        if self.kept:
            self._ready.append(waiter)
        else:
            self.waiters.append(waiter)
            if self.demand is not None:
                self.demand()

    def result(self) -> Any:
        """The value of a promise that is kept.

        Raises:
            TaskFailed: the call raised.
        """
        if self.failure is not None:
            raise TaskFailed(self.failure)
        return self.value

    def __await__(self) -> Generator[Promise, None, Any]:
        if not self.kept:
            yield self
        return self.result()

    def _settle(self) -> None:
        self.kept = True
        self.source = None
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            self._ready.append(waiter)


class _Forward:
    """Hands the outcome of one promise on to another."""

    __slots__ = ("_from", "_to")

    def __init__(self, source: Promise, target: Promise) -> None:
        self._from, self._to = source, target

    def kept(self) -> None:
        if self._from.failure is not None:
            self._to.fail(self._from.failure)
        else:
            self._to.keep(self._from.value)


class _Follow(_Forward):
    """Hands on a value, but no failure."""

    __slots__ = ()

    def kept(self) -> None:
        if self._from.failure is None:
            self._to.keep(self._from.value)


class ToAwait:
    """What a call of a coroutine function gives: who awaits it gets what `promise` will be."""

    __slots__ = ("promise",)

    def __init__(self, promise: Any) -> None:
        self.promise = promise
