"""Whether what a call returned is its own, or is held by somebody else as well.

Somebody else are the arguments, or the globals and closures of the function. What nobody else
refers to at all is known to be fresh at once; only the rest is looked for elsewhere.
"""

from __future__ import annotations

import gc
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import pairwise
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from pydron_ng.values.arrays import extent
from pydron_ng.values.digest import ATOMS, Walk, class_contents, named_globals
from pydron_ng.values.library import Library
from pydron_ng.values.unshippable import Unshippable


def check_fresh(box: list[Any], arguments: object, function: object, library: Library) -> None:
    """Nothing, if no change of the result could be seen elsewhere, or the other way.

    box: holds the result, and is the only one that does as far as the worker is concerned.

    Raises:
        Unshippable: an object or memory is somebody else's as well; or parts of the result
            share memory with each other, which would be two memories after it was sent.
    """
    if type(box[0]) in ATOMS:
        return
    suspects, views = _suspects(box)
    if not suspects and not views:
        return
    for owner, roots in (
        ("arguments", [arguments]),
        ("function", list(_held_by(function, library))),
    ):
        held = _Reach(roots)
        for suspect in suspects:
            if id(suspect) in held.objects and (owner == "arguments" or not _is_immutable(suspect)):
                why = f"the result holds a {type(suspect).__qualname__} of the {owner}"
                raise Unshippable("aliased-result", why)
        theirs = [extent(array) for array in held.arrays()]
        if any(_overlap(extent(view), other) for view in views for other in theirs):
            raise Unshippable("aliased-result", f"the result is a view of memory of the {owner}")


def check_nans(box: list[Any], arguments: object) -> None:
    """Nothing, if no nan of the result is one of the arguments: what finds it there is identity.

    Raises:
        Unshippable: one of them is.
    """
    mine = _nans(box)
    if mine and not mine.isdisjoint(_nans(arguments)):
        raise Unshippable("aliased-result", "the result holds a nan of the arguments")


def _nans(root: object) -> set[int]:
    """The addresses of those that are not a module's."""
    held = gc.get_referents(*_Reach([root]).objects.values())
    named = [getattr(sys.modules.get(name), "nan", None) for name in ("math", "numpy")]
    return {id(x) for x in held if type(x) is float and x != x} - set(map(id, named))  # noqa: PLR0124


def _suspects(box: list[Any]) -> tuple[list[object], list[Any]]:
    """The objects that somebody else refers to, and the arrays that borrow memory."""
    reach = _Reach(box)
    suspects = reach.held_elsewhere()  # before this function refers to any of them
    arrays = reach.arrays()
    _check_apart(arrays)
    return suspects, [array for array in arrays if not array.flags.owndata]


class _NoArray:
    """Stands for arrays where numpy is not loaded."""


class _Reach:
    """All objects that can be reached, by address, and how often they were met."""

    def __init__(self, roots: list[Any]) -> None:
        self._ndarray: Any = getattr(sys.modules.get("numpy"), "ndarray", _NoArray)
        self.objects: dict[int, object] = {}
        self._met: Counter[int] = Counter()
        self._leaves: set[type] = set(ATOMS)
        self._branches: set[type] = set()
        frontier = self._go(roots)
        while frontier:
            children = gc.get_referents(*frontier)
            if self._ndarray in self._branches:
                children += [item for obj in frontier for item in self._hidden_in(obj)]
            frontier = self._go(children)

    def _go(self, found: Iterable[object]) -> list[object]:
        """Those that were not met before."""
        objects = [obj for obj in found if type(obj) not in self._leaves]
        for cls in set(map(type, objects)) - self._branches:
            (self._leaves if issubclass(cls, _CODE) else self._branches).add(cls)
        objects = [obj for obj in objects if type(obj) not in self._leaves]
        self._met.update(map(id, objects))
        new = {id(obj): obj for obj in objects if id(obj) not in self.objects}
        self.objects.update(new)
        return list(new.values())

    def _hidden_in(self, obj: Any) -> list[Any]:
        """The elements of an array of objects, which the garbage collector does not see."""
        if isinstance(obj, self._ndarray) and obj.dtype.hasobject:
            return [item for item in obj.ravel().tolist() if type(item) not in ATOMS]
        return []

    def arrays(self) -> list[Any]:
        return [obj for obj in self.objects.values() if isinstance(obj, self._ndarray)]

    def held_elsewhere(self) -> list[object]:
        """Objects to which there are more references than were met: mutable ones and tuples."""
        self.objects[_PROBE] = object()
        own = self._references(_PROBE)
        del self.objects[_PROBE]
        held = [key for key, met in self._met.items() if self._references(key) - own > met]
        return [obj for obj in map(self.objects.__getitem__, held) if _has_identity(obj)]

    def _references(self, key: int) -> int:
        """How many there are, with as many of our own for every object."""
        return sys.getrefcount(self.objects[key])


def _held_by(function: Any, library: Library) -> Iterator[object]:
    """What the function and all that it names keep alive between calls."""
    yield from gc.get_referents(function) if not isinstance(function, _CODE) else ()
    for definition in Walk(library, function).definitions:
        if not isinstance(definition, FunctionType):
            yield from (value for _, value in class_contents(definition))
            continue
        yield from (definition.__defaults__, definition.__kwdefaults__, definition.__dict__)
        yield from gc.get_referents(*definition.__closure__ or ())
        yield from (space[name] for space, name in named_globals(definition))


def _has_identity(obj: object) -> bool:
    """Whether programs go by which object it is, not only by what it equals."""
    return (type(obj) in (tuple, frozenset) and bool(obj)) or not _is_immutable(obj)


def _is_immutable(obj: object) -> bool:
    cls = type(obj)
    return (
        cls in _IMMUTABLE
        or cls.__module__.partition(".")[0] in _IMMUTABLE_MODULES
        or _is_numpy_atom(cls)
    )


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


#: No object has this address.
_PROBE: Final = 0

_CODE: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, Enum)
_IMMUTABLE: Final = frozenset({object, tuple, frozenset, range, slice, re.Pattern})
_IMMUTABLE_MODULES: Final = frozenset(
    {"datetime", "decimal", "fractions", "pathlib", "uuid", "zoneinfo", "ipaddress"}
)
