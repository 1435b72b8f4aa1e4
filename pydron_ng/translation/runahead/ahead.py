"""What a run-ahead program asks of the activation that it runs ahead of."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol

from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
    TaskFailed,
    is_foreign,
)

Keys = tuple[int, ...]


class Ahead(Protocol):
    """The activation, as the generated code and the guards see it (the name ``ra``)."""

    ready: Any  # a deque of those whose turn it is
    open_rows: Any  # of each site the row that takes further calls, see ``Filling``
    trips: dict[int, int]  # of loops, by their lines, how many items they go over
    branch: Any  # the Branch that is being run ahead, None where no exit is gone past

    @property
    def parked(self) -> bool:
        """Out of fuel, or the window is full: loops await room()."""

    def issue(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A promise of the call; UNKNOWN if the callee is not functional."""

    def descend(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What a scheduled callee returns, its own calls issued as well; UNKNOWN if it is none."""

    def inner(self, number: int) -> Any:
        """The entry of a function inside of this one."""

    def returned(self, value: Any) -> None:
        """The function returns this: told to the run-ahead program that called it."""

    def abandon(self, calls: list[Any]) -> None:
        """Nobody will ask for these calls: an exit before them is taken."""

    def expect(self, point: int, rank: int, keys: Keys, value: Any) -> Promise:
        """`value` as a promise that the commit program keeps when it passes `point`."""

    def told(self, point: int, keys: Keys) -> Promise:
        """The test or iterable of a statement, when the commit program has evaluated it."""

    def room(self) -> Promise: ...

    def started(self, strand: Strand) -> None:
        """There is one more strand, to be closed in the end if it still waits."""

    def lookup(self, name: str) -> Any:
        """What a name that is not local stands for now; UNKNOWN if it is unbound."""

    def kind(self, callee: Any) -> str:
        """What a callee is.

        "functional", "coroutine" if it is that besides, "scheduled", "pure", "wrapper", "ahead",
        or "" for all else.
        """

    def blame(self, code: str, line: int, *chain: str) -> None:
        """Record why something is not run ahead."""


class Strand:
    """A piece of the run-ahead program that waits: resumed when its promise is kept."""

    __slots__ = ("__weakref__", "_branch", "_closed", "_coroutine", "_ra", "done", "outputs")

    def __init__(self, ra: Ahead, coroutine: Coroutine[Promise, None, tuple[Any, ...]]) -> None:
        self._ra = ra
        self._coroutine = coroutine
        self._branch = ra.branch
        self._closed = False
        self.outputs: tuple[Promise, ...] = ()
        self.done = Promise(ra.ready)
        ra.started(self)

    def close(self) -> None:
        """Never go on, not even if it is about to: let go of all that it holds."""
        self._closed = True
        with suppress(ValueError):  # it is at work right now, and ends by itself
            self._coroutine.close()

    def kept(self) -> None:
        """Go on until the next wait, or to the end; what fails stays open."""
        if self._is_over():
            self._coroutine.close()
            self.done.keep(None)
            return
        self._ra.branch = self._branch
        try:
            promise = self._coroutine.send(None)
        except StopIteration as stop:
            self._finish(stop.value)
        except Exception as error:  # giving up costs time, never correctness
            if is_foreign(error):
                raise
            _report(self._ra, error)
            self.done.fail(_cause(error))
        else:
            promise.when_kept(self)
        finally:
            self._ra.branch = None

    def _is_over(self) -> bool:
        """Was it closed, was the commit program faster, or an exit before all this taken?"""
        if self._closed or (self._branch is not None and self._branch.is_dropped):
            return True
        return bool(self.outputs) and all(output.kept for output in self.outputs)

    def _finish(self, values: tuple[Any, ...]) -> None:
        for output, value in zip(self.outputs, values, strict=True):
            if type(value) is Promise:
                output.follow(value)
            else:
                output.keep(value)
        self.done.keep(None)


def spawn(
    ra: Ahead,
    coroutine: Coroutine[Promise, None, tuple[Any, ...]],
    point: int,
    keys: Keys,
    ranks: tuple[int | None, ...],
    scope: list[Promise] | None = None,
) -> tuple[Any, ...]:
    """The outputs of a strand, started at once; promises of them if it must wait.

    ranks: of each output, its rank among what the commit program tells at `point`; None for
    an output that it does not tell.
    """
    try:
        promise = coroutine.send(None)
    except StopIteration as stop:
        result: tuple[Any, ...] = stop.value
        return result
    except Exception as error:  # giving up costs time, never correctness
        return given_up(ra, error, point, keys, ranks, scope)
    strand = Strand(ra, coroutine)
    strand.outputs = _outputs(ra, point, keys, ranks)
    promise.when_kept(strand)
    if scope is not None:
        scope.append(strand.done)
    return strand.outputs


def _cause(error: Exception) -> BaseException:
    """What the task raised, or what stopped run-ahead, without the frames that it came through."""
    return error.exception if isinstance(error, TaskFailed) else error.with_traceback(None)


def _report(ra: Ahead, error: Exception) -> None:
    """What stops a strand, other than a task that raised or a guard that refused, is a mistake."""
    if not isinstance(error, TaskFailed | Refused):
        ra.blame("run-ahead-failed", 0, repr(error))


def _outputs(
    ra: Ahead, point: int, keys: Keys, ranks: tuple[int | None, ...]
) -> tuple[Promise, ...]:
    return tuple(
        Promise(ra.ready) if rank is None else ra.expect(point, rank, keys, UNKNOWN)
        for rank in ranks
    )


def given_up(
    ra: Ahead,
    error: Exception,
    point: int,
    keys: Keys,
    ranks: tuple[int | None, ...],
    scope: list[Promise] | None = None,
) -> tuple[Promise, ...]:
    """The outputs of a piece that failed before it had to wait.

    Raises: what does not belong to running ahead.
    """
    if is_foreign(error):
        raise error
    _report(ra, error)
    if scope is not None:
        done = Promise(ra.ready)
        done.fail(_cause(error))
        scope.append(done)
    return _outputs(ra, point, keys, ranks)


def bind(ra: Ahead, point: int, rank: int, keys: Keys, value: Any) -> Any:
    """`value` for a name; what is not known yet may be told by the commit program."""
    if value is not UNKNOWN and (type(value) is not Promise or value.kept):
        return value
    promise = ra.expect(point, rank, keys, value)
    promise.lost = promise.lost or value is UNKNOWN
    return promise


async def settled(scope: list[Promise]) -> None:
    """Wait for all that was started in a try block, also by what was started there.

    Raises:
        TaskFailed: one of them raised.
    """
    index = 0
    while index < len(scope):
        await scope[index]
        index += 1
