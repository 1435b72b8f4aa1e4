"""What pickles of values call when they are read: one function per kind of value."""

from __future__ import annotations

from enum import Enum
from typing import Any, NoReturn


def by_token(token: bytes) -> NoReturn:
    """The class or function of that token; each unpickler puts its library's answer here."""
    raise LookupError(token)


def sentinel(module: str, name: str) -> NoReturn:
    """The module's own object of that name; each unpickler puts its library's answer here."""
    raise LookupError(module, name)


def decorated(function: Any, state: tuple[Any, ...]) -> NoReturn:
    """A function that is scheduled or functional is given its state; likewise."""
    raise LookupError(function, state)


def array(data: Any, dtype: str, shape: tuple[int, ...], order: str, flags: int) -> Any:
    """A contiguous array of its own memory. flags: 1 writeable, 2 owns its data."""
    return _with_flags(_own(data, shape, dtype, order), flags)


def strided(
    data: Any, dtype: str, shape: tuple[int, ...], offset: int, strides: tuple[int, ...], flags: int
) -> Any:
    """An array with the memory layout that it had: a view into a private copy of its memory."""
    import numpy as np

    memory = _own(data, (len(data),), "u1", "C")
    return _with_flags(np.ndarray(shape, dtype, memory, offset, strides), flags & ~2)


def spread(
    data: Any,
    dtype: str,
    shape: tuple[int, ...],
    size: int,
    offset: int,
    strides: tuple[int, ...],
    flags: int,
) -> Any:
    """The same of a view that is a small part of `size` bytes: what lies between is zero."""
    import numpy as np

    memory = np.zeros(size, np.uint8)
    made = np.ndarray(shape, dtype, memory, offset, strides)
    bits = np.dtype(("V", made.itemsize))  # numbers need not be equal to themselves
    made.view(bits)[...] = np.frombuffer(data, bits).reshape(shape)
    return _with_flags(made, flags & ~2)


def _own(data: Any, shape: tuple[int, ...], dtype: str, order: str) -> Any:
    """An array that owns its memory: what was mapped for it, else a copy."""
    import numpy as np

    if type(data) is memoryview and not data.readonly:
        from pydron_ng.memory.owned import is_private, owner

        if is_private(data) and (owning := owner()) is not None:
            return owning.array(data, shape, dtype, order)
    return np.ndarray(shape, dtype, data, 0, None, "F" if order == "F" else "C").copy("K")


def object_array(items: list[object], shape: tuple[int, ...], order: str, flags: int) -> Any:
    """An array of objects, element by element in that order."""
    import numpy as np

    flat = np.empty(len(items), object)
    for index, item in enumerate(items):
        flat[index] = item
    return _with_flags(flat.reshape(shape, order="F" if order == "F" else "C").copy("K"), flags)


def _with_flags(plain: Any, flags: int) -> Any:
    if not flags & 2 and plain.base is None:
        plain = plain.view()
    if not flags & 1:
        plain.flags.writeable = False
    return plain


def member(cls: type[Enum], name: str) -> Enum:
    """The member of an enumeration."""
    return cls.__members__[name]


def composite(cls: type[Enum], value: object) -> Enum:
    """The flags that have no name of their own."""
    return cls(value)


def tuple_of(cls: type[tuple[Any, ...]], items: tuple[Any, ...]) -> tuple[Any, ...]:
    """A named tuple; no code of its class runs."""
    return tuple.__new__(cls, items)


def exception(
    cls: type[BaseException], args: tuple[Any, ...], state: dict[str, Any], slots: dict[str, Any]
) -> BaseException:
    """An exception as it was; no code of its class runs."""
    restored = BaseException.__new__(cls, *args)
    restored.__dict__.update(state)
    for name, value in slots.items():
        object.__setattr__(restored, name, value)
    return restored
