"""What the agent listens to and speaks into, none of which ever keeps it waiting."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from pydron_ng.backends.base import Loop
from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.remote.asking import SIZE
from pydron_ng.backends.remote.frames import MOST_BYTES, Kind, cut
from pydron_ng.backends.wire import Outbox

#: While more than that waits to be sent, nothing is taken from the workers.
_MOST_WAITING_BYTES = 4 << 20


class Ear:
    """The descriptor that the program is heard on."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def recv_into(self, buffer: memoryview, /) -> int:
        """Raises: BlockingIOError, OSError."""
        return os.readv(self._descriptor, [buffer])


class Mouth:
    """The descriptor that the program is spoken to on.

    room: told whether there is room for more that could wait.
    """

    def __init__(self, descriptor: int, loop: Loop, room: Callable[[bool], object]) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._loop = loop
        self._room = room
        self._buffers: deque[memoryview] = deque()
        self._bytes = 0
        self._is_full = self._is_blocked = False

    def say(self, *buffers: bytes | memoryview) -> None:
        for buffer in buffers:
            if buffer:
                self._buffers.append(memoryview(buffer))
                self._bytes += len(buffer)
        self._push()

    def pass_on(self, pid: int, data: bytes) -> None:
        """What a worker says."""
        self.say(*cut(Kind.DATA, pid, [data]))

    def _push(self) -> None:
        with suppress(OSError):  # the end of the stream is heard of elsewhere
            while self._buffers:
                self._sent(os.writev(self._descriptor, list(self._buffers)[:64]))
        self._mind(blocked=bool(self._buffers))

    def _sent(self, count: int) -> None:
        self._bytes -= count
        while count:
            first = self._buffers.popleft()
            if count < len(first):
                self._buffers.appendleft(first[count:])
                return
            count -= len(first)

    def _mind(self, *, blocked: bool) -> None:
        if blocked and not self._is_blocked:
            self._loop.register(self._descriptor, self._push, self._push)
            self._loop.want_write(self._descriptor, wanted=True)
        elif self._is_blocked and not blocked:
            self._loop.unregister(self._descriptor)
        self._is_blocked = blocked
        if (full := self._bytes > _MOST_WAITING_BYTES) != self._is_full:
            self._is_full = full
            self._room(not full)


class Worker:
    """One worker's stream: bytes are passed on as they come, both ways.

    silent: told when it has closed its stream; it may live on.
    """

    def __init__(
        self,
        pid: int,
        stream: Stream,
        loop: Loop,
        pass_on: Callable[[int, bytes], None],
        silent: Callable[[int], None],
    ) -> None:
        stream.setblocking(False)
        self._pid = pid
        self._stream = stream
        self._loop = loop
        self._pass_on = pass_on
        self._silent = silent
        self._outbox = Outbox()
        self._is_blocked = False
        self._is_heard = self._is_held = False
        self._is_wanted = True
        self._mind()

    def put(self, data: bytes) -> None:
        self._outbox.put([data])
        self._push()

    def listen(self, *, wanted: bool) -> None:
        """Whether there is room for what it says."""
        self._is_wanted = wanted
        self._mind()

    def hold(self, *, held: bool) -> None:
        """Whether the program does not want to hear it."""
        self._is_held = held
        self._mind()

    def _mind(self) -> None:
        """Take what it says, or do not."""
        heard = self._is_wanted and not self._is_held
        if heard == self._is_heard or self._stream.fileno() < 0:
            return
        self._is_heard = heard
        if heard:
            self._loop.register(self._stream.fileno(), self._take, self._push)
            self._loop.want_write(self._stream.fileno(), self._is_blocked)
        else:
            self._loop.unregister(self._stream.fileno())

    def empty(self) -> None:
        """Pass on what it had still said."""
        while self._stream.fileno() >= 0 and self._take():
            pass

    def close(self) -> None:
        self.listen(wanted=False)
        self._stream.close()

    def _take(self) -> bool:
        """False: there is nothing more, for now or for good."""
        try:
            data = self._stream.recv(MOST_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            self._pass_on(self._pid, data)
        else:
            self.close()
            self._silent(self._pid)
        return bool(data)

    def _push(self) -> None:
        if self._stream.fileno() < 0:
            return
        try:
            blocked = not self._outbox.push(self._stream)
        except OSError:
            return  # it has died: the launcher reports it
        if blocked != self._is_blocked:
            self._is_blocked = blocked
            if self._is_heard:
                self._loop.want_write(self._stream.fileno(), blocked)


class Asker:
    """A process of ours that asks for modules; it waits for each answer."""

    def __init__(self, stream: Stream, loop: Loop, asked: Callable[[Asker, bytes], None]) -> None:
        stream.setblocking(False)
        self._stream = stream
        self._loop = loop
        self._asked = asked
        self._data = b""
        self._outbox = Outbox()
        loop.register(stream.fileno(), self._take, self._push)

    def answer(self, data: bytes) -> None:
        self._outbox.put([data])
        self._push()

    def close(self) -> None:
        if self._stream.fileno() >= 0:
            self._loop.unregister(self._stream.fileno())
            self._stream.close()

    def _take(self) -> None:
        try:
            data = self._stream.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._data += data
        if len(self._data) >= SIZE.size:
            end = SIZE.size + SIZE.unpack_from(self._data)[0]
            if len(self._data) >= end:
                name, self._data = self._data[SIZE.size : end], self._data[end:]
                self._asked(self, name)

    def _push(self) -> None:
        if self._stream.fileno() < 0:
            return
        with suppress(OSError):
            self._loop.want_write(self._stream.fileno(), not self._outbox.push(self._stream))
