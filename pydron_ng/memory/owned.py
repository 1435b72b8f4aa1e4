"""Arrays that own memory which is mapped already, as if numpy had allocated it.

numpy lets an allocator of one's own be put in its place (NEP 49). This one hands out a mapping, and
lets go of it when the array is freed.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module
from typing import Any

from pydron_ng.memory.mapping import Mapping

_SET_HANDLER = 304  # its place in the table of numpy's C interface, from numpy 1.22 on
_CAPSULE = b"mem_handler"
_NAME = b"pydron"

_Address = ctypes.c_void_p
_Size = ctypes.c_size_t
_Allocate = ctypes.CFUNCTYPE(_Address, _Address, _Size)
_AllocateZeros = ctypes.CFUNCTYPE(_Address, _Address, _Size, _Size)
_Reallocate = ctypes.CFUNCTYPE(_Address, _Address, _Address, _Size)
_Free = ctypes.CFUNCTYPE(None, _Address, _Address, _Size)


class _Handler(ctypes.Structure):
    """A PyDataMem_Handler of numpy."""

    _fields_ = [
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", _Address),
        ("malloc", _Allocate),
        ("calloc", _AllocateZeros),
        ("realloc", _Reallocate),
        ("free", _Free),
    ]


class Owner:
    """Makes arrays that own a mapping. Raises: ImportError, AttributeError, if numpy cannot."""

    def __init__(self) -> None:
        import numpy as np

        self._empty = np.empty
        self._next: list[tuple[int, Any]] = []
        self._owned: dict[int, Any] = {}  # what keeps it mapped, by address
        self._handler = _Handler(
            _NAME,
            1,
            None,
            _Allocate(self._allocate),
            _AllocateZeros(lambda _, count, size: self._allocate(None, count * size)),
            _Reallocate(self._reallocate),
            _Free(self._free),
        )
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [_Address, ctypes.c_char_p, _Address]
        self._capsule = new(ctypes.addressof(self._handler), _CAPSULE, None)
        self._set = _interface()
        self._array(np.frombuffer(bytearray(64), np.uint8), (64,), "u1", "C")
        if self._owned:
            raise ImportError("numpy did not free the memory")

    def array(self, memory: memoryview, shape: tuple[int, ...], dtype: str, order: str) -> Any:
        """An array of all the memory, which is a view of a mapping's buffer."""
        import numpy as np

        return self._array(np.frombuffer(memory, np.uint8), shape, dtype, order)

    def _array(self, flat: Any, shape: tuple[int, ...], dtype: str, order: str) -> Any:
        self._next.append((flat.__array_interface__["data"][0], flat))
        before = self._set(self._capsule)
        try:
            return self._empty(shape, dtype, "F" if order == "F" else "C")
        finally:
            self._set(before)
            self._next.clear()

    def _allocate(self, _context: object, size: int) -> int | None:
        if not self._next:
            return self._fresh(size)
        address, flat = self._next.pop()
        if len(flat) != size:
            return None
        self._owned[address] = flat
        return address

    def _fresh(self, size: int) -> int:
        import numpy as np

        flat = np.zeros(size, np.uint8)
        address: int = flat.__array_interface__["data"][0]
        self._owned[address] = flat
        return address

    def _reallocate(self, _context: object, address: int, size: int) -> int:
        flat = self._owned.pop(address)
        fresh = self._fresh(size)
        ctypes.memmove(fresh, address, min(size, len(flat)))
        return fresh

    def _free(self, _context: object, address: int, _size: int) -> None:
        self._owned.pop(address, None)


def _interface() -> Any:
    """The function PyDataMem_SetHandler of numpy."""
    import numpy as np

    core = "numpy._core" if int(np.__version__.partition(".")[0]) > 1 else "numpy.core"
    table = import_module(f"{core}._multiarray_umath")._ARRAY_API  # noqa: SLF001
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = _Address, [ctypes.py_object, ctypes.c_char_p]
    functions = (_Address * (_SET_HANDLER + 1)).from_address(pointer(table, None))
    kind = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)
    return kind(functions[_SET_HANDLER] or 0)


@cache
def owner() -> Owner | None:
    """None where numpy does not let anybody allocate for it."""
    try:
        return Owner()
    except (ImportError, AttributeError, TypeError, ValueError):
        return None


def is_private(data: object) -> bool:
    """Is it memory that was mapped for whoever has it, to do with as he likes?"""
    if not isinstance(data, memoryview) or data.readonly:
        return False
    mapping = getattr(data.obj, "mapping", None)
    return type(mapping) is Mapping
