"""Classes whose instances are made without running code of the program's: by rule."""

from __future__ import annotations

from types import FunctionType
from typing import Any

#: What a dataclass may fill its fields with.
_FACTORIES = (list, dict, set, tuple, frozenset, str, bytes, int, float, bool)


def makes_a_value(cls: object) -> bool:
    """Is it a class to call which has no effect: an exception, dataclass or named tuple?"""
    if type(cls) is not type:
        return False  # a class with a metaclass does anything
    return _is_plain_exception(cls) or _is_plain_dataclass(cls) or _is_plain_tuple(cls)


def _is_plain_exception(cls: type) -> bool:
    """One that leaves its making to Python."""
    return issubclass(cls, BaseException) and not _own(cls, "__new__", "__init__", "__setattr__")


def _is_plain_dataclass(cls: type) -> bool:
    maker = next(base for base in cls.__mro__ if "__init__" in base.__dict__)
    if "__dataclass_params__" not in maker.__dict__ or not _is_generated(
        maker.__dict__["__init__"]
    ):
        return False
    if _own(cls, "__post_init__", "__new__") or not _assigns_plainly(cls):
        return False
    import dataclasses  # it is imported already

    fields = dataclasses.fields(maker)
    return all(
        f.default_factory is dataclasses.MISSING or any(f.default_factory is k for k in _FACTORIES)
        for f in fields
    )


def _assigns_plainly(cls: type) -> bool:
    """Does setting a field just set it?"""
    setter = _first(cls, "__setattr__")
    return not isinstance(setter, FunctionType) or _is_generated(setter)


def _is_plain_tuple(cls: type) -> bool:
    if not issubclass(cls, tuple) or _own(cls, "__init__"):
        return False
    made: Any = _first(cls, "__new__")
    made = getattr(made, "__func__", made)
    return isinstance(made, FunctionType) and str(made.__globals__.get("__name__")).startswith(
        "namedtuple_"
    )


def _own(cls: type, *names: str) -> bool:
    """Does Python code define one of these methods, in the class or above?"""
    found = [_first(cls, name) for name in names]
    return any(isinstance(getattr(f, "__func__", f), FunctionType) for f in found)


def _first(cls: type, name: str) -> Any:
    return next((base.__dict__[name] for base in cls.__mro__ if name in base.__dict__), None)


def _is_generated(method: Any) -> bool:
    """Was it written by the decorator of dataclasses? Its code has no file."""
    return isinstance(method, FunctionType) and method.__code__.co_filename == "<string>"
