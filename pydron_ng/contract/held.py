"""What a call could change without anybody noticing: its arguments, and what the function holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.contract.likeness import Likeness, is_same, likeness, objects_in
from pydron_ng.values.contents import class_contents
from pydron_ng.values.digest import Walk, named_globals
from pydron_ng.values.installed import is_installed
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
        names = _names(getattr(function, "__code__", None), len(args))
        self._values = {**dict(zip(names, args, strict=True)), **kwargs}
        self._objects = {name: objects_in(value) for name, value in self._values.items()}
        self._alike = self._likenesses()

    def _likenesses(self) -> dict[str, Likeness]:
        return {name: likeness(value, self._library) for name, value in self._values.items()}

    def changed(self) -> list[str]:
        """The names of those that the call has changed."""
        now = self._likenesses()
        return [name for name in self._values if now[name] != self._alike[name] or self._new(name)]

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

    def changed(self) -> list[str]:
        """The places that hold something else now, in words."""
        now = self._places()
        places = {**self._before, **now}
        missing = (_MISSING,)
        return [p for p in places if self._before.get(p, missing) != now.get(p, missing)]


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
