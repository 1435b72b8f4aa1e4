"""The directory of a task: what it takes along, and what it leaves. The worker's side."""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pickle import PickleBuffer
from typing import Any

from pydron_ng.backends.folders import make, remove
from pydron_ng.pool.names import checked_name, is_within
from pydron_ng.values.blob import Part, memory_of


@contextmanager
def working_in(
    home: str, files: Sequence[tuple[str, int]], contents: Sequence[Part]
) -> Iterator[str]:
    """A directory with these files in it is the working directory meanwhile; then it is removed.

    home: the worker's own. Raises: OSError.
    """
    make(home)
    folder = tempfile.mkdtemp(prefix="task-", dir=home)
    before = os.open(".", os.O_RDONLY)
    try:
        for (name, mode), content in zip(files, contents, strict=True):
            _place(os.path.join(folder, checked_name(name, "a file")), mode, content)
        _import_from_where_it_was()
        os.chdir(folder)
        yield folder
    finally:
        os.fchdir(before)
        os.close(before)
        remove(folder)


def _place(path: str, mode: int, content: Part) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(memory_of(content))


def _import_from_where_it_was() -> None:
    """Modules that are found by way of the working directory are in the one that the worker has."""
    sys.path[:] = map(_absolute, sys.path)


def _absolute(entry: Any) -> Any:
    return os.path.abspath(entry) if isinstance(entry, str | os.PathLike) else entry


def left_in(folder: str, patterns: Sequence[str]) -> list[tuple[str, int, Any]]:
    """Names, permissions and contents of the files there that are asked for.

    Raises: FileNotFoundError: one that is named is not there; ValueError: one cannot be sent.
    """
    names = dict.fromkeys(name for pattern in patterns for name in _matching(folder, pattern))
    return [_left(folder, name) for name in names]


def _matching(folder: str, pattern: str) -> Iterator[str]:
    found = glob.glob(pattern, root_dir=folder, recursive=True)
    if not found and not glob.has_magic(pattern):
        raise FileNotFoundError(errno.ENOENT, "the task has left no such file", pattern)
    for name in sorted(found):
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not os.path.islink(path):
            yield from _files_below(folder, path)
        else:
            yield os.path.normpath(name)


def _files_below(folder: str, path: str) -> Iterator[str]:
    for below, _, names in os.walk(path):
        for name in sorted(names):
            yield os.path.relpath(os.path.join(below, name), folder)


def _left(folder: str, name: str) -> tuple[str, int, Any]:
    path = os.path.join(folder, name)
    if not is_within(path, folder):
        raise ValueError(f"output {name!r} is a link that leaves the directory of the task")
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise ValueError(f"output {name!r} is neither a file nor a directory")
    with open(path, "rb") as file:
        return name, stat.S_IMODE(mode), PickleBuffer(file.read())
