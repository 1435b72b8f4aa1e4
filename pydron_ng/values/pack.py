"""From a value to bytes and back. Bytes decide: equal bytes are the same value."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.culprit import describe_failure
from pydron_ng.values.pickler import ThoroughPickler, ValuePickler, ValueUnpickler, check_orders
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

__all__ = ["Packed", "Unshippable", "pack", "unpack"]

#: What the quick pass leaves where a set, a frozen set, or a nan of the usual bits was.
_SETS: Final = (b"\x8f\x94(", b"\x91\x94")
_NANS: Final = (b"G\x7f\xf8\0\0\0\0\0\0", b"G\xff\xf8\0\0\0\0\0\0")

_PICKLE = 0x80

_BY_LIBRARY = b"L"
_THOROUGH = b"T"


class Packed(NamedTuple):
    """A value as bytes. A tuple because one is made for every call.

    tokens: the classes and functions, defined by value, that the blob refers to.
    """

    blob: Blob
    tokens: tuple[Token, ...] = ()


def pack(value: object, library: Library, named: list[Any] | None = None) -> Packed:
    """The value as bytes, always the same for the same value.

    named: takes the functions and classes in it, which then go by their names if they can.

    Raises:
        Unshippable: something in it would not arrive as it left.
    """
    try:
        pickler = library.picklers.pop()
    except IndexError:
        pickler = ValuePickler(library)
    pickler.named = named
    try:
        pickler.dump(value)
        chunks = pickler.chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if _SETS[0] in data or _SETS[1] in data or _NANS[0] in data or _NANS[1] in data:
            return _pack_thoroughly(value, library, named)
        return _packed(pickler, data)
    except Exception as failure:
        raise describe_failure(failure, value, pickler.current) from None
    finally:
        pickler.forget()
        library.picklers.append(pickler)


def _packed(pickler: ValuePickler, data: bytes) -> Packed:
    if pickler.by_library:
        return Packed((_BY_LIBRARY + data, *pickler.buffers), tuple(pickler.tokens))
    return Packed((data, *pickler.buffers) if pickler.buffers else (data,))


def _pack_thoroughly(value: object, library: Library, named: list[Any] | None) -> Packed:
    pickler = ThoroughPickler(library)
    pickler.named = named
    pickler.dump((value, pickler.orders))
    data = _THOROUGH + b"".join(pickler.chunks)
    return Packed((data, *pickler.buffers), tuple(pickler.tokens))


def is_thorough(blob: Blob) -> bool:
    """Whether there are sets or nans in the value."""
    return blob[0][:1] == _THOROUGH


def unpack(blob: Blob, library: Library) -> Any:
    """The value again, of fresh objects that share nothing with anything.

    Raises:
        Unshippable: a set that came out in another order than it went in.
    """
    data = blob[0]
    if data[0] == _PICKLE:
        return pickle.loads(data, buffers=blob[1:])
    value = ValueUnpickler(data[1:], blob[1:], library).load()
    if data[:1] == _THOROUGH:
        value, orders = value
        check_orders(orders)
    return value
