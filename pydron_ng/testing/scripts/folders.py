"""Which files below a directory a program has created, changed or removed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Directories that are no part of what a program works on.
LEFT_OUT: Final = frozenset(
    """.git .hg .svn .venv venv node_modules __pycache__ .mypy_cache .pytest_cache .ruff_cache .tox
    .nox .ipynb_checkpoints""".split()
)
#: Directories with more files are not looked at, which would take longer than the program.
MOST_FILES: Final = 200_000
_SHOWN_BYTES: Final = 1 << 20

#: Of each file, by its path: size, time of change and inode.
Stamps = dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file: a digest; and the bytes themselves, where they are few."""

    digest: str
    data: bytes | None


class TooManyFiles(Exception):
    """There are more than can be looked at."""


def stamps(folder: Path) -> Stamps:
    """Of all files below. Raises: TooManyFiles."""
    found: Stamps = {}
    for path in _files(folder):
        try:
            state = path.lstat()
        except OSError:  # gone meanwhile
            continue
        found[str(path.relative_to(folder))] = state.st_size, state.st_mtime_ns, state.st_ino
        if len(found) > MOST_FILES:
            raise TooManyFiles
    return found


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (Path(root, name) for name in names)


def written(folder: Path, before: Mapping[str, tuple[int, int, int]]) -> dict[str, Content | None]:
    """The files that are not what they were; None for those that are gone. Raises: TooManyFiles."""
    now = stamps(folder)
    changed = (path for path, stamp in now.items() if before.get(path) != stamp)
    found: dict[str, Content | None] = {path: _content(folder / path) for path in changed}
    return found | {path: None for path in before if path not in now}


def _content(path: Path) -> Content:
    if path.is_symlink() or not path.is_file():
        target = os.readlink(path) if path.is_symlink() else "no regular file"
        return Content(target, None)
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Content(digest, data if len(data) <= _SHOWN_BYTES else None)


def copy(folder: Path, target: Path) -> None:
    """A copy of all that a program may work on, at the same path each time."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, symlinks=True, ignore=_left_out)


def _left_out(_: str, names: list[str]) -> set[str]:
    return set(LEFT_OUT.intersection(names))
