"""One call of a scheduled function while functional calls are checked: nothing is run ahead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from pydron_ng.purity.appliers import is_applier
from pydron_ng.runtime.grain import as_method, mark_of
from pydron_ng.runtime.stubs import INLINE, tidy
from pydron_ng.translation.counters import new_counters

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry, InnerEntry


#: Told of a call: its value, or what it raised, and how many seconds it took.
End = Callable[[object, "BaseException | None", float], None]


class Checks(Protocol):
    """Decides which functional calls are checked, and checks them."""

    def wants(self, function: Any) -> bool:
        """Is the next call of this function to be checked?"""

    def begin(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> End | None:
        """The call comes next; what to tell its end, if anything."""


class CheckedActivation:
    """Hands the commit program a ``route`` that leads to the checks; nothing runs ahead."""

    def __init__(self, entry: Entry | InnerEntry, checks: Checks) -> None:
        self._entry = entry
        self._checks = checks
        self._counters = new_counters(entry.program.facts.counted)

    def start(self) -> tuple[Any, ...]:
        """What the commit program is handed."""
        heard = _nothing, _same, tidy, _yes, _same, self._each
        return (self.route, self._counters, *heard, tidy, NameError)

    def route(self, site: int, callee: Any) -> Any:
        """The callee itself, or a stub that checks its call; coroutines are not checked."""
        place = self._entry.program.handing_places.get(site)
        if place is not None:
            self._counters[place + 1] = is_applier(callee)
        mark = mark_of(callee)
        if mark is None or mark.is_coroutine or not self._checks.wants(callee):
            return callee
        callee = as_method(callee)
        return self._entry.stub(site)([], callee, self._began, _ended)

    def _each(self, site: int, function: Any) -> Any:
        """What map() or its like is handed instead of `function`: its calls are checked."""
        if mark_of(function) is None:
            return function
        return self._entry.each(site)(site, function, self.route, None)

    def _began(
        self, ends: list[End], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What the stub is told in place of an outcome: to make the call itself."""
        end = self._checks.begin(callee, args, kwargs)
        if end is not None:
            ends.append(end)
        return INLINE


def _ended(ends: list[End], value: Any, seconds: float, failed: bool) -> None:
    for end in ends:
        if failed:
            end(None, value, seconds)
        else:
            end(value, None, seconds)


def _nothing(*_: object) -> None:
    pass


def _same(_: object, value: Any) -> Any:
    return value


def _yes(_: object) -> bool:
    return True
