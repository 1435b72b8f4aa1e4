"""Whether, and as what, another process can import a function or class."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary


def follow(module: str, qualname: str) -> Any:
    """What ``module`` has by that dotted name. Imports the module if need be."""
    found: Any = import_module(module)
    for name in qualname.split("."):
        found = getattr(found, name)
    return found


def plain(definition: Any) -> Any:
    """The original of a scheduled function, or of one inside of it; anything else as it is."""
    while getattr(definition, "__dict__", {}).get("__pydron_scheduled__"):
        definition = definition.__wrapped__
    return _as_written(definition) if type(definition) is FunctionType else definition


#: What is to travel in place of functions that were made inside of a scheduled one.
_written: WeakKeyDictionary[FunctionType, FunctionType] = WeakKeyDictionary()


def _as_written(function: FunctionType) -> FunctionType:
    """A function with the code that the user wrote, if a commit program has made this one."""
    for constant in function.__code__.co_consts:
        code = getattr(type(constant), "__pydron_written__", None)
        if code is not None:
            known = _written.get(function)
            if known is None or not _is_up_to_date(known, function):
                known = _written[function] = _with_code(function, code(constant))
            return known
    return function


def _is_up_to_date(known: FunctionType, function: FunctionType) -> bool:
    here, there = function.__dict__, known.__dict__
    same = len(here) == len(there) and all(there.get(name) is here[name] for name in here)
    return same and known.__defaults__ is function.__defaults__


def _with_code(function: FunctionType, code: CodeType) -> FunctionType:
    made = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__.update(function.__dict__)
    made.__module__, made.__qualname__ = function.__module__, function.__qualname__
    made.__annotations__ = function.__annotations__
    return made


def module_of(definition: Any) -> str:
    """The module that says it has the function or class, empty if none does."""
    name = getattr(definition, "__module__", None)
    if name is None and isinstance(owner := getattr(definition, "__self__", None), ModuleType):
        name = owner.__name__
    return name if isinstance(name, str) else ""


def is_module_class(cls: type) -> bool:
    """Is it the class of modules, or of one whose attributes answer by thread (see stage.py)?"""
    return cls is ModuleType or (type(cls) is type and "__pydron_stage__" in cls.__dict__)


class Finder:
    """Remembers which modules a fresh process would find."""

    def __init__(self) -> None:
        self._found: dict[str, bool] = {}

    def is_importable(self, definition: Any) -> bool:
        """Whether its module, imported elsewhere, has it under its own name."""
        name = module_of(definition)
        module = sys.modules.get(name)
        if module is None or name == "__main__":
            return False
        found = _at(module, getattr(definition, "__qualname__", "<none>"))
        if found is not definition and plain(found) is not definition:
            return False
        return not _is_being_imported(module) and self._is_found(module)

    def _is_found(self, module: ModuleType) -> bool:
        name = module.__name__
        if name not in self._found:
            self._found[name] = _find(name, module)
        return self._found[name]


def _at(module: ModuleType, qualname: str) -> Any:
    found: Any = module
    for name in qualname.split("."):
        found = getattr(found, "__dict__", {}).get(name)
    return found


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(module.__spec__, "_initializing", False))


def _find(name: str, module: ModuleType) -> bool:
    """Whether the import system finds that very module by its name."""
    spec = getattr(module, "__spec__", None)
    if spec is None or name in sys.builtin_module_names:
        return name in sys.builtin_module_names
    parent = sys.modules.get(name.rpartition(".")[0])
    path = getattr(parent, "__path__", None)
    for finder in sys.meta_path:
        found = None
        with suppress(Exception):  # a finder of somebody else's
            found = finder.find_spec(name, path)
        if found is not None:
            return bool(found.origin == spec.origin)
    return False
