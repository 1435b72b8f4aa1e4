"""What a call could change without anybody noticing: its arguments, and what the function holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.contract.differing import first_change
from pydron_ng.contract.likeness import Likeness, is_same, likeness, objects_in
from pydron_ng.values.contents import class_contents
from pydron_ng.values.digest import Walk, named_globals
from pydron_ng.values.installed import is_installed
from pydron_ng.values.pack import unpack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

_OURS: Final = ("__functional__", "__wrapped__", "__pydron_scheduled__")
_MISSING: Final = "missing"


class Arguments:
    """The arguments of a call as they are now, each by its name."""

    def __init__(
        self,
        function: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        library: Library,
    ) -> None:
        self._library = library
        self._names = _names(getattr(function, "__code__", None), len(args))
        self._values = {**dict(zip(self._names, args, strict=True)), **kwargs}
        self._objects = {name: objects_in(value) for name, value in self._values.items()}
        self._alike = self._likenesses()

    def _likenesses(self) -> dict[str, Likeness]:
        return {name: likeness(value, self._library) for name, value in self._values.items()}

    def changed(self, before: tuple[tuple[Any, ...], Mapping[str, Any]] | None) -> dict[str, str]:
        """The names of those that the call has changed, and how they differ from those before."""
        now = self._likenesses()
        names = [n for n in self._values if now[n] != self._alike[n] or self._new(n)]
        was = (
            {}
            if before is None
            else {**dict(zip(self._names, before[0], strict=True)), **before[1]}
        )
        return {n: first_change(n, was[n], self._values[n]) if n in was else "" for n in names}

    def _new(self, name: str) -> bool:
        return not is_same(objects_in(self._values[name]), self._objects[name])


def _names(code: CodeType | None, count: int) -> list[str]:
    known = code.co_varnames[: code.co_argcount] if code is not None else ()
    return [known[i] if i < len(known) else f"number {i + 1}" for i in range(count)]


class State:
    """What the function, and all of the program's that it uses, holds between calls."""

    def __init__(self, function: Any, library: Library) -> None:
        self._library = library
        self._definitions = _definitions(function, library)
        self._before = self._places()

    def _places(self) -> dict[str, Likeness]:
        return {
            place: likeness(value, self._library)
            for definition in self._definitions
            for place, value in _held(definition)
        }

    def changed(self) -> list[tuple[str, str]]:
        """The places that hold something else now, in words, and what became of them."""
        now = self._places()
        places = {**self._before, **now}
        missing = (_MISSING,)
        found = [p for p in places if self._before.get(p, missing) != now.get(p, missing)]
        return [(place, self._change(place)) for place in found]

    def _change(self, place: str) -> str:
        """What is different at a place; empty if what was there is not known any more."""
        kind, *blob = self._before.get(place) or ("missing",)
        values = dict(pair for one in self._definitions for pair in _held(one))
        if kind != "bytes" or place not in values:
            return ""
        try:
            before = unpack(tuple(blob), self._library)
        except Unshippable:
            return ""
        return first_change(place.rpartition(".")[2], before, values[place])


def _definitions(function: Any, library: Library) -> list[Any]:
    try:
        return Walk(library, function).definitions
    except Unshippable:  # what it holds cannot be looked into; the rest can
        return [function] if isinstance(function, FunctionType) else []


def _held(definition: Any) -> Iterator[tuple[str, object]]:
    name = definition.__qualname__
    if isinstance(definition, type):
        yield from ((f"the attribute {name}.{n}", v) for n, v in class_contents(definition))
        return
    yield f"the default values of {name}()", definition.__defaults__
    yield f"the keyword defaults of {name}()", definition.__kwdefaults__
    for attribute, value in definition.__dict__.items():
        if attribute not in _OURS:
            yield f"the attribute {name}.{attribute}", value
    cells = zip(definition.__code__.co_freevars, definition.__closure__ or (), strict=True)
    for variable, cell in cells:
        try:
            yield f"the variable {variable} around {name}()", cell.cell_contents
        except ValueError:
            yield f"the variable {variable} around {name}()", _MISSING
    for space, variable in named_globals(definition):
        module, value = str(space.get("__name__")), space[variable]
        own = space is definition.__globals__ or not is_installed(module)
        if own and not isinstance(value, ModuleType):  # what is imported late is no change
            yield f"the global {module}.{variable}", value
