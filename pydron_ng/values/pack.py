"""From a value to bytes and back. Bytes decide: equal bytes are the same value."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydron_ng.values.blob import Blob, Token, memory_of
from pydron_ng.values.culprit import describe_failure
from pydron_ng.values.keep import Keep, keep_here
from pydron_ng.values.pickler import (
    ReferringPickler,
    ThoroughPickler,
    ValuePickler,
    ValueUnpickler,
    check_orders,
)
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

__all__ = ["Packed", "Unshippable", "pack", "pack_plain", "unpack"]

#: What the quick pass leaves where a set, a frozen set, or a nan of the usual bits was.
_SETS: Final = (b"\x8f\x94(", b"\x91\x94")
_NANS: Final = (b"G\x7f\xf8\0\0\0\0\0\0", b"G\xff\xf8\0\0\0\0\0\0")

#: What pickle writes without asking anybody.
_ATOMS: Final = frozenset({int, float, bool, str, bytes, type(None)})
_PICKLE = 0x80

_BY_LIBRARY = b"L"
_THOROUGH = b"T"

#: Larger pieces of a pickle that do not begin like this are strings as they are: there are no
#: sets or nans in them.
_FRAME_BYTES: Final = 256 * 1024
_BEGINNINGS: Final = (b"\x80", b"\x95")


class Packed(NamedTuple):
    """A value as bytes. A tuple because one is made for every call.

    tokens: the classes and functions, defined by value, that the blob refers to.
    sources: the memory of its large parts, which is there for as long as this.
    """

    blob: Blob
    tokens: tuple[Token, ...] = ()
    sources: tuple[object, ...] = ()


def pack(
    value: object, library: Library, named: list[Any] | None = None, keep: Keep = keep_here
) -> Packed:
    """The value as bytes, always the same for the same value.

    named: takes the functions and classes in it, which then go by their names if they can.
    keep: where the bytes are put.

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
        if _needs_care(pickler.chunks):
            return _pack_thoroughly(value, library, named, keep)
        return _packed(pickler, keep)
    except Exception as failure:
        raise describe_failure(failure, value, pickler.current) from None
    finally:
        pickler.forget()
        library.picklers.append(pickler)


def pack_plain(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Packed | None:
    """As `pack` of both where there is nothing to look into; else None."""
    if kwargs or not _ATOMS.issuperset(map(type, args)):
        return None
    data = pickle.dumps((args, kwargs), 5)
    return None if _NANS[0] in data or _NANS[1] in data else Packed((data,))


def _needs_care(chunks: list[bytes]) -> bool:
    frames = [c for c in chunks if len(c) <= _FRAME_BYTES or bytes(c[:1]) in _BEGINNINGS]
    data = frames[0] if len(frames) == 1 else b"".join(frames)
    return _SETS[0] in data or _SETS[1] in data or _NANS[0] in data or _NANS[1] in data


def _packed(pickler: ValuePickler, keep: Keep) -> Packed:
    chunks, sources = pickler.chunks, tuple(pickler.buffers)
    if pickler.by_library:
        return Packed(keep([_BY_LIBRARY, *chunks], sources), tuple(pickler.tokens), sources)
    if len(chunks) == 1 and not sources and keep is keep_here:
        return Packed((chunks[0],))
    return Packed(keep(chunks, sources), (), sources)


def _pack_thoroughly(
    value: object, library: Library, named: list[Any] | None, keep: Keep
) -> Packed:
    pickler = ThoroughPickler(library)
    pickler.named = named
    return _thorough(pickler, value, keep)


def _thorough(pickler: ThoroughPickler, value: object, keep: Keep) -> Packed:
    pickler.dump((value, pickler.orders))
    sources = tuple(pickler.buffers)
    blob = keep([_THOROUGH, *pickler.chunks], sources)
    return Packed(blob, tuple(pickler.tokens), sources)


def pack_without(
    value: object, known: Sequence[object], library: Library, keep: Keep = keep_here
) -> Packed:
    """The value as bytes, those objects left out that whoever unpacks it gives.

    Raises:
        Unshippable: something would not arrive as it left, or a known object did not come up.
    """
    pickler = ReferringPickler(library, known)
    try:
        packed = _thorough(pickler, value, keep)
    except Exception as failure:
        raise describe_failure(failure, value, pickler.current) from None
    if len(pickler.met) < len(known):
        missed = next(obj for n, obj in enumerate(known) if n not in pickler.met)
        why = f"how the result holds a {type(missed).__qualname__} of the arguments is not seen"
        raise Unshippable("aliased-result", why)
    return packed


def is_thorough(blob: Blob) -> bool:
    """Whether there are sets or nans in the value."""
    return memory_of(blob[0])[:1] == _THOROUGH


def unpack(blob: Blob, library: Library, known: Sequence[object] = ()) -> Any:
    """The value again, of fresh objects that share nothing with anything but the known ones.

    known: the objects that were left out by ``pack_without``.

    Raises:
        Unshippable: a set that came out in another order than it went in.
    """
    data, *buffers = map(memory_of, blob)
    if data[0] == _PICKLE:
        return pickle.loads(data, buffers=buffers)
    value = ValueUnpickler(data[1:], buffers, library, known).load()
    if data[:1] == _THOROUGH:
        value, orders = value
        check_orders(orders)
    return value
