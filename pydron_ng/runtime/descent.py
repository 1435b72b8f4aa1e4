"""Scheduled callees are run ahead before the commit program calls them: begun, then adopted."""

from __future__ import annotations

from threading import get_ident
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import TranslationError
from pydron_ng.runtime.calls import Key
from pydron_ng.runtime.process import apart, arriving
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.translation.runahead.ahead import Strand
from pydron_ng.translation.runahead.own import (
    LocalFunction,
    OwnDict,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydron_ng.runtime.entry import Entry, InnerEntry
    from pydron_ng.runtime.running import Running

#: Scheduled calls inside of scheduled calls.
DEEPEST = 24
#: Calls that were begun and are about to be made, on one thread; older ones will not be any more.
_MOST_ARRIVING = 64
#: The point of a function where the commit program tells its parameters.
ENTRY_POINT = 0


class Descent:
    """Where a call stands among scheduled calls, and the ones inside it that were begun.

    begun: by the key of the call; the commit program has not come to them yet.
    result: what the call returns.
    """

    def __init__(self, entry: Entry | InnerEntry, outer: Descent | None = None) -> None:
        self._entry = entry
        self._outer = outer
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.begun: dict[Key, Running] = {}
        self.result: Promise | None = None

    def is_worth_it(self, running: Running, function: Any) -> bool:
        """Is a call that could be a task better descended into?

        So a recursion spreads over the workers: its upper levels, until there are calls enough.
        """
        entry = entry_of(function) if "__pydron_scheduled__" in function.__dict__ else None
        if entry is None or not entry.program.is_recursive:
            return False
        levels = self.levels(entry)
        if levels:
            return levels < (2 * running.pace.capacity).bit_length()
        return running.pace.open < running.pace.capacity

    def levels(self, entry: Entry | InnerEntry) -> int:
        """How many calls of the same function this one is inside of, itself included."""
        outer = 0 if self._outer is None else self._outer.levels(entry)
        return outer + (self._entry.program is entry.program)

    def begin(
        self,
        running: Running,
        key: Key,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run the callee ahead; a promise of what it returns, UNKNOWN if it is not run ahead."""
        entry = function.entry if type(function) is LocalFunction else entry_of(function)
        if entry is None or self.depth >= DEEPEST or key in self.begun:
            return UNKNOWN
        values = _bound(entry, function, args, kwargs)
        if values is None or not _is_ready(entry):
            return UNKNOWN
        from pydron_ng.runtime.running import Running

        inner = Descent(entry, self)
        result = inner.result = Promise(running.ready)
        captured = function.captured if type(function) is LocalFunction else {}
        child = self.begun[key] = Running(entry, running.pace, inner, captured)
        expected = [_expected(child, rank, value) for rank, value in enumerate(values)]
        strand = Strand(child, _run(child, entry, expected))
        strand.done.when_kept(_Failure(strand.done, result))
        strand.kept()
        return result.value if result.kept and result.failure is None else result

    def end(self, keys: Iterable[Key] | None = None) -> None:
        """The commit program will not make these calls, or none at all."""
        for key in list(self.begun if keys is None else keys):
            self.begun.pop(key).end()

    def hand_over(self, key: Key) -> None:
        """The commit program is going to make this call: its entry will ask for what was begun."""
        child = self.begun.pop(key, None)
        if child is not None:
            waiting = arriving.setdefault(get_ident(), [])
            waiting.append(child)
            del waiting[:-_MOST_ARRIVING]
            child.announce()


def adopted(entry: Entry | InnerEntry) -> Running | None:
    """What was begun of the call that is being made now, on this thread."""
    waiting = arriving.get(get_ident(), [])
    for place in reversed(range(len(waiting))):
        if waiting[place].is_of(entry):
            child = waiting.pop(place)
            if not waiting:
                del arriving[get_ident()]
            return child if child.alive else None
    return None


def is_arriving(entry: Entry | InnerEntry) -> bool:
    """Was a call begun that is still to be made, on any thread?"""
    return any(child.is_of(entry) for waiting in list(arriving.values()) for child in waiting)


def forget_arriving(outer: Running) -> None:
    """The call has ended: what it was going to call will not be asked for."""
    waiting = arriving.get(get_ident())
    if waiting is None:
        return
    waiting[:] = [child for child in waiting if child.pace is not outer.pace or child.alive]
    if not waiting:
        del arriving[get_ident()]


async def _run(child: Running, entry: Entry | InnerEntry, values: list[Any]) -> tuple[()]:
    while child.parked:
        await child.room()
    await entry.program.descended.start(child, *values)
    return ()


class _Failure:
    """Hands the failure of a strand on to the result of its call."""

    __slots__ = ("_done", "_result")

    def __init__(self, done: Promise, result: Promise) -> None:
        self._done, self._result = done, result

    def kept(self) -> None:
        failure = self._done.failure
        if failure is not None and not isinstance(failure, Refused):
            self._result.fail(failure)


def _is_ready(entry: Entry | InnerEntry) -> bool:
    """Can the callee be run ahead? It is translated here if it never was."""
    program = entry.program
    if not program.may_be_entered():
        return False
    if not program.is_descended:
        try:
            apart(lambda: program.descended)
        except TranslationError as error:
            program.fail(error)
            return False
    return True


def _expected(child: Running, rank: int, value: Any) -> Any:
    """A parameter that is to come; the commit program knows it at the latest."""
    if value is UNKNOWN or (type(value) is Promise and not value.kept):
        return child.expect(ENTRY_POINT, rank, (), value)
    return value


def _bound(
    entry: Entry | InnerEntry, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Any] | None:
    """The values of the parameters, in the order of the code; None if the call is a mistake."""
    if type(function) is MethodType:
        function, args = function.__func__, (function.__self__, *args)
    code = entry.program.caller
    places = code.co_varnames[: code.co_argcount]
    named = dict(kwargs)
    given = dict(zip(places, args, strict=False))
    for name in (*places[code.co_posonlyargcount :], *_keyword_only(code)):
        if name in named and name not in given:
            given[name] = named.pop(name)
    for name, value in _defaults(code, function):
        given.setdefault(name, value)
    return _in_order(code, given, args[len(places) :], named)


def _in_order(
    code: CodeType, given: dict[str, Any], more: tuple[Any, ...], named: dict[str, Any]
) -> list[Any] | None:
    takes_more, takes_named = code.co_flags & _VARARGS, code.co_flags & _VARKEYWORDS
    names = (*code.co_varnames[: code.co_argcount], *_keyword_only(code))
    if any(name not in given for name in names) or (more and not takes_more):
        return None
    if named and not takes_named:
        return None
    values = [given[name] for name in names]
    values += [OwnTuple(more)] if takes_more else []
    return values + ([OwnDict(named)] if takes_named else [])


def _keyword_only(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]


def _defaults(code: CodeType, function: FunctionType | LocalFunction) -> Iterable[tuple[str, Any]]:
    if isinstance(function, LocalFunction):
        defaults, named = function.defaults, function.named_defaults
    else:
        defaults, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    yield from zip(names, defaults, strict=True)
    yield from named.items()


_VARARGS, _VARKEYWORDS = 0x04, 0x08
