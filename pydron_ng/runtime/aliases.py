"""Whether what a call returned is its own, or shares objects or memory with its arguments."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterable
from enum import Enum
from itertools import pairwise
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from pydron_ng.values.arrays import extent
from pydron_ng.values.unshippable import Unshippable


def check_fresh(result: object, arguments: object) -> None:
    """Nothing, if no change of the result could be seen in the arguments, or the other way.

    Raises:
        Unshippable: they share a mutable object or memory; or parts of the result share
            memory with each other, which would be two memories after it was sent.
    """
    if type(result) in _ATOMS:
        return
    mutable, arrays = _reach((result,))
    if not mutable:
        return
    _check_apart(arrays)
    theirs, their_arrays = _reach((arguments,))
    if not mutable.keys().isdisjoint(theirs.keys()):
        shared = next(obj for key, obj in mutable.items() if key in theirs)
        why = f"the result holds a {type(shared).__qualname__} of the arguments"
        raise Unshippable("aliased-result", why)
    for array in arrays:
        if any(_overlap(extent(array), extent(other)) for other in their_arrays):
            raise Unshippable("aliased-result", "the result is a view of an argument's memory")


def _reach(roots: Iterable[object]) -> tuple[dict[int, object], list[Any]]:
    """All mutable objects that can be reached, by address, and the arrays among them."""
    ndarray = getattr(sys.modules.get("numpy"), "ndarray", None)
    seen: dict[int, object] = {}
    mutable: dict[int, object] = {}
    frontier = [obj for obj in roots if type(obj) not in _ATOMS]
    while frontier:
        new = {id(obj): obj for obj in frontier if id(obj) not in seen}
        seen.update(new)
        mutable.update((key, obj) for key, obj in new.items() if not _is_immutable(obj))
        referents = gc.get_referents(*new.values())
        frontier = [obj for obj in referents if type(obj) not in _ATOMS and not _is_code(obj)]
    arrays = [obj for obj in mutable.values() if ndarray and isinstance(obj, ndarray)]
    return mutable, arrays


def _is_code(obj: object) -> bool:
    return isinstance(obj, (type, ModuleType, FunctionType, BuiltinFunctionType, Enum))


def _is_immutable(obj: object) -> bool:
    cls = type(obj)
    return cls in _IMMUTABLE or cls.__module__ in _IMMUTABLE_MODULES or _is_numpy_atom(cls)


def _is_numpy_atom(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and issubclass(cls, (numpy.generic, numpy.dtype))


def _check_apart(arrays: list[Any]) -> None:
    """Arrays of one result must not share memory: the copies would not."""
    ends = sorted(extent(array) for array in arrays)
    for (_, high), (low, end) in pairwise(ends):
        if low < high and low != end:
            raise Unshippable("aliased-result", "two arrays in the result share memory")


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


_ATOMS: Final = frozenset(
    {int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented)}
)
_IMMUTABLE: Final = frozenset({object, tuple, frozenset, range, slice, re.Pattern})
_IMMUTABLE_MODULES: Final = frozenset(
    {"datetime", "decimal", "fractions", "pathlib", "uuid", "zoneinfo", "ipaddress", "enum"}
)
