"""Whether what a call returned is its own, or is held by somebody else as well.

Somebody else are the arguments, or the globals and closures of the function. What nobody else
refers to at all is known to be fresh at once; only the rest is looked for elsewhere. What is the
arguments' is told by its place there, so that the program takes the original.
"""

from __future__ import annotations

import gc
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from itertools import pairwise
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from pydron_ng.values.arrays import extent
from pydron_ng.values.contents import class_contents
from pydron_ng.values.digest import ATOMS, Walk, named_globals
from pydron_ng.values.library import Library
from pydron_ng.values.references import Part, part_at, paths_to, view_at
from pydron_ng.values.unshippable import Unshippable

#: Objects that the result shares with the arguments, or views of memory there, and what they are.
Shared = list[tuple[object, Part]]


def shared_parts(box: list[Any], arguments: object, function: object, library: Library) -> Shared:
    """What a change in the result would change in the arguments as well, or the other way.

    box: holds the result, and is the only one that does as far as the worker is concerned.

    Raises:
        Unshippable: something is shared with the function itself, or in a way that cannot be
            told; or parts of the result share memory with each other, which would be two
            memories after it was sent.
    """
    if type(box[0]) in ATOMS:
        return []
    suspects, borrowing = _suspects(box)
    if not suspects and not borrowing:
        return []
    held = _Reach([arguments])
    rest = _Reach(box, held.objects)
    theirs = [obj for key, obj in rest.objects.items() if key in held.objects]
    arrays = [array for array in rest.arrays() if id(array) not in held.objects]
    views = _views_of(held, arrays, arguments)
    viewing = {id(view) for view, _ in views}
    _check_apart([array for array in arrays if id(array) not in viewing])
    _check_not_held(suspects, arrays, function, library)
    return _objects_of([obj for obj in theirs if _has_identity(obj)], arguments) + views


def shared_nans(box: list[Any], arguments: object, shared: Shared) -> Shared:
    """The nans of the arguments among those of the result: what finds them there is identity.

    Raises:
        Unshippable: one of them is somewhere that cannot be told.
    """
    mine = _nans(box, {id(obj) for obj, _ in shared})
    common = {key: nan for key, nan in _nans(arguments, set()).items() if key in mine}
    return _objects_of(list(common.values()), arguments)


def _objects_of(objects: list[object], arguments: object) -> Shared:
    """The objects with their places in the arguments, which hold all of them."""
    paths = paths_to(arguments, {id(obj) for obj in objects})
    for obj in objects:
        if id(obj) not in paths:
            why = f"the result holds a {type(obj).__qualname__} of the arguments"
            raise Unshippable("aliased-result", why)
    return [(obj, part_at(paths[id(obj)], obj)) for obj in objects]


def _views_of(held: _Reach, arrays: list[Any], arguments: object) -> Shared:
    """Those of the arrays that look at memory of the arguments' arrays."""
    theirs = held.arrays()
    found = [
        (array, owner)
        for array in arrays
        if (owner := next((other for other in theirs if _overlap(array, other)), None)) is not None
    ]
    paths = paths_to(arguments, {id(owner) for _, owner in found})
    for array, owner in found:
        if id(owner) not in paths or array.flags.owndata or not _is_within(array, owner):
            raise Unshippable("aliased-result", "the result shares memory with the arguments")
    return [(array, view_at(paths[id(owner)], owner, array)) for array, owner in found]


def _check_not_held(
    suspects: list[object], arrays: list[Any], function: object, library: Library
) -> None:
    """Raises: Unshippable, if the function keeps one of them, or memory of one."""
    held = _Reach(list(_held_by(function, library)))
    for suspect in suspects:
        if id(suspect) in held.objects and not _is_immutable(suspect):
            why = f"the result holds a {type(suspect).__qualname__} of the function"
            raise Unshippable("aliased-result", why)
    theirs = held.arrays()
    if any(_overlap(array, other) for array in arrays for other in theirs):
        raise Unshippable("aliased-result", "the result is a view of memory of the function")


def _nans(root: object, stop: set[int]) -> dict[int, float]:
    """Those that are not a module's, by address. stop: what is not looked into."""
    reach = _Reach([root], stop)
    held = gc.get_referents(*[obj for key, obj in reach.objects.items() if key not in stop])
    named = [getattr(sys.modules.get(name), "nan", None) for name in ("math", "numpy")]
    nans = [x for x in held if type(x) is float and x != x]  # noqa: PLR0124  nan is not itself
    return {id(nan): nan for nan in nans if not any(nan is known for known in named)}


def _suspects(box: list[Any]) -> tuple[list[object], list[Any]]:
    """The objects that somebody else refers to, and the arrays that borrow memory."""
    reach = _Reach(box)
    suspects = reach.held_elsewhere()  # before this function refers to any of them
    return suspects, [array for array in reach.arrays() if not array.flags.owndata]


class _NoArray:
    """Stands for arrays where numpy is not loaded."""


class _Reach:
    """All objects that can be reached, by address, and how often they were met.

    stop: the addresses of objects that are not looked into.
    """

    def __init__(self, roots: list[Any], stop: Collection[int] = ()) -> None:
        self._stop = stop
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
        return [obj for key, obj in new.items() if key not in self._stop]

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


def _overlap(one: Any, other: Any) -> bool:
    (low, high), (start, end) = extent(one), extent(other)
    return max(low, start) < min(high, end)


def _is_within(view: Any, array: Any) -> bool:
    (low, high), (start, end) = extent(view), extent(array)
    return start <= low and high <= end


#: No object has this address.
_PROBE: Final = 0

_CODE: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, Enum)
_IMMUTABLE: Final = frozenset({object, tuple, frozenset, range, slice, re.Pattern})
_IMMUTABLE_MODULES: Final = frozenset(
    {"datetime", "decimal", "fractions", "pathlib", "uuid", "zoneinfo", "ipaddress"}
)
