"""Whether code of the user's can have run since the call began: not in a closed function.

It has no other statements than those that do what they do in C, as long as all values are
tame: what goes in, and what functional calls return. Then surroundings and functions are what
they were, and are not looked at again at each call.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import builtins
import gc
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from types import FunctionType
from typing import Any, Final

from pydron_ng.translation.facts import Closed


class Quiet:
    """Of one call of a function, whether code of the user's can have run since it began.

    may_hold: False as soon as that is possible; it is never taken back.
    """

    __slots__ = ("_closed", "_has_begun", "_is_sure", "_lookup", "_room", "_unseen", "may_hold")

    def __init__(self, closed: Closed | None, lookup: Callable[[str, Any], Any]) -> None:
        """lookup: what a name stands for, and what to say where it has no value."""
        self._closed = closed
        self._lookup = lookup
        self._is_sure = False
        self._unseen: list[object] = []  # large ones are looked at when that is worth it
        self._has_begun = False
        self._room = _MOST_AT_ALL
        self.may_hold = closed is not None

    def met(self, value: object) -> None:
        """The function has got a value from outside."""
        if self.may_hold:
            if type(value) in _CONTAINERS and len(value) > _MOST:  # type: ignore[arg-type]
                self._unseen.append(value)
                if self._has_begun:
                    self._look()
            else:
                assert self._closed is not None
                self.may_hold = is_tame(value, fixed=self._closed.changes)

    def begin(self, *, is_worth_it: bool) -> None:
        """The function begins: large values are looked at now, before any code can change them."""
        self._has_begun = True
        if self._unseen:
            self.may_hold = self.may_hold and is_worth_it
            self._look()

    def _look(self) -> None:
        if self.may_hold:
            assert self._closed is not None
            containers = _FIXED if self._closed.changes else _CONTAINERS
            self._room = _room_beside(self._unseen, containers, self._room)
            self.may_hold = self._room >= 0
        self._unseen.clear()

    def end(self) -> None:
        """Something else has run."""
        self.may_hold = False

    def holds(self) -> bool:
        """Can no code of the user's have run since the epoch began?"""
        if self.may_hold and not self._is_sure:
            assert self._closed is not None
            builtin = are_builtins(self._closed.builtins, lambda name: self._lookup(name, None))
            self._is_sure = self.may_hold = builtin and is_undisturbed()
        return self.may_hold


_ATOMS: Final = frozenset({int, float, complex, bool, str, bytes, type(None), range, FunctionType})
_FIXED: Final = frozenset({tuple, frozenset})
_CONTAINERS: Final = _FIXED | {list, set, dict}
_MOST = 1_000  # objects that are looked at
_MOST_AT_ALL = 200_000  # in large values, in one call


def is_tame(value: object, *, fixed: bool = False) -> bool:
    """Does no operation on the value run code of the user's? fixed: nor can one change it.

    One that holds too many objects to look at is not.
    """
    if type(value) in _ATOMS:
        return True
    return _room_beside([value], _FIXED if fixed else _CONTAINERS, _MOST) >= 0


def _room_beside(values: Iterable[Any], containers: Collection[type], room: int) -> int:
    """How many more objects may be looked at, of `room`; less than none: there is a wild one."""
    found = list(values)
    while found:
        value = found.pop()
        if type(value) not in containers:
            return -1
        room -= 1 + len(value)
        if room < 0:
            return -1
        parts = [value, value.values()] if type(value) is dict else [value]
        for part in parts:
            if not _ATOMS.issuperset(map(type, part)):
                found += [item for item in part if type(item) not in _ATOMS]
    return room


def are_builtins(names: Iterable[str], lookup: Callable[[str], object]) -> bool:
    """Do the names stand for the builtins that bear them? lookup: what one stands for."""
    return all(lookup(name) is _BUILTINS.get(name) for name in names)


_BUILTINS: Final = dict(vars(builtins))


def is_undisturbed() -> bool:
    """Is there nobody who could run code in between: threads, handlers, tracers, collectors?"""
    if gc.callbacks or sys.gettrace() is not None or sys.getprofile() is not None:
        return False
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None and any(map(monitoring.get_tool, range(6))):
        return False
    others = (t for t in threading.enumerate() if t is not threading.current_thread())
    if any(not thread.name.startswith("pydron") for thread in others):
        return False
    return not any(map(_is_programs, handlers()))


#: Without the enumerations of ``signal``, which cost ten times as much.
_SIGNALS: Final = tuple(_signal.valid_signals())
_handler: Any = _signal.getsignal


def handlers() -> list[Any]:
    """Those of all signals."""
    return list(map(_handler, _SIGNALS))


def _is_programs(handler: Any) -> bool:
    return callable(handler) and handler is not signal.default_int_handler
