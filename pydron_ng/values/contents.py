"""What functions, classes and objects hold, looked up without running any code of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any, Final


def class_contents(cls: type) -> Iterator[tuple[str, Any]]:
    """What a class body defines, without what the interpreter keeps there for itself."""
    for name, value in list(cls.__dict__.items()):
        if name in _BOOKKEEPING or type(value).__name__ in _DESCRIPTORS:
            continue
        if name != "__repr__" or not _is_generated_repr(value):
            yield name, value


def attributes_of(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """What the program has put on a function, without what decorators and tools keep there."""
    for name, value in list(function.__dict__.items()):
        if not name.startswith("__"):
            yield name, value


def _is_generated_repr(method: Any) -> bool:
    """Whether a dataclass made it: it holds a set that is in use while it runs."""
    made_in = ("reprlib.py", "dataclasses.py")
    return type(method) is FunctionType and method.__code__.co_filename.endswith(made_in)


def dict_of(obj: Any) -> dict[str, Any]:
    """The instance dictionary; no code of the class runs."""
    try:
        return dict(object.__getattribute__(obj, "__dict__"))
    except AttributeError:
        return {}


def pickles_plainly(cls: type) -> bool:
    """Whether the class leaves pickling to its dictionary and slots."""
    hooks = ("__reduce__", "__reduce_ex__")
    return not any(hook in base.__dict__ for base in cls.__mro__[:-1] for hook in hooks)


def slots_of(cls: type) -> list[str]:
    """The names of the slots that the class and its bases have."""
    return [
        name
        for base in cls.__mro__
        for name, value in base.__dict__.items()
        if type(value).__name__ == "member_descriptor"
    ]


_BOOKKEEPING: Final = frozenset(
    {
        "__dict__", "__weakref__", "__module__", "__doc__", "__slotnames__", "__annotations__",
        "__abstractmethods__", "_abc_impl", "__dataclass_fields__", "__dataclass_params__",
        "__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__",
    }
)  # fmt: skip

_DESCRIPTORS: Final = frozenset({"getset_descriptor", "member_descriptor"})
