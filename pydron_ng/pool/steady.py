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
        self._known: weakref.WeakKeyDictionary[FunctionType, tuple[CodeType, bytes]]
        self._known = weakref.WeakKeyDictionary()

    def bytes_of(self, function: Any) -> bytes:
        """As `function_of`. Raises: what cloudpickle raises."""
        if type(function) is not FunctionType or not _is_steady(function):
            return function_of(function)
        known = self._known.get(function)
        if known is None or known[0] is not function.__code__:
            known = self._known[function] = function.__code__, function_of(function)
        return known[1]


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
