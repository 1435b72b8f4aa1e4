"""Whether a function or class still is what it was, asked often and answered fast."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydron_ng.values.contents import attributes_of, class_contents
from pydron_ng.values.digest import ATOMS, Walk, has_state, named_globals

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

_MISSING: Final = object()
#: Stands for what can change inside: its content is digested again each time.
_CONTENT: Final = object()

Names = tuple[tuple[str, Any], ...]


class FunctionWatch(NamedTuple):
    """What a function was made of. Nothing of the program's is kept alive by it.

    cells: what the closure held; names: what the global names stood for. Either holds atoms
    as they are, weak references to functions, classes and modules, or _CONTENT.
    size: how many attributes it had.
    """

    function: weakref.ref[FunctionType]
    code: CodeType
    defaults: Any
    cells: tuple[Any, ...]
    names: Names
    size: int

    def holds(self) -> bool:
        function = self.function()
        if function is None or function.__code__ is not self.code:
            return False
        if not _is_same(function.__defaults__, self.defaults):
            return False
        if len(function.__dict__) != self.size:
            return False
        if self.cells and not _same_cells(function, self.cells):
            return False
        return not self.names or _same_names(function.__globals__, self.names)


class SpaceWatch(NamedTuple):
    """What names of a module, class or function stood for.

    size: how many names there were; of a module anything.
    """

    owner: weakref.ref[Any]
    names: Names
    size: int | None

    def holds(self) -> bool:
        owner = self.owner()
        if owner is None or self.size not in {None, len(owner.__dict__)}:
            return False
        return _same_names(owner.__dict__, self.names)


class ContentWatch(NamedTuple):
    """What a place held that can change inside, as a digest."""

    get: Callable[[], Any]
    digest: bytes
    reader: Reader

    def holds(self) -> bool:
        return self.reader.digest(self.get()) == self.digest


class Reader(NamedTuple):
    """Digests what can change inside. known: ids of what has a watch of its own, told by those."""

    library: Library
    known: tuple[int, ...]

    def digest(self, value: Any) -> bytes:
        return Walk(self.library, value, self.known).digest()


Watch = FunctionWatch | SpaceWatch | ContentWatch


def watch(walk: Walk, library: Library) -> tuple[Watch, ...]:
    """What has to hold for the digest of the walk to hold."""
    reader = Reader(library, tuple(map(id, walk.definitions)))
    watches: list[Watch] = []
    for definition in walk.definitions:
        if isinstance(definition, FunctionType):
            watches += _watch_function(definition, reader)
        else:
            names = dict(class_contents(definition))
            watches += _watch_names(weakref.ref(definition), names, reader)
    for function in walk.scheduled:
        watches += _watch_names(weakref.ref(function), dict(attributes_of(function)), reader)
    return tuple(watches)


def _watch_function(function: FunctionType, reader: Reader) -> Iterable[Watch]:
    ref = weakref.ref(function)
    defaults = _expected(function.__defaults__, reader)
    cells = tuple(_expected(_content(cell), reader) for cell in function.__closure__ or ())
    names: list[tuple[str, Any]] = []
    for space, name in named_globals(function):
        if space is function.__globals__:
            names.append((name, _expected(space[name], reader)))
        else:
            module = sys.modules[space["__name__"]]
            yield from _watch_names(weakref.ref(module), {name: space[name]}, reader)
    size = len(function.__dict__)
    yield FunctionWatch(ref, function.__code__, defaults, cells, tuple(names), size)
    if attributes := dict(attributes_of(function)):
        yield from _watch_names(ref, attributes, reader)
    if defaults is _CONTENT:
        yield _content_watch(lambda: _alive(ref).__defaults__, reader)
    if function.__kwdefaults__:
        yield _content_watch(lambda: _alive(ref).__kwdefaults__, reader)
    for index, cell in enumerate(cells):
        if cell is _CONTENT:
            yield _content_watch(partial(_cell_content, ref, index), reader)
    for name, expected in names:
        if expected is _CONTENT:
            yield _content_watch(partial(_global, ref, name), reader)


def _watch_names(
    owner: weakref.ref[Any], space: Mapping[str, Any], reader: Reader
) -> Iterable[Watch]:
    names = tuple((name, _expected(value, reader)) for name, value in space.items())
    size = None if isinstance(_alive(owner), ModuleType) else len(_alive(owner).__dict__)
    yield SpaceWatch(owner, names, size)
    for name, expected in names:
        if expected is _CONTENT:
            yield _content_watch(partial(_attribute, owner, name), reader)


def _content_watch(get: Callable[[], Any], reader: Reader) -> ContentWatch:
    return ContentWatch(get, reader.digest(get()), reader)


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


def _expected(value: Any, reader: Reader) -> Any:
    """What to compare a place with later on."""
    if type(value) in ATOMS or value is _MISSING:
        return value
    if isinstance(value, (BuiltinFunctionType, Enum)) or _is_fixed(value):
        return value
    if isinstance(value, (FunctionType, type, ModuleType)) or not has_state(value, reader.library):
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
