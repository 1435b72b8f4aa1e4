"""Operations that wait for their operands: they become promises themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydron_ng.translation.runahead.own import frozen, holes, holes_in, plain
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Ready,
    TaskFailed,
    is_foreign,
)


class _Operation:
    """An operation that waits for its operands."""

    __slots__ = ("_function", "_missing", "_operands", "_promise")

    def __init__(
        self,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        missing: int,
        promise: Promise,
    ) -> None:
        self._function, self._operands = function, operands
        self._missing, self._promise = missing, promise

    def kept(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            _finish(self._promise, self._function, self._operands)


def _finish(promise: Promise, function: Callable[..., Any], operands: tuple[Any, ...]) -> None:
    try:
        promise.keep(apply_now(function, operands))
    except TaskFailed as failed:
        promise.fail(failed.exception)


def apply_now(function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    """The value of `function` for operands that are all kept; UNKNOWN where it refuses or raises.

    Raises:
        TaskFailed: an operand is the outcome of a call that raised.
    """
    values = [o.result() if type(o) is Promise else o for o in operands]
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    try:
        return function(*values)
    except TaskFailed:
        raise
    except Exception as error:  # what raises here raises again, in its turn, in the commit program
        if is_foreign(error):
            raise
        return UNKNOWN


def lifted(ready: Ready, function: Callable[..., Any], *operands: Any) -> Any:
    """`function(*operands)`, or a promise of it while operands are to come."""
    missing = [o for o in operands if type(o) is Promise and not o.kept]
    return _when(ready, missing, function, operands)


def deeply(ready: Ready, function: Callable[..., Any], *operands: Any) -> Any:
    """Like lifted, for functions that look into containers: these get builtin ones, as of now."""
    missing: list[Promise] = []
    for operand in operands:
        if not holes(operand, missing):
            return UNKNOWN
    if missing:
        memo: dict[int, Any] = {}
        operands = tuple(frozen(o, memo) for o in operands)

    def complete(*values: Any) -> Any:
        memo: dict[int, Any] = {}
        rest: list[Promise] = []
        if not holes_in(values, rest):
            return UNKNOWN
        if rest:
            return deeply(ready, function, *values)
        return function(*[plain(v, memo) for v in values])

    return _when(ready, missing, complete, operands)


def _when(
    ready: Ready,
    missing: list[Promise],
    function: Callable[..., Any],
    operands: tuple[Any, ...],
) -> Any:
    if not missing:
        try:
            return apply_now(function, operands)
        except TaskFailed as failed:
            promise = Promise(ready)
            promise.fail(failed.exception)
            return promise
    promise = Promise(ready)
    operation = _Operation(function, operands, len(missing), promise)
    for hole in missing:
        hole.when_kept(operation)
    return promise
