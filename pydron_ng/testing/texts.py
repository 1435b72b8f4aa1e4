"""Values as text: atoms by type and bits, functions and classes by name, arrays by layout."""

from __future__ import annotations

import hashlib
import struct
import sys
import types
from typing import Any

_ATOMS = frozenset(
    {
        type(None),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        type(Ellipsis),
        type(NotImplemented),
        range,
        slice,
    }
)

#: Longer integers are shown in base 16: Python refuses to write them in base 10.
LONG_BITS = 10_000


def is_atom(value: object) -> bool:
    """Whether the value is immutable through and through, and of a builtin type."""
    return type(value) in _ATOMS


def atom(value: object) -> str:
    """Type and exact value: floats that differ in one bit have different texts."""
    match value:
        case float():
            return f"float {value!r}{_odd_bits(value)}"
        case complex():
            return f"complex {value!r}{_odd_bits(value.real)}{_odd_bits(value.imag)}"
        case int() if value.bit_length() > LONG_BITS:
            return f"{type(value).__name__} {hex(value)}"  # repr refuses long ones
        case _:
            return f"{type(value).__name__} {value!r}"


def named(value: object) -> str | None:
    """``function m.f`` for what can be had by importing; None for everything else."""
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if not isinstance(value, types.FunctionType | types.BuiltinFunctionType | type):
        return None
    name = f"{value.__module__}.{value.__qualname__}"
    if _resolve(value.__module__, value.__qualname__) is value:
        return f"{_kind(value)} {name}"
    return (
        None if isinstance(value, types.FunctionType) else f"{_kind(value)} {name} defined inside"
    )


def type_name(value: object) -> str:
    """The name of the value's type; a class that only looks like its module's is told apart."""
    cls = type(value)
    if cls.__module__ == "builtins":
        return cls.__qualname__
    text = named(cls) or cls.__qualname__
    return text.removeprefix("class ")


def array(value: Any) -> str:
    """Type, shape, layout and a digest of the elements of a numpy array."""
    flags = [name for name in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE") if value.flags[name]]
    digest = (
        "objects" if value.dtype.hasobject else hashlib.sha256(value.tobytes()).hexdigest()[:16]
    )
    layout = f"shape {value.shape}, strides {value.strides}, {' '.join(flags).lower()}"
    return f"{type_name(value)} {value.dtype.descr} {layout}, elements {digest}"


def _odd_bits(number: float) -> str:
    """The bits of what repr cannot tell apart: all sorts of nan."""
    return "" if number == number else f" ({struct.pack('>d', number).hex()})"  # noqa: PLR0124


def _kind(value: object) -> str:
    return "class" if isinstance(value, type) else "function"


def _resolve(module: str | None, qualname: str) -> object:
    found: object = sys.modules.get(module or "")
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found
