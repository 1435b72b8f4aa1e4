"""Files that go along with tasks, and those that come back: the program's side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pydron_ng.pool.names import checked_name, is_within
from pydron_ng.values.blob import Part

#: A file as a task gets or leaves it: its name there, and its permissions.
Listed = tuple[str, int]
_DATA_MODE = 0o600


class _Read(NamedTuple):
    """The content of a file. state: tells whether it is the same by now."""

    state: object
    mode: int
    part: Part


class Files:
    """What goes along with each task: by their names there, files here or bytes.

    A file is read when a task is submitted; its content is kept until it changes.
    """

    def __init__(self, files: Any) -> None:
        """files: paths, placed by their names; or a mapping of names to paths or bytes.

        Raises: TypeError, ValueError.
        """
        self._sources: dict[str, Path | bytes] = {}
        self._read: dict[str, _Read] = {}
        for name, source in _named(files):
            known = checked_name(name, "a key of files")
            if known in self._sources:
                raise ValueError(f"files has {known!r} twice; take a mapping to name them apart")
            self._sources[known] = _source(source)

    def __len__(self) -> int:
        return len(self._sources)

    def read(self, store: Callable[[memoryview], Part]) -> tuple[list[Listed], list[Part]]:
        """Names and permissions, and contents as they travel. Raises: OSError."""
        found = [
            (name, self._content(name, source, store)) for name, source in self._sources.items()
        ]
        return [(name, read.mode) for name, read in found], [read.part for _, read in found]

    def _content(
        self, name: str, source: Path | bytes, store: Callable[[memoryview], Part]
    ) -> _Read:
        known = self._read.get(name)
        if isinstance(source, bytes):
            if known is None:
                known = _Read(None, _DATA_MODE, store(memoryview(source)))
        else:
            with source.open("rb") as file:
                there = os.fstat(file.fileno())
                state = there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns
                if known is None or known.state != state:
                    content = store(memoryview(file.read()))
                    known = _Read(state, there.st_mode & 0o700 | 0o400, content)
        self._read[name] = known
        return known


def _named(files: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(files, Mapping):
        return files.items()
    if isinstance(files, str | bytes) or not isinstance(files, Iterable):
        raise TypeError(f"files is a sequence of paths or a mapping of names, not {files!r}")
    return [(_name_of(path), path) for path in files]


def _name_of(path: Any) -> str:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"a file is given by its path, not by {path!r}; take a mapping for bytes")
    return os.path.basename(os.fspath(path))


def _source(source: Any) -> Path | bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"a file is given by its path or as bytes, not by {source!r}")
    return Path(os.path.abspath(source))


def checked_outputs(outputs: Any) -> tuple[str, ...]:
    """Patterns of names. Raises: TypeError, ValueError."""
    if isinstance(outputs, str | bytes) or not isinstance(outputs, Iterable):
        raise TypeError(f"outputs is a sequence of names or patterns, not {outputs!r}")
    return tuple(checked_name(pattern, "an element of outputs") for pattern in outputs)


def put_all(files: Sequence[tuple[str, int, Any]], folder: Path) -> dict[str, Path]:
    """Write what has come back below the folder, where each file appears as a whole.

    All are written before the first one appears. Raises: OSError, ValueError.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for name, mode, content in files:
            path = folder / checked_name(name, "a file that came back")
            path.parent.mkdir(parents=True, exist_ok=True)
            if not is_within(str(path.parent), str(folder)):
                raise ValueError(f"{path} would be written outside of {folder}, by way of a link")
            beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
            written.append((beside, path))
            _write(beside, content, 0o777 if mode & 0o100 else 0o666)
        for beside, path in written:
            os.replace(beside, path)
    finally:
        for beside, _ in written:
            with suppress(FileNotFoundError):
                beside.unlink()
    return {name: path for (name, *_), (_, path) in zip(files, written, strict=True)}


def _write(path: Path, content: Any, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
