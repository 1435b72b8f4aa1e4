"""What a run-ahead program asks of the activation that it runs ahead of."""

from __future__ import annotations

from collections.abc import Coroutine
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

    @property
    def parked(self) -> bool:
        """Out of fuel, or the window is full: loops await room()."""

    def issue(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A promise of the call; UNKNOWN if the callee is not functional."""

    def expect(self, point: int, rank: int, keys: Keys, value: Any) -> Promise:
        """`value` as a promise that the commit program keeps when it passes `point`."""

    def told(self, point: int, keys: Keys) -> Promise:
        """The test or iterable of a statement, when the commit program has evaluated it."""

    def room(self) -> Promise: ...

    def lookup(self, name: str) -> Any:
        """What a name that is not local stands for now; UNKNOWN if it is unbound."""

    def kind(self, callee: Any) -> str:
        """What a callee is: "functional", "pure", "wrapper", "ahead", or "" for all else."""

    def blame(self, code: str, line: int, *chain: str) -> None:
        """Record why something is not run ahead."""


class Strand:
    """A piece of the run-ahead program that waits: resumed when its promise is kept."""

    __slots__ = ("_coroutine", "_ra", "done", "outputs")

    def __init__(self, ra: Ahead, coroutine: Coroutine[Promise, None, tuple[Any, ...]]) -> None:
        self._ra = ra
        self._coroutine = coroutine
        self.outputs: tuple[Promise, ...] = ()
        self.done = Promise(ra.ready)

    def kept(self) -> None:
        """Go on until the next wait, or to the end; what fails stays open."""
        if self.outputs and all(output.kept for output in self.outputs):
            self._coroutine.close()  # the commit program was faster
            self.done.keep(None)
            return
        try:
            promise = self._coroutine.send(None)
        except StopIteration as stop:
            self._finish(stop.value)
        except Exception as error:  # giving up costs time, never correctness
            if is_foreign(error):
                raise
            _report(self._ra, error)
            self.done.fail(getattr(error, "exception", error))
        else:
            promise.when_kept(self)

    def _finish(self, values: tuple[Any, ...]) -> None:
        for output, value in zip(self.outputs, values, strict=True):
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
        if is_foreign(error):
            raise
        _report(ra, error)
        return _given_up(ra, error, point, keys, ranks, scope)
    strand = Strand(ra, coroutine)
    strand.outputs = _outputs(ra, point, keys, ranks)
    promise.when_kept(strand)
    if scope is not None:
        scope.append(strand.done)
    return strand.outputs


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


def _given_up(
    ra: Ahead,
    error: Exception,
    point: int,
    keys: Keys,
    ranks: tuple[int | None, ...],
    scope: list[Promise] | None,
) -> tuple[Promise, ...]:
    if scope is not None:
        done = Promise(ra.ready)
        done.fail(getattr(error, "exception", error))
        scope.append(done)
    return _outputs(ra, point, keys, ranks)


def bind(ra: Ahead, point: int, rank: int, keys: Keys, value: Any) -> Any:
    """`value` for a name; what is not known yet may be told by the commit program."""
    if value is UNKNOWN or (type(value) is Promise and not value.kept):
        return ra.expect(point, rank, keys, value)
    return value


async def settled(scope: list[Promise]) -> None:
    """Wait for all that was started in a try block, also by what was started there.

    Raises:
        TaskFailed: one of them raised.
    """
    index = 0
    while index < len(scope):
        await scope[index]
        index += 1
