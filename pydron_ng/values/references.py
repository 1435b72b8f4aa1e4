"""Parts of the arguments of a call, named by the way that leads to them in any copy of these."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple, NoReturn

from pydron_ng.values.arrays import dtype_code
from pydron_ng.values.contents import dict_of, slots_of
from pydron_ng.values.digest import ATOMS
from pydron_ng.values.unshippable import Unshippable

#: One step from an object to a part of it: of what kind, and which one.
Step = tuple[str, Any]
Path = tuple[Step, ...]

_ITEM: Final = "item"  # of a list, tuple or deque, by index
_KEY: Final = "key"  # of a dictionary, by position
_VALUE: Final = "value"  # of a dictionary, by position
_ELEMENT: Final = "element"  # of an array of objects, by index in C order
_ATTRIBUTE: Final = "attribute"  # of an instance dictionary, by name
_SLOT: Final = "slot"  # by name


class View(NamedTuple):
    """A look at the memory of an array. offset: in bytes, from the array's first element.

    within: shape and strides of that array.
    """

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    writeable: bool
    within: tuple[tuple[int, ...], tuple[int, ...]]


class Part(NamedTuple):
    """An object among the arguments, or a new view of an array there. kind: its type's name."""

    path: Path
    kind: str
    view: View | None = None


def part_at(path: Path, obj: object) -> Part:
    """The part that a path leads to, where `obj` is what it is here."""
    return Part(path, type(obj).__qualname__)


def view_at(path: Path, array: Any, view: Any) -> Part:
    """The view as one of `array`, to which the path leads.

    Raises:
        Unshippable: its elements are of a kind that does not travel.
    """
    described = View(
        _address(view) - _address(array),
        view.shape,
        view.strides,
        dtype_code(view.dtype),
        view.flags.writeable,
        (array.shape, array.strides),
    )
    return Part(path, type(array).__qualname__, described)


def paths_to(root: object, wanted: Collection[int]) -> dict[int, Path]:
    """The shortest path to each object whose id is wanted, where there is one."""
    found: dict[int, Path] = {}
    seen = {id(root)}
    frontier: deque[tuple[Path, object]] = deque([((), root)])
    while frontier and len(found) < len(wanted):
        path, obj = frontier.popleft()
        if id(obj) in wanted:
            found[id(obj)] = path
        for step, part in _steps(obj):
            if id(part) not in seen and (type(part) not in ATOMS or id(part) in wanted):
                seen.add(id(part))
                frontier.append(((*path, step), part))
    return found


def find(root: object, part: Part) -> Any:
    """The part in another copy of the arguments; no code of their classes runs.

    Raises:
        Unshippable: it is not there.
    """
    found: Any = root
    for step in part.path:
        found = _follow(found, step)
    if type(found).__qualname__ != part.kind:
        _lost(part.path)
    return found if part.view is None else _view_of(found, part.view)


def _steps(obj: Any) -> Iterator[tuple[Step, object]]:
    cls = type(obj)
    if issubclass(cls, (list, tuple, deque)):
        yield from (((_ITEM, index), item) for index, item in enumerate(_items(obj)))
    elif issubclass(cls, dict):
        yield from (((_VALUE, index), value) for index, value in enumerate(_values(obj)))
        yield from (((_KEY, index), key) for index, key in enumerate(_keys(obj)))
    elif _is_array(cls) and obj.dtype.hasobject:
        yield from (((_ELEMENT, index), item) for index, item in enumerate(obj.ravel().tolist()))
    if cls.__dictoffset__:
        yield from (((_ATTRIBUTE, name), value) for name, value in dict_of(obj).items())
    for name in slots_of(cls):
        yield from (((_SLOT, name), value) for value in _slot(obj, name))


def _follow(obj: Any, step: Step) -> Any:
    kind, which = step
    cls = type(obj)
    found: Iterable[Any] = ()
    if kind == _ITEM and issubclass(cls, (list, tuple, deque)):
        found = islice(_items(obj), which, which + 1)
    elif kind in {_KEY, _VALUE} and issubclass(cls, dict):
        found = islice(_values(obj) if kind == _VALUE else _keys(obj), which, which + 1)
    elif kind == _ELEMENT and _is_array(cls) and obj.dtype.hasobject and which < obj.size:
        found = (obj.item(which),)
    elif kind == _ATTRIBUTE and which in (names := dict_of(obj)):
        found = (names[which],)
    elif kind == _SLOT:
        found = _slot(obj, which)
    for part in found:
        return part
    return _lost((step,))


def _items(obj: Any) -> Iterator[Any]:
    base: Any = next(base for base in (list, tuple, deque) if issubclass(type(obj), base))
    return base.__iter__(obj)  # type: ignore[no-any-return]


def _values(obj: Any) -> Iterable[Any]:
    return _mapping(obj).values(obj)  # type: ignore[no-any-return]


def _keys(obj: Any) -> Iterable[Any]:
    return _mapping(obj).keys(obj)  # type: ignore[no-any-return]


def _mapping(obj: Any) -> Any:
    """The class whose methods list the dictionary in its own order."""
    return OrderedDict if issubclass(type(obj), OrderedDict) else dict


def _slot(obj: Any, name: str) -> list[Any]:
    """What the slot holds, if it holds anything."""
    for base in type(obj).__mro__:
        descriptor: Any = base.__dict__.get(name)
        if type(descriptor).__name__ == "member_descriptor":
            try:
                return [descriptor.__get__(obj)]
            except AttributeError:
                return []
    return []


def _is_array(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and cls is numpy.ndarray


def _view_of(array: Any, view: View) -> Any:
    """The view as numpy makes it: of the array that owns the memory."""
    if not _is_array(type(array)) or (array.shape, array.strides) != view.within:
        _lost("its array")
    import numpy as np

    owner = array
    while not owner.flags.owndata and _is_array(type(owner.base)):
        owner = owner.base
    offset = _address(array) - _address(owner) + view.offset
    try:
        made: Any = np.ndarray(view.shape, view.dtype, owner, offset, view.strides)
    except (ValueError, TypeError, BufferError):
        _lost("its memory")
    if view.writeable and not made.flags.writeable:
        _lost("a writeable array")
    made.flags.writeable = view.writeable
    return made


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def _lost(what: object) -> NoReturn:
    why = f"the result is a part of an argument that is not found again: {what}"
    raise Unshippable("lost-part", why)
