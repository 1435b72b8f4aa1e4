"""Values that run-ahead does not have yet, or never will, and how operations wait for them.

A value in the run-ahead program is concrete, a Promise, or UNKNOWN. Operations that meet a
promise become promises themselves; only a decision (a test, an iteration) awaits one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from types import FunctionType, ModuleType
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
    """

    __slots__ = ("_ready", "demand", "failure", "kept", "value", "waiters")

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self.kept = False
        self.value: Any = UNKNOWN
        self.failure: BaseException | None = None
        self.waiters: list[Waiter] = []
        self.demand: Callable[[], None] | None = None

    def keep(self, value: Any) -> None:
        """Give it its value, once; later values are ignored."""
        if self.kept:
            return
        if type(value) is Promise:
            value.when_kept(_Forward(value, self))
        elif value is not UNKNOWN:
            self.value = value
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


class OwnList(list[Any]):
    """A list that run-ahead made itself, so it may change it."""

    __slots__ = ()


class OwnDict(dict[Any, Any]):
    """A dict that run-ahead made itself."""

    __slots__ = ()


class OwnSet(set[Any]):
    """A set that run-ahead made itself."""

    __slots__ = ()


class OwnTuple(tuple[Any, ...]):
    """A tuple that run-ahead made itself: it may hold promises."""

    __slots__ = ()


OWN: dict[type, type] = {OwnList: list, OwnDict: dict, OwnSet: set, OwnTuple: tuple}
ATOMS = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented)}
)
_DEEPEST = 40  # own containers inside of own containers
_HARMLESS = ATOMS | {range, slice, FunctionType, ModuleType, type, type(len)}


def holes(value: Any, found: list[Promise], depth: int = 0) -> bool:
    """Collect the open promises in `value`; False if there is an UNKNOWN in it, or a failure."""
    kind = type(value)
    if kind in ATOMS:
        return True
    if kind is Promise:
        if not value.kept:
            found.append(value)
            return True
        return value.failure is None and holes(value.value, found, depth)
    if value is UNKNOWN or depth > _DEEPEST:
        return False
    if kind not in OWN:
        return True
    return holes_in(value.values() if kind is OwnDict else value, found, depth + 1)


def holes_in(values: Iterable[Any], found: list[Promise], depth: int = 0) -> bool:
    """Collect the open promises in all of `values`; False if one of them holds an UNKNOWN."""
    known = [holes(value, found, depth) for value in values]
    return all(known)


def plain(value: Any, memo: dict[int, Any]) -> Any:
    """`value` as the commit program would have it: builtin containers, promises replaced.

    Objects that run-ahead did not make stay themselves. Aliases stay aliases.
    """
    kind = type(value)
    if kind in ATOMS:
        return value
    if kind is Promise:
        return plain(value.value, memo)
    builtin = OWN.get(kind)
    if builtin is None:
        return value
    known = memo.get(id(value))
    if known is None:
        known = _plain_container(value, builtin, memo)
    return known


def _plain_container(value: Any, builtin: type, memo: dict[int, Any]) -> Any:
    if builtin is dict:
        made: Any = memo.setdefault(id(value), {})
        for key, item in value.items():
            made[key] = plain(item, memo)
    elif builtin is list:
        made = memo.setdefault(id(value), [])
        made.extend([plain(item, memo) for item in value])
    else:
        made = memo[id(value)] = builtin([plain(item, memo) for item in value])
    return made


def frozen(value: Any, memo: dict[int, Any]) -> Any:
    """`value` as it is now, promises kept as they are: later changes do not reach it."""
    kind = type(value)
    if kind not in OWN:
        return value
    known = memo.get(id(value))
    if known is not None:
        return known
    if kind is OwnDict:
        made: Any = memo.setdefault(id(value), OwnDict())
        made.update({key: frozen(item, memo) for key, item in value.items()})
    elif kind is OwnList:
        made = memo.setdefault(id(value), OwnList())
        made.extend([frozen(item, memo) for item in value])
    else:
        made = memo[id(value)] = kind([frozen(item, memo) for item in value])
    return made


def immutable(value: Any) -> bool:
    """Can no code change what `value` is?"""
    kind = type(value)
    if kind in {tuple, frozenset, OwnTuple}:
        return all(immutable(item) for item in value)
    return kind in _HARMLESS


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
