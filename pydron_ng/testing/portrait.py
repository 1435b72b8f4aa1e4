"""Portraits: everything a program could see in a value, as text by path.

Two values with equal portraits have the same types, the same bits in their floats, the same
order in their dictionaries and sets, the same memory layout in their arrays, and the same
objects in the same places.
"""

from __future__ import annotations

import enum
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from pydron_ng.testing.texts import array, atom, is_atom, named, type_name
from pydron_ng.testing.tracebacks import user_lines

#: (path, what is there), in the order in which the value was walked.
Portrait = tuple[tuple[str, str], ...]

#: A longer iterator is cut off; an endless one must not hang its observer.
ITEMS_OF_AN_ITERATOR = 1000

#: The elements of a larger array are compared by a digest only.
ELEMENTS_SHOWN = 64

_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_STATELESS = (tuple, frozenset)
_MODULES_OF_VALUES = frozenset({"datetime", "decimal", "fractions", "pathlib", "uuid"})
_ITERABLES: tuple[Iterable[object], ...] = (
    [],
    (),
    {},
    {}.values(),
    {}.items(),
    set(),
    "",
    b"",
    range(0),
)
_BUILTIN_ITERATORS: tuple[type, ...] = (
    *{type(iter(iterable)) for iterable in _ITERABLES},
    type(reversed([])),
    *(enumerate, zip, map, filter, types.GeneratorType),
)


def _is_a_value(value: object) -> bool:
    """Is it a date, a number or the like, of which a result may be an equal copy?"""
    generic = getattr(sys.modules.get("numpy"), "generic", ())
    return type(value).__module__ in _MODULES_OF_VALUES or isinstance(value, generic)


def portray(roots: Mapping[str, object]) -> Portrait:
    """One portrait of all roots together; objects that they share show as shared."""
    painter = _Painter()
    for name, value in roots.items():
        painter.visit(name, value)
    return tuple(painter.lines)


class _Painter:
    """Walks values once each; whoever is met again is named by the path where he was met first."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._met: dict[int, str] = {}
        self._kept: list[object] = []  # ids stay unique only while their objects live
        self._memory: list[tuple[str, Any]] = []

    def visit(self, path: str, value: object) -> None:
        text = atom(value) if is_atom(value) else named(value)
        if text is None and id(value) in self._met:
            text = f"the object at {self._met[id(value)]}"
        if text is not None:
            self.lines.append((path, text))
        else:
            self._meet(path, value)
            self._describe(path, value)

    def _meet(self, path: str, value: object) -> None:
        if type(value) not in _STATELESS and not _is_a_value(value):
            self._met[id(value)] = path
        self._kept.append(value)

    def _describe(self, path: str, value: object) -> None:
        match value:
            case BaseException():
                self._exception(path, value)
            case types.MethodType():
                self._members(
                    path, "bound method", {"__func__": value.__func__, "__self__": value.__self__}
                )
            case types.FunctionType():
                self._function(path, value)
            case dict():
                self._mapping(path, value)
            case list() | tuple() | set() | frozenset():
                self._items(path, f"{type_name(value)} of {len(value)}", value)
                self._state(path, value)
            case _ if _is_array(value):
                self._array(path, value)
            case _ if isinstance(value, _BUILTIN_ITERATORS):
                self._items(path, type_name(value), _drained(cast("Iterator[object]", value)))
            case _:
                self._instance(path, value)

    def _items(self, path: str, text: str, items: Iterable[object]) -> None:
        self.lines.append((path, text))
        for index, item in enumerate(items):
            self.visit(f"{path}[{index}]", item)

    def _mapping(self, path: str, value: dict[Any, Any]) -> None:
        self.lines.append((path, f"{type_name(value)} of {len(value)}"))
        for index, (key, item) in enumerate(dict.items(value)):
            self.visit(f"{path}.keys[{index}]", key)
            self.visit(f"{path}[{atom(key) if is_atom(key) else index}]", item)
        self._state(path, value)

    def _members(self, path: str, text: str, members: Mapping[str, object]) -> None:
        self.lines.append((path, text))
        for name, member in members.items():
            self.visit(f"{path}.{name}", member)

    def _function(self, path: str, value: types.FunctionType) -> None:
        self.lines.append((path, f"function {value.__qualname__} defined inside"))
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            self.visit(f"{path}.{name}", cell_contents(cell))

    def _array(self, path: str, value: Any) -> None:
        owner = next((at for at, other in self._memory if _shares(other, value)), None)
        shared = f", memory of {owner}" if owner else ""
        self._memory.append((path, value))
        self.lines.append((path, array(value) + shared))
        if value.dtype.hasobject or value.size <= ELEMENTS_SHOWN:
            for index, item in enumerate(value.ravel().tolist()):
                self.visit(f"{path}.flat[{index}]", item)

    def _exception(self, path: str, value: BaseException) -> None:
        self.lines.append((path, f"{type_name(value)}: {_message(value)}"))
        for index, line in enumerate(user_lines(value)):
            self.lines.append((f"{path}.__traceback__[{index}]", line))
        for name in ("args", "__cause__", "__context__", "__suppress_context__"):
            self.visit(f"{path}.{name}", getattr(value, name))
        self._state(path, value)

    def _instance(self, path: str, value: object) -> None:
        if isinstance(value, enum.Enum):
            self.lines.append((path, f"{type_name(value)}.{value.name}"))
            return
        self.lines.append((path, type_name(value)))
        self._state(path, value)
        if _has_hidden_state(type(value)):
            self._reduced(path, value)

    def _state(self, path: str, value: object) -> None:
        """The instance dictionary in its order, then the slots that are set."""
        state = dict(getattr(value, "__dict__", {}))
        for cls in reversed(type(value).__mro__):
            slots = cls.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if slot not in ("__dict__", "__weakref__") and hasattr(value, slot):
                    state[slot] = getattr(value, slot)
        for name, member in state.items():
            self.visit(f"{path}.{name}", member)

    def _reduced(self, path: str, value: object) -> None:
        try:
            parts = value.__reduce_ex__(4)
        except Exception:
            return
        self.visit(f"{path}.__reduce__()", parts)


def cell_contents(cell: types.CellType) -> object:
    """What the cell holds; a text for an empty one."""
    try:
        return cell.cell_contents
    except ValueError:
        return "(empty cell)"


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _shares(one: Any, other: Any) -> bool:
    return bool(sys.modules["numpy"].may_share_memory(one, other)) and one.size > 0


def _drained(iterator: Iterator[object]) -> list[object]:
    """What is left in the iterator; an exception that ends it is the last item."""
    items: list[object] = []
    try:
        items.extend(islice(iterator, ITEMS_OF_AN_ITERATOR))
    except Exception as error:
        items.append(error)
    return items


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as trouble:
        return f"({type(trouble).__name__} in __str__)"


def _has_hidden_state(cls: type) -> bool:
    """Whether a class written in C, other than object, holds a part of the value."""
    return any(not base.__flags__ & _HEAP_TYPE for base in cls.__mro__ if base is not object)
