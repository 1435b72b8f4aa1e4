"""Objects that remember every touch: no guard may leave a trace on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TOUCHES: list[str] = []
_TOUCHED = """__getattribute__ __getattr__ __getitem__ __setitem__ __iter__ __next__ __eq__ __ne__
__lt__ __le__ __gt__ __ge__ __hash__ __bool__ __len__ __contains__ __add__ __radd__ __iadd__
__mul__ __rmul__ __sub__ __neg__ __invert__ __and__ __or__ __format__ __str__ __repr__ __index__
__int__ __float__ __call__ __enter__ __exit__ __reversed__ __bytes__ __abs__ __round__ __set__
__get__ __fspath__ __length_hint__ __missing__ __divmod__ __instancecheck__ __subclasscheck__
__array__ __array_ufunc__ __set_name__""".split()


def _remembers(name: str, owner: str) -> Callable[..., Any]:
    def touched(*_: Any, **__: Any) -> Any:
        TOUCHES.append(f"{owner}.{name}")
        raise RuntimeError(f"{name} was touched")

    return touched


def _all_but(owner: str, *left_out: str) -> dict[str, Any]:
    return {name: _remembers(name, owner) for name in _TOUCHED if name not in left_out}


class Tripwire:
    """Everything that can be asked of an instance is remembered."""


class Meta(type):
    """Its classes remember what they are asked themselves."""


class OfMeta(metaclass=Meta):
    """An instance of a class that remembers."""


class Described:
    """Computes its attributes, and remembers that."""

    x = property(_remembers("x", "property"))
    y = type("Descriptor", (), {"__get__": _remembers("__get__", "descriptor")})()


class OwnList(list[Any]):
    """A list with code of its own."""


class OwnDict(dict[Any, Any]):
    """A dict with code of its own."""


class OwnText(str):
    """A text with code of its own."""

    __slots__ = ()


class OwnNumber(int):
    """A number with code of its own."""


def _arm() -> None:
    for name, value in _all_but("Tripwire", "__set__", "__get__", "__set_name__").items():
        setattr(Tripwire, name, value)
    for kind in (OwnList, OwnDict, OwnText, OwnNumber):
        for name, value in _all_but(kind.__name__, "__set_name__").items():
            setattr(kind, name, value)
    # Types are told apart by tables of types: that is where a metaclass may see its hash asked.
    for name, value in _all_but("Meta", "__hash__", "__eq__").items():
        setattr(Meta, name, value)


def wired() -> list[Any]:
    """One object of each kind."""
    return [
        object.__new__(Tripwire),
        object.__new__(OfMeta),
        OfMeta,
        Described(),
        list.__new__(OwnList),
        dict.__new__(OwnDict),
        str.__new__(OwnText, "text"),
        int.__new__(OwnNumber, 7),
    ]


_WIRED = [*wired()]
_arm()
NAMES = ("instance", "of-metaclass", "class", "described", "list", "dict", "text", "number")


def all_wires() -> list[Any]:
    """One object of each kind, armed; TOUCHES is empty."""
    TOUCHES.clear()
    return list(_WIRED)
