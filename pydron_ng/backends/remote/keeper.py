"""A worker's end of its host's shelf: files that hold large parts, under names of the program's.

A file is written once and never changed; it is there for all workers of the host.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydron_ng.backends.base import Blob
from pydron_ng.backends.exchange import LOANS
from pydron_ng.backends.remote.shelf import KEEP_BYTES, Name
from pydron_ng.backends.wire import Item
from pydron_ng.memory.arena import is_possible
from pydron_ng.values.blob import Part, memory_of


class Keeper:
    """Keeps what it is told to, finds what has been kept."""

    def __init__(self) -> None:
        self._folder = ""
        self._arguments: dict[int, Sequence[tuple[int, Name]]] = {}  # to be kept: part, name
        self._results: dict[int, int] = {}  # to be kept: the number in their names
        self._kept: list[Name] = []  # what the program is to be told
        self._gone: list[Name] = []

    def incoming(self, items: Sequence[Item]) -> list[Item]:
        """The items as they were before the program has put names in place of parts."""
        come: list[Item] = []
        for key, blob in items:
            if type(key) is str:
                self._heed(*marshal.loads(blob[0]))
            elif isinstance(key, int):
                come.append((key, self._arrived(key, blob)))
            else:
                come.append((key, blob))
        return come

    def outgoing(self, items: Sequence[Item]) -> list[Item]:
        """The items as they travel: what has been kept is said before."""
        for key, blob in items if self._results else ():
            if isinstance(key, int) and key in self._results:
                number = self._results.pop(key)
                for place, part in enumerate(blob):
                    self._keep((number, place), part)
        if not self._kept and not self._gone:
            return list(items)
        news = marshal.dumps((self._kept, self._gone), 2)
        self._kept, self._gone = [], []
        return [(LOANS, (news,)), *items]

    def _heed(
        self,
        folder: str,
        arguments: Mapping[int, Sequence[tuple[int, Name]]],
        results: Mapping[int, int],
        left: Sequence[Name],
    ) -> None:
        self._folder = folder
        self._arguments.update(arguments)
        self._results.update(results)
        for name in left:
            with suppress(OSError):
                os.unlink(self._path(name))

    def _arrived(self, task: int, blob: Blob) -> Blob:
        for place, name in self._arguments.pop(task, ()):
            self._keep(name, blob[place])
        if tuple not in map(type, blob):
            return blob
        return tuple(self._found(*part) if type(part) is tuple else part for part in blob)

    def _found(self, name: Name, size: int) -> Kept:
        path = self._path(name)
        if not os.path.exists(path):
            self._gone.append(name)
        return Kept(path, size)

    def _keep(self, name: Name, part: Part) -> None:
        """Write it, if it is large; one that cannot be written is not kept."""
        if len(part) < KEEP_BYTES:
            return
        path = self._path(name)
        try:
            with open(path, "xb", 0) as file:
                _write(file.fileno(), memoryview(memory_of(part)))
        except OSError:
            with suppress(OSError):
                os.unlink(path)
            return
        self._kept.append(name)

    def _path(self, name: Name) -> str:
        return os.path.join(self._folder, "-".join(map(str, name)))


class Kept:
    """A part that was kept: for each reader memory of its own, to write to and to keep."""

    __slots__ = ("_path", "size")

    def __init__(self, path: str, size: int) -> None:
        self._path = path
        self.size = size

    def __len__(self) -> int:
        return self.size

    @property
    def memory(self) -> bytes | memoryview:
        """Raises: OSError, if it is not there any more."""
        with open(self._path, "rb", 0) as file:
            if not is_possible():
                return file.read()
            from pydron_ng.memory.mapping import Mapping

            mapping = Mapping(file.fileno(), self.size, writable=True, private=True)
        mapping.populate()
        return memoryview(mapping.buffer()).cast("B")[: self.size]


def _write(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
