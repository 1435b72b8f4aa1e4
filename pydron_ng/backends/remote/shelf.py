"""What a host keeps of the large parts that have come by, so that none of them goes there twice.

This is the program's end, which alone decides what is kept and what is forgotten; the worker's is
``keeper.py``. A part is known by its digest: the program has had all of its bytes.
"""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from pydron_ng.backends.base import Blob
from pydron_ng.backends.exchange import LOANS
from pydron_ng.backends.wire import Item, Key, subject
from pydron_ng.memory.segment import Stretch, new_digest
from pydron_ng.values.blob import Part, memory_of
from pydron_ng.values.hashing import blake2b

#: From this size on, in bytes, a part may be kept.
KEEP_BYTES: Final = 1 << 20
#: So many parts that came by are remembered, whether they are kept or not.
_MOST_REMEMBERED: Final = 4096

#: What the host knows a part by: of which call, and which part of it.
Name = tuple[int, int]
Digest = bytes


class Shelf:
    """One host's: what lies there, and what has come by without being kept."""

    def __init__(self, folder: str, most_bytes: int) -> None:
        """folder: where it is there; empty: nothing is kept. most_bytes: of all that is kept."""
        self.folder = folder
        self._most_bytes = most_bytes
        self._numbers = count()
        self._there: dict[Digest, tuple[Name, int]] = {}  # the one that was used last comes last
        self._bytes = 0
        self._users: Counter[Digest] = Counter()  # calls under way that were sent the name
        self._met: dict[Digest, bytes] = {}  # results, with the functions they are of; arguments
        self._chained: set[bytes] = set()  # functions whose results have become arguments
        self._left: list[Name] = []  # to be forgotten there, too

    def next_number(self) -> int:
        return next(self._numbers)

    def use(self, digest: Digest) -> Name | None:
        """Its name, if it is there; it stays until it is let go of."""
        found = self._there.pop(digest, None)
        if found is None:
            return None
        self._there[digest] = found
        self._users[digest] += 1
        return found[0]

    def bytes_of(self, digests: Iterable[Digest]) -> int:
        """How many bytes of these are there."""
        return sum(self._there[digest][1] for digest in digests if digest in self._there)

    def let_go(self, digests: Iterable[Digest]) -> None:
        """Calls that were sent these have ended."""
        self._users.subtract(digests)
        self._users = +self._users

    def is_known(self, digest: Digest) -> bool:
        """Has an argument come by before? From now on it has."""
        maker = self._met.get(digest)
        if maker:
            self._chained.add(maker)
        elif maker is None:
            self._remember(digest, b"")
        return maker is not None

    def made(self, digest: Digest, function: bytes) -> None:
        """It is, or is a part of, what the function has returned."""
        self._remember(digest, function)

    def is_chained(self, function: bytes) -> bool:
        """Are its results going to be arguments, as far as one can tell?"""
        return function in self._chained

    def add(self, digest: Digest, name: Name, size: int) -> None:
        """The host has kept it."""
        if digest in self._there or not self.has_room(size):
            self._left.append(name)
            return
        self._there[digest] = name, size
        self._bytes += size
        spare = [one for one in self._there if not self._users[one] and one != digest]
        while self._bytes > self._most_bytes and spare:
            self._forget(spare.pop(0))

    def lose(self, names: Sequence[Name]) -> None:
        """The host does not have these any more."""
        for digest in [d for d, (name, _) in self._there.items() if name in names]:
            self._forget(digest)

    def has_room(self, size: int) -> bool:
        """Can it be kept at all?"""
        return size <= self._most_bytes

    def left(self) -> list[Name]:
        """What the host is to forget, said once."""
        left, self._left = self._left, []
        return left

    def _forget(self, digest: Digest) -> None:
        name, size = self._there.pop(digest)
        self._bytes -= size
        self._left.append(name)

    def _remember(self, digest: Digest, maker: bytes) -> None:
        self._met[digest] = maker
        if len(self._met) > _MOST_REMEMBERED:
            del self._met[next(iter(self._met))]


def nearest(shelves: Iterable[tuple[str, Shelf]], blob: Blob) -> str:
    """The host whose shelf has most of the blob's large parts; empty: none has any."""
    digests = [digest_of(part) for part in blob if len(part) >= KEEP_BYTES]
    kept = {host: shelf.bytes_of(digests) for host, shelf in shelves if digests}
    best = max(kept, key=kept.__getitem__, default="")
    return best if kept.get(best) else ""


class Dealings:
    """With one worker of the host: what it is sent, and what it answers."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._functions: dict[int, bytes] = {}  # of each call that is under way
        self._used: dict[int, list[Digest]] = {}
        self._numbers: dict[int, int] = {}  # of calls under way whose results are to be kept
        self._coming: dict[Name, tuple[Digest, int]] = {}  # to be kept, and not heard of
        self._kept: set[Name] = set()  # of the results that come next
        self._is_told = False  # where the shelf is
        # What the worker is told with the next message: to be kept of arguments, of results.
        self._arguments: dict[int, list[tuple[int, Name]]] = {}
        self._results: dict[int, int] = {}

    def outgoing(self, items: Sequence[Item]) -> list[Item]:
        """The items as they travel."""
        if not self._shelf.folder:
            return list(items)
        going = [self._going(*one) for one in items]
        orders = self._arguments, self._results, self._shelf.left()
        if self._is_told and not any(orders):
            return going
        self._is_told = True
        self._arguments, self._results = {}, {}
        return [(LOANS, (marshal.dumps((self._shelf.folder, *orders), 2),)), *going]

    def incoming(self, items: Sequence[Item]) -> list[Item]:
        """The items that are for the program."""
        come: list[Item] = []
        for key, blob in items:
            if type(key) is str:
                self._hear(*marshal.loads(blob[0]))
            elif isinstance(key, int):
                come.append((key, blob))
                if self._shelf.folder and subject(key) is None:
                    self._ended(key, blob)
        return come

    def close(self) -> None:
        """The worker is no more."""
        for digests in self._used.values():
            self._shelf.let_go(digests)
        self._used.clear()

    def _going(self, key: Key, blob: Blob) -> Item:
        return self._call(key, blob) if isinstance(key, int) and key >= 0 else (key, blob)

    def _call(self, task: int, blob: Blob) -> Item:
        function = self._functions[task] = blob[0]
        if any(len(part) >= KEEP_BYTES for part in blob):
            blob = tuple(self._sent(task, place, part) for place, part in enumerate(blob))
        if self._shelf.is_chained(function):
            self._numbers[task] = self._results[task] = self._shelf.next_number()
        return task, blob

    def _sent(self, task: int, place: int, part: Part) -> Part | tuple[Name, int]:
        """The part, or what it is known by where it goes."""
        size = len(part)
        if size < KEEP_BYTES:
            return part
        digest = digest_of(part)
        if (name := self._shelf.use(digest)) is not None:
            self._used.setdefault(task, []).append(digest)
            return name, size
        if self._shelf.is_known(digest) and self._shelf.has_room(size):
            name = self._shelf.next_number(), place
            self._coming[name] = digest, size
            self._arguments.setdefault(task, []).append((place, name))
        return part

    def _hear(self, kept: Sequence[Name], gone: Sequence[Name]) -> None:
        for name in kept:
            if (arrived := self._coming.pop(name, None)) is not None:
                digest, size = arrived
                self._shelf.add(digest, name, size)
            else:
                self._kept.add(name)
        self._shelf.lose(gone)

    def _ended(self, task: int, blob: Blob) -> None:
        function = self._functions.pop(task, b"")
        number = self._numbers.pop(task, -1)
        self._shelf.let_go(self._used.pop(task, ()))
        for place, part in enumerate(blob):
            if (size := len(part)) >= KEEP_BYTES:
                digest = digest_of(part)
                self._shelf.made(digest, function)
                if (number, place) in self._kept:
                    self._kept.remove((number, place))
                    self._shelf.add(digest, (number, place), size)


def digest_of(part: Part) -> Digest:
    """What tells these bytes from all others that come by."""
    if isinstance(part, Stretch) and part.digest is not None:
        return part.digest
    digest = new_digest() or blake2b(digest_size=16)
    digest.update(memory_of(part))
    found: bytes = digest.digest()
    return found
