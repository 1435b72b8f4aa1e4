"""Whether a function or class still is what it was, asked often and answered fast."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.values.digest import ATOMS, Walk, class_contents, has_state, named_globals

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

_MISSING: Final = object()
#: Stands for what can change inside: its content is digested again each time.
_CONTENT: Final = object()

Names = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class FunctionWatch:
    """What a function was made of. Nothing of the program's is kept alive by it.

    cells: what the closure held; names: what the global names stood for. Either holds atoms
    as they are, weak references to functions, classes and modules, or _CONTENT.
    """

    function: weakref.ref[FunctionType]
    code: CodeType
    defaults: Any
    cells: tuple[Any, ...]
    names: Names

    def holds(self) -> bool:
        function = self.function()
        if function is None or function.__code__ is not self.code:
            return False
        if not _is_same(function.__defaults__, self.defaults):
            return False
        if self.cells and not _same_cells(function, self.cells):
            return False
        return not self.names or _same_names(function.__globals__, self.names)


@dataclass(frozen=True, slots=True)
class SpaceWatch:
    """What names of a module or of a class stood for. size: of a class, how many there were."""

    owner: weakref.ref[Any]
    names: Names
    size: int | None

    def holds(self) -> bool:
        owner = self.owner()
        if owner is None or self.size not in {None, len(owner.__dict__)}:
            return False
        return _same_names(owner.__dict__, self.names)


@dataclass(frozen=True, slots=True)
class ContentWatch:
    """What a place held that can change inside, as a digest."""

    get: Callable[[], Any]
    digest: bytes
    library: Library

    def holds(self) -> bool:
        return Walk(self.library, self.get()).digest() == self.digest


Watch = FunctionWatch | SpaceWatch | ContentWatch


def watch(walk: Walk, library: Library) -> tuple[Watch, ...]:
    """What has to hold for the digest of the walk to hold."""
    watches: list[Watch] = []
    for definition in walk.definitions:
        if isinstance(definition, FunctionType):
            watches += _watch_function(definition, library)
        else:
            names = dict(class_contents(definition))
            watches += _watch_names(weakref.ref(definition), names, library)
    return tuple(watches)


def _watch_function(function: FunctionType, library: Library) -> Iterable[Watch]:
    ref = weakref.ref(function)
    defaults = _expected(function.__defaults__, library)
    cells = tuple(_expected(_content(cell), library) for cell in function.__closure__ or ())
    names: list[tuple[str, Any]] = []
    for space, name in named_globals(function):
        if space is function.__globals__:
            names.append((name, _expected(space[name], library)))
        else:
            module = sys.modules[space["__name__"]]
            yield from _watch_names(weakref.ref(module), {name: space[name]}, library)
    yield FunctionWatch(ref, function.__code__, defaults, cells, tuple(names))
    if defaults is _CONTENT:
        yield _content_watch(lambda: _alive(ref).__defaults__, library)
    if function.__kwdefaults__:
        yield _content_watch(lambda: _alive(ref).__kwdefaults__, library)
    for index, cell in enumerate(cells):
        if cell is _CONTENT:
            yield _content_watch(partial(_cell_content, ref, index), library)
    for name, expected in names:
        if expected is _CONTENT:
            yield _content_watch(partial(_global, ref, name), library)


def _watch_names(
    owner: weakref.ref[Any], space: Mapping[str, Any], library: Library
) -> Iterable[Watch]:
    names = tuple((name, _expected(value, library)) for name, value in space.items())
    size = len(_alive(owner).__dict__) if isinstance(_alive(owner), type) else None
    yield SpaceWatch(owner, names, size)
    for name, expected in names:
        if expected is _CONTENT:
            yield _content_watch(partial(_attribute, owner, name), library)


def _content_watch(get: Callable[[], Any], library: Library) -> ContentWatch:
    return ContentWatch(get, Walk(library, get()).digest(), library)


def _alive(ref: weakref.ref[Any]) -> Any:
    return ref()


def _cell_content(function: weakref.ref[Any], index: int) -> Any:
    return _content(_alive(function).__closure__[index])


def _global(function: weakref.ref[Any], name: str) -> Any:
    return _alive(function).__globals__.get(name)


def _attribute(owner: weakref.ref[Any], name: str) -> Any:
    return _alive(owner).__dict__.get(name)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _expected(value: Any, library: Library) -> Any:
    """What to compare a place with later on."""
    if type(value) in ATOMS or value is _MISSING:
        return value
    if isinstance(value, (BuiltinFunctionType, Enum)) or _is_fixed(value):
        return value
    if isinstance(value, (FunctionType, type, ModuleType)) or not has_state(value, library):
        return _weak(value)
    return _CONTENT


def _is_fixed(value: Any) -> bool:
    return type(value) in (tuple, frozenset) and all(type(item) in ATOMS for item in value)


def _weak(value: Any) -> Any:
    try:
        return weakref.ref(value)
    except TypeError:
        return value


def _is_same(value: Any, expected: Any) -> bool:
    return (
        value is expected
        or expected is _CONTENT
        or (type(expected) is weakref.ref and expected() is value)
    )


def _same_cells(function: FunctionType, cells: tuple[Any, ...]) -> bool:
    return all(map(_is_same, map(_content, function.__closure__ or ()), cells))


def _same_names(space: Mapping[str, Any], names: Names) -> bool:
    for name, expected in names:
        value = space.get(name, _MISSING)
        if value is not expected and not _is_same(value, expected):
            return False
    return True
