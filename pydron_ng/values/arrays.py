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

#: Over how many bytes more than twice its own a view may be spread: a worker has as many.
_WIDEST = 64 << 20

_NUMBERS = "biufc"
_TEXTS_AND_TIMES = "SUmM"


def reduce_array(array: Any, _pickler: ValuePickler) -> tuple[Any, ...]:
    """The reduction of an exact ndarray."""
    flags = array.flags
    bits = flags.writeable | flags.owndata << 1
    order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else ""
    if array.dtype.hasobject:
        return _reduce_objects(array, order, bits)
    code = dtype_code(array.dtype)
    if not order:
        return _reduce_strided(array, code, bits)
    data = array.tobytes(order) if array.nbytes < OUT_OF_BAND else _bytes_of(array)
    return restore.array, (data, code, array.shape, order, bits)


def dtype_code(dtype: Any) -> str:
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
    if high - low > _WIDEST + 2 * array.nbytes:
        why = f"a view of {array.nbytes} bytes spread over {high - low}; copy it first"
        raise Unshippable("unshippable-view", why)
    offset = _address(array) - low
    if high - low > 2 * array.nbytes:
        data = _bytes_of(array.copy("C"))
        return restore.spread, (data, code, array.shape, high - low, offset, array.strides, bits)
    data = _outside_if_large(Memory(low, high - low, array))
    return restore.strided, (data, code, array.shape, offset, array.strides, bits)


def extent(array: Any) -> tuple[int, int]:
    """The addresses of the array's first byte and of the first one behind it."""
    start = _address(array)
    if prod(array.shape) == 0:
        return start, start
    steps = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    low = sum(step for step in steps if step < 0)
    high = sum(step for step in steps if step > 0)
    return start + low, start + high + array.itemsize


def _bytes_of(array: Any) -> bytes | pickle.PickleBuffer:
    """The memory of a contiguous array."""
    return _outside_if_large(Memory(_address(array), array.nbytes, array))


def _outside_if_large(memory: Memory) -> bytes | pickle.PickleBuffer:
    return bytes(memory.view) if memory.size < OUT_OF_BAND else memory.out_of_band()


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class Memory:
    """The memory of an array, as numpy asks for it: there for as long as this object.

    address, size: of the bytes.
    """

    def __init__(self, address: int, size: int, array: Any) -> None:
        self.address = address
        self.size = size
        self._array = array
        # Said to be writeable whether it is or not, so that pickles are the same; none is written.
        self.__array_interface__ = {
            "data": (address, False),
            "shape": (size,),
            "typestr": "|u1",
            "version": 3,
        }

    @property
    def view(self) -> Any:
        """All of it, as an array of bytes."""
        import numpy as np

        return np.asarray(self)

    def out_of_band(self) -> pickle.PickleBuffer:
        return pickle.PickleBuffer(self.view)

    def equals(self, data: bytes) -> bool:
        """Does it hold these bytes?"""
        from pydron_ng.memory.mapping import address_of, is_equal

        return len(data) == self.size and is_equal(self.address, address_of(data), self.size)
