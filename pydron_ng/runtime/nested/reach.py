"""Which functions a call may come to, as far as names tell."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from pydron_ng.values.digest import names_of
from pydron_ng.values.importable import module_of, plain
from pydron_ng.values.installed import is_installed

if TYPE_CHECKING:
    from pydron_ng.values.library import Arrival


def reachable(function: Any, waiting: dict[str, list[Arrival]]) -> Iterator[Arrival]:
    """Those that wait, by their names, and that `function` may call; they do not wait any more."""
    seen: set[int] = set()
    left = [function]
    while left and waiting:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, type):
            left += map(_function_in, vars(one).values())
            left += one.__mro__[1:]
            continue
        found = _function_in(one)
        if type(found) is not FunctionType or is_installed(module_of(found)):
            continue
        names = names_of(plain(found).__code__) | {found.__name__}
        for name in names & waiting.keys():
            arrivals = waiting.pop(name)
            yield from arrivals
            left += [arrival.function for arrival in arrivals]
        left += _values(found, names)


def _function_in(value: Any) -> Any:
    """The function that a value is made of, if it is one; else the value."""
    if isinstance(value, staticmethod | classmethod | MethodType):
        return value.__func__
    if isinstance(value, property):
        return value.fget
    return value


def _values(function: FunctionType, names: set[str]) -> list[Any]:
    """What the names stand for: functions and classes, those of modules among them."""
    spaces = [function.__globals__]
    found: list[Any] = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:
            continue
    for space in spaces:
        values = [space[name] for name in names if name in space]
        found += values
        spaces += [
            value.__dict__
            for value in values
            if type(value) is ModuleType
            and not is_installed(value.__name__)
            and all(value.__dict__ is not known for known in spaces)
        ]
    return [value for value in map(_function_in, found) if isinstance(value, FunctionType | type)]
