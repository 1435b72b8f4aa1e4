"""Functions as bytes; those that depend on nothing that may change are pickled once."""

from __future__ import annotations

import weakref
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, Final

from pydron_ng.pool.parcels import function_of

_ATOMS: Final = frozenset({int, float, complex, bool, str, bytes, type(None)})


class Steady:
    """The bytes of functions."""

    def __init__(self) -> None:
        self._known: weakref.WeakKeyDictionary[FunctionType, tuple[object, bytes]]
        self._known = weakref.WeakKeyDictionary()

    def bytes_of(self, function: Any) -> bytes:
        """As `function_of`. Raises: what cloudpickle raises."""
        if type(function) is not FunctionType or not _is_steady(function):
            return function_of(function)
        state = _state(function)
        known = self._known.get(function)
        if known is None or known[0] != state:
            known = self._known[function] = state, function_of(function)
        return known[1]


def _state(function: FunctionType) -> object:
    """What a steady function is made of, as far as somebody may give it another one."""
    names = function.__globals__
    used = [id(names.get(name)) for name in function.__code__.co_names]
    defaults = [(type(value), repr(value)) for value in function.__defaults__ or ()]
    return id(function.__code__), defaults, used


def _is_steady(function: FunctionType) -> bool:
    """Has it no closure, no function inside, and only modules and builtins for globals?"""
    code = function.__code__
    if function.__closure__ or function.__dict__ or function.__kwdefaults__:
        return False
    if any(type(constant) is CodeType for constant in code.co_consts):
        return False
    if not _ATOMS.issuperset(map(type, function.__defaults__ or ())):
        return False
    names = function.__globals__
    return all(type(names.get(name, len)) in _STEADY for name in code.co_names)


_STEADY: Final = frozenset({ModuleType, BuiltinFunctionType})
