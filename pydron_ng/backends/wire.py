"""Messages on a byte stream: a length, a head with everything small, then the large parts raw."""

from __future__ import annotations

import marshal
import socket
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Protocol

from pydron_ng.backends.base import (
    Answer,
    Blob,
    Call,
    Cancel,
    Define,
    Frame,
    Settings,
    TaskId,
    Welcome,
)
from pydron_ng.values.blob import Part, memory_of

#: What a message consists of. The key says what the blob is: an int the call of (or the
#: outcome for) that task; a negative one is about a call under way, to the worker that it is to
#: end, or an answer, to the program a remark; bytes the definition of that token, or, if there are
#: none, a welcome; None the settings; a string is for the two ends of an exchange of memory.
Key = int | bytes | str | None
Item = tuple[Key, Blob]

#: Parts of at least this size stay out of the head: they are neither copied nor scanned.
LARGE_BYTES = 64 * 1024
_CHUNK_BYTES = 256 * 1024
_BUFFERS_PER_SEND = 64  # well below IOV_MAX
_LENGTH = struct.Struct("!I")
#: The key of a welcome.
WELCOME = b""


def item(frame: Frame) -> Item:
    """The frame as it travels."""
    match frame:
        case Call(task, blob):
            return task, blob
        case Define(token, blob):
            return token, blob
        case Settings(blob):
            return None, blob
        case Cancel(task):
            return about(task), ()
        case Answer(task, blob):
            return about(task), blob
        case Welcome(blob):
            return WELCOME, blob


def about(task: TaskId) -> int:
    """The key of what is neither a call nor its outcome."""
    return -1 - task


def subject(key: int) -> TaskId | None:
    """The task that it is about; None if the key is that of a call or an outcome."""
    return TaskId(-1 - key) if key < 0 else None


def encode(items: Sequence[Item]) -> list[bytes]:
    """The buffers to write for one message."""
    large: list[bytes] = []
    slim: list[object] = list(items)
    if _has_large(items):
        slim = [(key, _without_large(blob, large)) for key, blob in items]
    # Version 2 of marshal: plain values only, the same bytes in every Python, and no code runs.
    head = marshal.dumps((slim, [len(part) for part in large]), 2)
    return [_LENGTH.pack(len(head)) + head, *large]


def _has_large(items: Sequence[Item]) -> bool:
    for _, blob in items:  # for most messages `any` would take longer than all the rest
        for part in blob:
            if len(part) >= LARGE_BYTES:
                return True
    return False


def _without_large(blob: Blob, large: list[bytes]) -> tuple[Part | int, ...]:
    """The blob with each large part moved to `large` and its place there put in its stead."""
    slim: list[Part | int] = []
    for part in blob:
        if len(part) >= LARGE_BYTES:
            slim.append(len(large))
            large.append(bytes(memory_of(part)))
        else:
            slim.append(part)
    return tuple(slim)


class Readable(Protocol):
    """A socket, for one."""

    def recv_into(self, buffer: memoryview, /) -> int: ...


class Outbox:
    """What is still to be written to a stream. sent: bytes that were."""

    __slots__ = ("_buffers", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self._buffers: deque[bytes | memoryview] = deque()

    def put(self, buffers: Iterable[bytes | memoryview]) -> None:
        self._buffers.extend(filter(None, buffers))

    def push(self, stream: socket.socket) -> bool:
        """Write as much as the stream takes; True when nothing is left. Raises: OSError."""
        while self._buffers:
            try:
                if len(self._buffers) == 1:
                    sent = stream.send(self._buffers[0])
                else:
                    sent = stream.sendmsg(islice(self._buffers, _BUFFERS_PER_SEND))
            except BlockingIOError:
                return False
            self._forget(sent)
        return True

    def _forget(self, sent: int) -> None:
        self.sent += sent
        while sent:
            first = self._buffers[0]
            if sent < len(first):
                self._buffers[0] = memoryview(first)[sent:]
                return
            sent -= len(first)
            self._buffers.popleft()


class Inbox:
    """What was read from a stream and is not a whole message yet. received: bytes so far.

    may_lose: large parts that no memory is left for are passed over, and None is in their place.
    """

    __slots__ = ("_chunk", "_data", "_may_lose", "_missing", "_parts", "_slim", "received")

    def __init__(self, *, may_lose: bool = False) -> None:
        self.received = 0
        self._may_lose = may_lose
        self._chunk = memoryview(bytearray(_CHUNK_BYTES))  # allocating it at each read cost 25 us
        self._data = bytearray()
        self._slim: list[tuple[Key, tuple[bytes | int, ...]]] | None = None
        self._parts: list[bytearray | None] = []
        self._missing: deque[memoryview] = deque()

    def pull(self, stream: Readable) -> list[Item]:
        """The items of all messages that one more read completes; often none.

        Raises: EOFError at the stream's end, BlockingIOError when there is nothing to read.
        """
        if self._missing:
            self._fill(stream)
        else:
            self._append(stream)
        items: list[Item] = []
        while (message := self._take()) is not None:
            items += message
        return items

    def _append(self, stream: Readable) -> None:
        count = stream.recv_into(self._chunk)
        if not count:
            raise EOFError
        self.received += count
        self._data += self._chunk[:count]

    def _fill(self, stream: Readable) -> None:
        view = self._missing[0]
        count = stream.recv_into(view)
        if not count:
            raise EOFError
        self.received += count
        self._filled(count)

    def _filled(self, count: int) -> None:
        view = self._missing.popleft()
        if count < len(view):
            self._missing.appendleft(view[count:])

    def _take(self) -> list[Item] | None:
        """The next whole message, if there is one."""
        if self._slim is None and not self._open():
            return None
        while self._missing and self._data:
            self._move()
        return None if self._missing else self._finish()

    def _open(self) -> bool:
        """Take the head of the next message from the data, if all of it is there."""
        data = self._data
        if len(data) < _LENGTH.size:
            return False
        end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
        if len(data) < end:
            return False
        with memoryview(data) as view:
            self._slim, sizes = marshal.loads(view[_LENGTH.size : end])
        del data[:end]
        if sizes:
            for size in sizes:
                self._expect(size)
        return True

    def _expect(self, size: int) -> None:
        try:
            part = bytearray(size)
            self._missing.append(memoryview(part))
        except MemoryError:
            if not self._may_lose:
                raise
            part = None
            for start in range(0, size, _CHUNK_BYTES):
                self._missing.append(self._chunk[: size - start])
        self._parts.append(part)

    def _move(self) -> None:
        """Fill the first missing part from what was read along with the head."""
        count = min(len(self._missing[0]), len(self._data))
        self._missing[0][:count] = self._data[:count]
        del self._data[:count]
        self._filled(count)

    def _finish(self) -> list[Item]:
        slim, self._slim = self._slim, None
        assert slim is not None
        if not self._parts:
            return slim  # no large part: nothing was moved
        parts = list(map(self._whole, self._parts))
        self._parts.clear()
        return [
            (key, tuple(parts[p] if isinstance(p, int) else p for p in blob)) for key, blob in slim
        ]

    def _whole(self, part: bytearray | None) -> bytes | None:
        try:
            return None if part is None else bytes(part)
        except MemoryError:
            if self._may_lose:
                return None
            raise
