"""How arrays travel: memory layout and all, for sums in another order end in other bits."""

from __future__ import annotations

import pickle
import sys
from math import prod
from typing import TYPE_CHECKING, Any

from pydron_ng.values import restore
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.pickler import ValuePickler

#: From this size on, in bytes, memory travels beside the pickle rather than in it.
OUT_OF_BAND = 64 * 1024

_NUMBERS = "biufc"
_TEXTS_AND_TIMES = "SUmM"


def reduce_array(array: Any, _pickler: ValuePickler) -> tuple[Any, ...]:
    """The reduction of an exact ndarray."""
    flags = array.flags
    bits = flags.writeable | flags.owndata << 1
    order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else ""
    if array.dtype.hasobject:
        return _reduce_objects(array, order, bits)
    code = _dtype_code(array.dtype)
    if not order:
        return _reduce_strided(array, code, bits)
    data = _outside_if_large(array.tobytes(order))
    return restore.array, (data, code, array.shape, order, bits)


def _dtype_code(dtype: Any) -> str:
    """A short name that means exactly this dtype."""
    if dtype.kind in _NUMBERS:
        order = dtype.byteorder
        native = "<" if sys.byteorder == "little" else ">"
        return (native if order == "=" else order) + str(dtype.char)
    if dtype.kind in _TEXTS_AND_TIMES and dtype.char != "c" and dtype.metadata is None:
        return str(dtype.str)
    raise Unshippable("unshippable-array", f"arrays of dtype {dtype} do not travel")


def _reduce_objects(array: Any, order: str, bits: int) -> tuple[Any, ...]:
    if array.dtype.kind != "O" or not order:
        raise Unshippable("unshippable-array", f"an array of dtype {array.dtype} with this layout")
    return restore.object_array, (array.ravel(order).tolist(), array.shape, order, bits)


def _reduce_strided(array: Any, code: str, bits: int) -> tuple[Any, ...]:
    low, high = extent(array)
    if high - low > 2 * array.nbytes:
        why = f"a view of {array.nbytes} bytes spread over {high - low}; copy it first"
        raise Unshippable("unshippable-view", why)
    offset = array.__array_interface__["data"][0] - low
    data = _outside_if_large(_memory(low, high - low, array))
    return restore.strided, (data, code, array.shape, offset, array.strides, bits)


def extent(array: Any) -> tuple[int, int]:
    """The addresses of the array's first byte and of the first one behind it."""
    start = array.__array_interface__["data"][0]
    if prod(array.shape) == 0:
        return start, start
    steps = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    low = sum(step for step in steps if step < 0)
    high = sum(step for step in steps if step > 0)
    return start + low, start + high + array.itemsize


class _Memory:
    """A stretch of memory, as numpy asks for it."""

    def __init__(self, address: int, size: int, owner: object) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "data": (address, True),
            "shape": (size,),
            "typestr": "|u1",
            "version": 3,
        }


def _memory(address: int, size: int, owner: object) -> bytes:
    import numpy as np

    return np.asarray(_Memory(address, size, owner)).tobytes()


def _outside_if_large(data: bytes) -> bytes | pickle.PickleBuffer:
    return pickle.PickleBuffer(data) if len(data) >= OUT_OF_BAND else data
