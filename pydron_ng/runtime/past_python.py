"""What is written to standard output and error without Python's streams, by C code or children."""

from __future__ import annotations

import os
from collections.abc import Callable


def nameless_file(name: str) -> int:
    """A descriptor of an empty file that nobody else can open; gone when it is closed."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(name)
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def flush_of_c() -> Callable[[None], object]:
    """The C library's fflush: what printf has said may still be in its buffers."""
    try:
        import ctypes

        flush = ctypes.CDLL(None).fflush
    except (ImportError, OSError, AttributeError):
        return lambda _: None
    return flush
