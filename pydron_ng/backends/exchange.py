"""Parts of blobs that both ends of a stream see without sending them: they go as references.

Beside the stream there is a second one, for the descriptors of segments. A descriptor is sent
before the first message that refers to its segment; so it is there when the message is.
"""

from __future__ import annotations

import os
import socket
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Protocol

from pydron_ng.backends.base import Blob
from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.wire import Item, Key
from pydron_ng.memory.descriptor import Descriptor
from pydron_ng.memory.loans import Seen, Taken, Views
from pydron_ng.memory.segment import Segment, Stretch

#: The key of the item that is for the other end, not for whoever performs: which loans were let go
#: of, and which segments there are no more; or what a host is to keep, or has kept.
LOANS = ""
_NUMBER = struct.Struct("!Q")


class End(Protocol):
    """One end of something that spares parts of blobs their way."""

    def outgoing(self, items: Sequence[Item]) -> list[Item]: ...
    def incoming(self, items: Sequence[Item]) -> list[Item]: ...


#: A reference: loan, segment, first byte, size.
Reference = tuple[int, int, int, int]


class Exchange:
    """One end. What it lends stays lent until the other end says that it let go."""

    def __init__(self, aside: Stream | None) -> None:
        """aside: the second stream; None: everything is sent."""
        if aside is not None:
            aside.setblocking(False)
        self._aside = aside
        self._loans = count()
        self._lent: dict[int, Stretch] = {}
        self._sent: dict[int, Segment] = {}
        self._files: dict[int, Descriptor] = {}
        # What the other end is told with the next message; filled by finalizers, in any thread.
        self._returned: deque[int] = deque()

    def close(self) -> None:
        """Nothing is lent any more; the other end is gone."""
        if self._aside is not None:
            self._aside.close()
        for number in list(self._files):
            self._forget(number)
        self._lent.clear()
        self._sent.clear()

    # --- what goes out ---

    def outgoing(self, items: Sequence[Item]) -> list[Item]:
        """The items as they travel."""
        going = [i if Stretch not in map(type, i[1]) else self._referring(*i) for i in items]
        news = self._news() if self._returned or self._sent else None
        return [news, *going] if news else going

    def _referring(self, key: Key, blob: Blob) -> Item:
        return key, tuple(self._lend(p) if type(p) is Stretch else p for p in blob)

    def _lend(self, stretch: Stretch) -> Reference | bytes:
        """A reference; the bytes, where the other end cannot have the segment."""
        segment = stretch.segment
        if segment.number not in self._sent and not self._send(segment):
            return bytes(stretch.memory)
        loan = next(self._loans)
        self._lent[loan] = stretch
        return loan, segment.number, stretch.start, stretch.size

    def _send(self, segment: Segment) -> bool:
        if self._aside is None or not segment.is_there:
            return False
        message = _NUMBER.pack(segment.number)
        try:
            self._aside.check()
            sent = socket.send_fds(self._aside, [message], [segment.descriptor])
        except OSError:
            return False
        if sent == len(message):
            self._sent[segment.number] = segment
        return sent == len(message)

    def _news(self) -> Item | None:
        returned = [self._returned.popleft() for _ in range(len(self._returned))]
        gone = [number for number, segment in self._sent.items() if segment.descriptor < 0]
        for number in gone:
            del self._sent[number]
        if not returned and not gone:
            return None
        return LOANS, (_packed(returned), _packed(gone))

    # --- what comes in ---

    def incoming(self, items: Sequence[Item]) -> list[Item]:
        """The items as they were sent."""
        come: list[Item] = []
        for one in items:
            if type(one[0]) is str:  # no other key is
                self._hear(*one[1])
            else:
                come.append(one if tuple not in map(type, one[1]) else self._borrowing(*one))
        return come

    def _borrowing(self, key: Key, blob: Blob) -> Item:
        return key, tuple(self._borrow(key, *p) if type(p) is tuple else p for p in blob)

    def _borrow(self, key: Key, loan: int, number: int, start: int, size: int) -> Any:
        raise NotImplementedError

    def _hear(self, returned: Any, gone: Any) -> None:
        for (loan,) in _NUMBER.iter_unpack(returned):
            self._lent.pop(loan, None)
        for (number,) in _NUMBER.iter_unpack(gone):
            self._forget(number)

    def _forget(self, number: int) -> None:
        if (file := self._files.pop(number, None)) is not None:
            file.close()

    def _descriptor(self, number: int) -> int:
        """Of a segment of the other end's; -1 if it did not arrive."""
        with suppress(OSError):
            while self._aside is not None and number not in self._files:
                self._aside.check()
                data, descriptors, _, _ = socket.recv_fds(
                    self._aside, _NUMBER.size, 1, socket.MSG_CMSG_CLOEXEC
                )
                if not data:
                    break
                if descriptors:
                    self._files[_NUMBER.unpack(data)[0]] = Descriptor(descriptors[0])
        file = self._files.get(number)
        return file.number if file is not None and file.is_ours() else -1


class WorkerEnd(Exchange):
    """Arguments are the worker's own to write to; they are let go of with the outcome."""

    def __init__(self, aside: Stream | None) -> None:
        super().__init__(aside)
        self._taken: dict[Key, list[Taken]] = {}
        self._views = Views()
        os.register_at_fork(before=self._let_go_of_all)  # a fork may live longer than the call

    def outgoing(self, items: Sequence[Item]) -> list[Item]:
        for key, _ in items if self._taken else ():
            for taken in self._taken.pop(key, ()):
                taken.let_go()
                self._returned.append(taken.loan)
        return super().outgoing(items)

    def _borrow(self, key: Key, loan: int, number: int, start: int, size: int) -> Taken:
        taken = Taken(self._views, loan, number, self._descriptor(number), start, size)
        self._taken.setdefault(key, []).append(taken)
        return taken

    def _forget(self, number: int) -> None:
        super()._forget(number)
        self._views.forget(number)

    def _let_go_of_all(self) -> None:
        for several in self._taken.values():
            for taken in several:
                taken.let_go()


class ProgramEnd(Exchange):
    """Outcomes are copied; the segments of the worker stay mapped for the next ones."""

    def __init__(self, aside: Stream | None) -> None:
        super().__init__(aside)
        self._views: dict[int, memoryview] = {}

    def close(self) -> None:
        super().close()
        self._views.clear()

    def _borrow(self, _key: Key, loan: int, number: int, start: int, size: int) -> Seen:
        view = self._view(number)
        part = None if view is None else view[start : start + size].toreadonly()
        return Seen(loan, part, size, self._returned.append)

    def _view(self, number: int) -> memoryview | None:
        if number not in self._views:
            from pydron_ng.memory.mapping import Mapping

            descriptor = self._descriptor(number)
            try:
                size = os.fstat(descriptor).st_size
                mapping = Mapping(descriptor, size, writable=False, private=False)
                mapping.populate()
            except OSError:
                return None
            super()._forget(number)  # the mapping needs no descriptor
            self._views[number] = memoryview(mapping.buffer()).cast("B")
        return self._views[number]

    def _forget(self, number: int) -> None:
        super()._forget(number)
        self._views.pop(number, None)


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join(map(_NUMBER.pack, numbers))
