"""Files mapped into this process: shared, or private, and then let go of without moving."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from functools import cache
from typing import Any

PAGE = mmap.PAGESIZE

#: madvise: map all pages now, without a fault for each; those that are to be written to, too.
_POPULATE_READ, _POPULATE_WRITE = 22, 23
_MOVE_TO = 1 | 2  # mremap: may move, to that very place
_FAILED = ctypes.c_void_p(-1).value


class Mapping:
    """Some pages of address space; unmapped with the last buffer of them. Raises: OSError.

    address, size: in bytes. Lets go of the descriptor, which may be closed.
    """

    __slots__ = ("__weakref__", "_unmap", "address", "size")

    def __init__(self, descriptor: int, size: int, *, writable: bool, private: bool) -> None:
        """private: what is written stays in this process; else all see it."""
        self.size = -(-size // PAGE) * PAGE
        flags = mmap.MAP_PRIVATE if private else mmap.MAP_SHARED
        protection = mmap.PROT_READ | mmap.PROT_WRITE if writable else mmap.PROT_READ
        self.address = _map(self.size, protection, flags, descriptor)
        self._unmap = _system().munmap  # at the end of the interpreter there are no globals

    def populate(self, *, written: bool = False) -> None:
        """Map all pages now: a fault for each costs more. Older kernels do without.

        written: they are going to be written to; of a private mapping that would be copies.
        """
        _system().madvise(self.address, self.size, _POPULATE_WRITE if written else _POPULATE_READ)

    def buffer(self) -> Any:
        """All of it, as an object with the buffer protocol that keeps it mapped."""
        view: Any = (ctypes.c_ubyte * self.size).from_address(self.address)
        view.mapping = self
        return view

    def is_untouched(self) -> bool:
        """Of a private one: has no page been written to? False where that cannot be told."""
        if (np := sys.modules.get("numpy")) is None:
            return False
        first, count = self.address // PAGE, self.size // PAGE
        try:
            entries = _pagemap(first * 8, count * 8)
        except OSError:
            return False
        kinds = np.frombuffer(entries, np.uint64) >> np.uint64(61)
        return len(kinds) == count and bool(((kinds == 0) | (kinds % 2 == 1)).all())

    def let_go(self) -> None:
        """From now on these pages are nobody else's; whoever looks at them sees no difference.

        Raises: OSError, MemoryError.
        """
        system = _system()
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        copy = _map(self.size, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1)
        ctypes.memmove(copy, self.address, self.size)
        if system.mremap(copy, self.size, self.size, _MOVE_TO, self.address) == _FAILED:
            raise _failure()

    def __del__(self) -> None:
        if hasattr(self, "_unmap"):
            self._unmap(self.address, self.size)


def is_equal(one: int, other: int, size: int) -> bool:
    """Is there the same at both addresses? Other threads run meanwhile."""
    return not _system().memcmp(one, other, size)


def address_of(data: Any) -> int:
    """Where the bytes are of a bytes object, or of any buffer that may be written to."""
    if isinstance(data, bytes):
        return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
    return ctypes.addressof(ctypes.c_ubyte.from_buffer(data))


def _map(size: int, protection: int, flags: int, descriptor: int) -> int:
    address = _system().mmap(None, size, protection, flags, descriptor, 0)
    if address == _FAILED:
        raise _failure()
    return int(address)


def _failure() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _pagemap(start: int, size: int) -> bytes:
    """Of this process: for each page 64 bits, the upper three: present, swapped, of a file.

    Raises: OSError.
    """
    descriptor = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, size, start)
    finally:
        os.close(descriptor)


@cache
def _system() -> Any:
    """The C library. ctypes because mmap.mmap keeps a descriptor for each mapping."""
    library = ctypes.CDLL(None, use_errno=True)
    address, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    offset = ctypes.c_int64
    for name, result, arguments in (
        ("mmap", address, [address, size, number, number, number, offset]),
        ("munmap", number, [address, size]),
        ("madvise", number, [address, size, number]),
        ("mremap", address, [address, size, size, number, address]),
        ("memcmp", number, [address, address, size]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
