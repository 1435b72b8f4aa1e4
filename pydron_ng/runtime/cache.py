"""Translations on disk: what one run of a program has found out, the next one need not.

Nothing in here ever fails: what cannot be read or written is as if it had never been there.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from threading import get_ident
from typing import Any

from pydron_ng.values.hashing import blake2b

VARIABLE = "PYDRON_CACHE_DIR"
#: As much is kept; when there is more, what was not used for the longest time goes.
MOST_BYTES, MOST_FILES = 64 << 20, 4096
_SUFFIX = ".translation"
_MAGIC = b"pydron\0\1"
_DIGEST = 16
_OTHERS_WRITE = 0o022
_A_DAY = 86400.0
_LARGEST = 16 << 20


class Cache:
    """The files in one directory, which nobody else can write."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._numbers = count()
        self._is_pruned = False
        self._is_trusted: bool | None = None

    def get(self, key: bytes) -> Any:
        """What was put there under that key; None if it is not there, or not whole."""
        path = self._path(key)
        try:
            data = self._read(path)
            return None if data is None else marshal.loads(data)
        except (OSError, ValueError, EOFError, TypeError, MemoryError):
            return None

    def put(self, key: bytes, value: Any) -> None:
        """Keep a value of tuples, numbers, texts and code. A file is whole or not there."""
        try:
            self._write(self._path(key), marshal.dumps(value))
        except (OSError, ValueError, MemoryError):
            return
        if not self._is_pruned:
            self._is_pruned = True
            self._prune()

    def _path(self, key: bytes) -> str:
        return os.path.join(self._folder, key.hex() + _SUFFIX)

    def _read(self, path: str) -> bytes | None:
        if not self._trusted():
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            status = os.fstat(descriptor)
            if not _is_ours(status) or status.st_size > _LARGEST:
                return None
            data = os.read(descriptor, status.st_size + 1)
        finally:
            os.close(descriptor)
        head = len(_MAGIC) + _DIGEST
        if data[:head] != _MAGIC + _digest(data[head:]):
            return None
        self._used(path, status)
        return data[head:]

    def _used(self, path: str, status: os.stat_result) -> None:
        """Note that it was needed, once a day."""
        from time import time

        if abs(time() - status.st_mtime) > _A_DAY:
            with suppress(OSError):
                os.utime(path)

    def _write(self, path: str, data: bytes) -> None:
        if not self._trusted(make=True):
            return
        new = f"{path}.{os.getpid()}.{get_ident()}.{next(self._numbers)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(new, flags, 0o600)
        try:
            try:
                whole = memoryview(_MAGIC + _digest(data) + data)
                while whole:
                    whole = whole[os.write(descriptor, whole) :]
            finally:
                os.close(descriptor)
            os.replace(new, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(new)
            raise

    def _trusted(self, *, make: bool = False) -> bool:
        """Is it a directory that nobody else can write? Code is read from there, and run."""
        if self._is_trusted is None or (make and not self._is_trusted):
            if make:
                os.makedirs(self._folder, 0o700, exist_ok=True)
            with suppress(OSError):
                self._is_trusted = _is_ours(os.stat(self._folder))
        return bool(self._is_trusted)

    def _prune(self) -> None:
        """Throw away the oldest, with some to spare: the next program is not to do it again."""
        with suppress(OSError):
            files = sorted(self._files(), reverse=True)
            size, number = 0, 0
            is_too_much = sum(f[1] for f in files) > MOST_BYTES or len(files) > MOST_FILES
            for _, bytes_, path in files if is_too_much else ():
                size, number = size + bytes_, number + 1
                if 4 * size > 3 * MOST_BYTES or 4 * number > 3 * MOST_FILES:
                    with suppress(OSError):
                        os.unlink(path)

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """When each was last needed, its size, its path; those that were never finished, too."""
        with os.scandir(self._folder) as found:
            for file in found:
                if _SUFFIX in file.name:
                    status = file.stat(follow_symlinks=False)
                    yield status.st_mtime, status.st_size, file.path


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()


def _is_ours(status: os.stat_result) -> bool:
    """Does it belong to the user, and can nobody else write it?"""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def folder() -> str | None:
    """Where translations are kept; None if there is no place for them."""
    named = os.environ.get(VARIABLE)
    if named:
        return os.path.abspath(named)
    above = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(above):
        above = os.path.expanduser(
            "~/Library/Caches" if sys.platform == "darwin" else os.path.join("~", ".cache")
        )
    return os.path.join(above, "pydron_ng") if os.path.isabs(above) else None
