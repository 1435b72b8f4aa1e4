"""What is in a value, as bytes to be compared; two that are alike are the same to any function."""

from __future__ import annotations

import pickle
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.values.digest import ATOMS, Walk
from pydron_ng.values.pack import pack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

#: None where nothing can be said: comparing would use the value up.
Likeness = tuple[Any, ...] | None

_CONTAINERS: Final[tuple[Any, ...]] = (list, tuple, set, frozenset)
_CODE: Final = (FunctionType, type, ModuleType)


def likeness(value: object, library: Library) -> Likeness:
    """The value's bytes, or a digest of all that can be seen in it without running its code."""
    if isinstance(value, _CODE):
        return "is", id(value)
    try:
        return "bytes", *pack(value, library).blob
    except Unshippable:
        pass
    try:
        return "digest", Walk(library, value).digest()
    except Unshippable:
        return _state(value)


def _state(value: object) -> Likeness:
    """Of sources of random numbers, whose digest says nothing."""
    if any("__next__" in base.__dict__ for base in type(value).__mro__):
        return None
    try:
        return "state", pickle.dumps(value, 5)
    except Exception:  # it has pickling of its own, or something in it
        return None


def objects_in(value: object) -> list[object]:
    """All objects that a change inside could exchange, in a fixed order."""
    found: list[object] = []
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        obj = waiting.pop()
        if type(obj) in ATOMS or isinstance(obj, _CODE) or id(obj) in seen:
            continue
        seen.add(id(obj))
        found.append(obj)
        waiting.extend(_parts(obj))
    return found


def _parts(obj: Any) -> list[object]:
    if isinstance(obj, dict):
        return [part for item in list(dict.items(obj)) for part in item]
    for kind in _CONTAINERS:
        if isinstance(obj, kind):
            return list(kind.__iter__(obj))  # the class's own __iter__ is the program's code
    try:
        return list(object.__getattribute__(obj, "__dict__").values())
    except AttributeError:
        return []


def is_same(one: list[object], other: list[object]) -> bool:
    """Are these the very same objects?"""
    return len(one) == len(other) and all(map(_is, one, other))


def _is(one: object, other: object) -> bool:
    return one is other
