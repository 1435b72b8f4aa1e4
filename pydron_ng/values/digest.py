"""What a function does, as a number: code, defaults, closure, and the globals that it names.

Lines and columns are part of the code: tracebacks, warnings and log records show them.

The same in every process that has the same definitions: no addresses, no hash order.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import Enum
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MappingProxyType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.values.contents import (
    attributes_of,
    class_contents,
    dict_of,
    pickles_plainly,
    slots_of,
)
from pydron_ng.values.hashing import blake2b
from pydron_ng.values.importable import is_module_class, module_of, plain
from pydron_ng.values.installed import is_installed
from pydron_ng.values.pack import pack
from pydron_ng.values.quiet import check_quiet
from pydron_ng.values.rules import is_known
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library


def digest_of(definition: Any, library: Library) -> bytes:
    """The digest of a function or class; of anything else, that of its name."""
    return Walk(library, definition).digest()


class Walk:
    """One walk over everything that a definition depends on.

    definitions: the functions, classes and modules that were looked into, in that order.
    classes: those of them that a worker cannot import.
    scheduled: functions whose originals were looked into.
    """

    def __init__(self, library: Library, root: Any, known: Iterable[int] = ()) -> None:
        """known: ids of what is not looked into."""
        self._library = library
        self._home = module_of(root).partition(".")[0]
        self._parts: list[bytes] = []
        self._seen = {place: number for number, place in enumerate(known)}
        self._alive: list[object] = []
        self.definitions: list[Any] = []
        self.classes: list[type] = []
        self.scheduled: list[FunctionType] = []
        self._root = root
        self.add(root)

    def digest(self) -> bytes:
        """16 bytes; equal for equal definitions."""
        hashed = blake2b(digest_size=16)
        for part in self._parts:
            hashed.update(struct.pack("<q", len(part)))
            hashed.update(part)
        return hashed.digest()

    def _say(self, *words: str | bytes) -> None:
        self._parts += [
            word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word
            for word in words
        ]

    def _is_known(self, obj: object) -> bool:
        """Say which one it was, if the walk has been there."""
        number = self._seen.get(id(obj))
        if number is not None:
            self._say("seen", str(number))
            return True
        self._seen[id(obj)] = len(self._seen)
        self._alive.append(obj)
        return False

    def add(self, obj: Any) -> None:
        """Take in one object, whatever it is; of a scheduled function, what a worker has of it."""
        check_quiet(obj)
        cls = type(obj)
        if cls is FunctionType:
            obj = self._plain(obj)
        if cls in ATOMS:
            self._say(cls.__name__, _atom(obj))
            return
        if self._is_known(obj):
            return
        kind = ModuleType if is_module_class(cls) else cls
        visit = _VISITS.get(kind) or next((v for k, v in _KINDS if isinstance(obj, k)), None)
        if visit is not None:
            visit(self, obj)
        else:
            self._instance(obj)

    def _plain(self, function: FunctionType) -> Any:
        """What a worker has of a function.

        Raises:
            Unshippable: the program has put something on a scheduled one, which stays here.
        """
        original = plain(function)
        if original is not function:
            self.scheduled.append(function)
            if any(
                value is not original.__dict__.get(name) for name, value in attributes_of(function)
            ):
                why = f"{function.__qualname__} is scheduled, and has attributes of its own"
                raise Unshippable("unshippable-attributes", why)
        return original

    def sequence(self, items: Any) -> None:
        self._say(type(items).__name__, str(len(items)))
        for item in items:
            self.add(item)

    def mapping(self, mapping: Any) -> None:
        self._say(type(mapping).__name__, str(len(mapping)))
        for key, value in list(mapping.items()):
            self.add(key)
            self.add(value)

    def unordered(self, items: Any) -> None:
        digests = sorted(Walk(self._library, item).digest() for item in items)
        self._say(type(items).__name__, *digests)

    def member(self, member: Enum) -> None:
        self._say("member", str(member._name_))
        self.add(type(member))

    def module(self, module: ModuleType) -> None:
        self._say("module", module.__name__)

    def cell(self, cell: CellType) -> None:
        try:
            content = cell.cell_contents
        except ValueError:
            self._say("empty cell")
        else:
            self.add(content)

    def builtin(self, function: Any) -> None:
        self._say("builtin", module_of(function), function.__qualname__)

    def code(self, code: CodeType) -> None:
        self._say("code", code.co_name, code.co_code, str(code.co_flags), code.co_exceptiontable)
        self._say(*code.co_names, "|", *code.co_varnames, "|", *code.co_freevars, *code.co_cellvars)
        self._say(str(code.co_argcount), str(code.co_posonlyargcount), str(code.co_kwonlyargcount))
        self._say(code.co_qualname, str(code.co_firstlineno), code.co_linetable)
        self.sequence(code.co_consts)

    def function(self, function: FunctionType) -> None:
        self._say("function", function.__module__ or "", function.__qualname__)
        self.code(function.__code__)
        if not self._is_deep(function):
            return
        self.definitions.append(function)
        self.add(function.__defaults__)
        self.add(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            self.cell(cell)
        for space, name in named_globals(function):
            self._say("name", name)
            self.add(space[name])
        for name, value in attributes_of(function):
            self._say("attribute", name)
            self.add(value)

    def class_(self, cls: type) -> None:
        self._say("class", cls.__module__, cls.__qualname__)
        if not self._is_deep(cls):
            return
        self.definitions.append(cls)
        if not self._library.is_importable(cls):
            self.classes.append(cls)
        for base in cls.__bases__:
            self.add(base)
        for name, value in class_contents(cls):
            self._say("name", name)
            self.add(value)

    def _is_deep(self, definition: Any) -> bool:
        """Whether to look inside: the program's own code, not what it has installed."""
        if definition is self._root:
            return True
        if self._is_programs(module_of(definition)):
            return True
        return "<" in definition.__qualname__ and not self._library.is_importable(definition)

    def _is_programs(self, module: str) -> bool:
        home = module.partition(".")[0]
        return home in {self._home, "__main__"} or not is_installed(module)

    def wrapped(self, method: Any) -> None:
        self._say(type(method).__name__)
        self.add(method.__func__)

    def property_(self, prop: property) -> None:
        self.sequence((prop.fget, prop.fset, prop.fdel))

    def _instance(self, obj: Any) -> None:
        cls = type(obj)
        self._say("instance", cls.__module__, cls.__qualname__)
        if _is_array(cls):
            self._array(obj)
        elif _is_numpy_scalar(cls):
            self._say(obj.dtype.str, obj.tobytes())
        elif f"{cls.__module__}.{cls.__qualname__}" in _STATEFUL or "__next__" in vars(cls):
            why = f"a {cls.__qualname__} is changed by being used, and a worker has its own"
            raise Unshippable("unshippable-state", why)
        elif self._is_own(cls):
            self._state(obj)
        elif has_state(obj, self._library):
            self._bytes(obj)
        wrapped = dict_of(obj).get("__wrapped__") if callable(obj) else None
        if isinstance(wrapped, FunctionType):
            self.add(wrapped)

    def _array(self, array: Any) -> None:
        self._say(array.dtype.str, str(array.shape), str(array.strides))
        if array.dtype.hasobject:
            self.sequence(array.ravel().tolist())
        else:
            self._say(array.tobytes())

    def _is_own(self, cls: type) -> bool:
        """Whether the walk can look into objects of the class: it is the program's, and plain."""
        if not self._is_programs(module_of(cls)):
            return False
        return pickles_plainly(cls) and not issubclass(cls, _HOLD_MORE)

    def _bytes(self, obj: Any) -> None:
        with suppress(Unshippable):  # then it is told by its type, and by its identity here
            named: list[Any] = []
            self._say(*pack(obj, self._library, named).blob)
            self.sequence(named)

    def _state(self, obj: Any) -> None:
        self.add(type(obj))
        for name, value in dict_of(obj).items():
            self._say("name", name)
            self.add(value)
        for name in slots_of(type(obj)):
            if hasattr(obj, name):
                self._say("slot", name)
                self.add(getattr(obj, name))


def named_globals(function: FunctionType) -> Iterator[tuple[dict[str, Any], str]]:
    """The globals that the code may name, and the attributes of modules among them.

    Each as the dictionary that holds it and its name there. Of modules that are installed
    rather than the program's own, the objects are left out: sys.stdout, os.environ.
    """
    names = sorted(names_of(function.__code__))
    home = module_of(function).partition(".")[0]
    spaces = [function.__globals__]
    for space in spaces:
        own = space is spaces[0] or _is_near(str(space.get("__name__")), home)
        for name in names:
            if name in space and (own or _is_fixed(space[name])):
                yield space, name
                value = space[name]
                if is_module_class(type(value)) and not _is_among(value.__dict__, spaces):
                    spaces.append(value.__dict__)


def _is_near(module: str, home: str) -> bool:
    return module.partition(".")[0] == home or not is_installed(module)


def _is_fixed(value: Any) -> bool:
    """Not a package's own modules: many are attributes only once they have been imported."""
    cls = type(value)
    if issubclass(cls, (FunctionType, BuiltinFunctionType, type)):
        return True
    return type(cls) is type and cls in ATOMS


def _is_among(space: dict[str, Any], spaces: list[dict[str, Any]]) -> bool:
    return any(known is space for known in spaces)


def names_of(code: CodeType) -> set[str]:
    """All names of globals and attributes, of nested code too."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if type(constant) is CodeType:
            names |= names_of(constant)
    return names


def has_state(obj: Any, library: Library) -> bool:
    """Whether the walk looks into it, so that a change inside changes the digest."""
    cls = type(obj)
    if cls.__module__ == "builtins" or _is_array(cls) or library.is_trusted(cls):
        return True
    return is_known(cls) or pickles_plainly(cls)


def _atom(obj: Any) -> str | bytes:
    if type(obj) in (str, bytes):
        return obj  # type: ignore[no-any-return]
    return obj.hex() if type(obj) is float else repr(obj)


def _is_array(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and cls is numpy.ndarray


def _is_numpy_scalar(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and issubclass(cls, numpy.generic)


ATOMS: Final[frozenset[type]] = frozenset(
    {int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented)}
)

#: Objects of these, and of their subclasses, hold more than dictionary and slots.
_HOLD_MORE: Final = (
    int, float, complex, str, bytes, bytearray, tuple, list, dict, set, frozenset, BaseException
)  # fmt: skip

#: Sources of random numbers: what they give depends on how often they were asked.
_STATEFUL: Final = frozenset(
    {
        "numpy.random._generator.Generator",
        "numpy.random.mtrand.RandomState",
        "random.Random",
        "random.SystemRandom",
    }
)

_VISITS: Final[dict[type, Callable[[Walk, Any], None]]] = {
    tuple: Walk.sequence,
    list: Walk.sequence,
    dict: Walk.mapping,
    MappingProxyType: Walk.mapping,
    set: Walk.unordered,
    frozenset: Walk.unordered,
    ModuleType: Walk.module,
    CellType: Walk.cell,
    CodeType: Walk.code,
    FunctionType: Walk.function,
    BuiltinFunctionType: Walk.builtin,
    staticmethod: Walk.wrapped,
    classmethod: Walk.wrapped,
    property: Walk.property_,
}

_KINDS: Final[tuple[tuple[type, Callable[[Walk, Any], None]], ...]] = (
    (type, Walk.class_),
    (Enum, Walk.member),
)
