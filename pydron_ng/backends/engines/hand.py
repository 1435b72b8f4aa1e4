"""One worker process of an outpost, from its start to its end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.engines.orders import NO_SETTINGS, is_call
from pydron_ng.backends.launch import Crew, LauncherLink
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.backends.outfit import send_aside
from pydron_ng.backends.remote.channels import Asker
from pydron_ng.backends.wire import Inbox, Item, Outbox, encode

#: Told the name of a module, gives the answer to whoever asks for it.
Sources = Callable[[bytes], bytes]


class Hand:
    """A worker process, as one thread at a time sees it.

    known: so many entries of the log it was told, as far as they are definitions. entries: all of
    them, by number. settings: which of them are in force there.
    why: how it ended, or why it was never there. pid: 0 before it is there.
    is_to_end: it was killed, though it may not have ended yet.
    """

    def __init__(self, performer: str, own: Mapping[str, str], sources: Sources) -> None:
        """own: variables of its environment."""
        self.known = 0
        self.entries: set[int] = set()
        self.settings = NO_SETTINGS
        self.why = ""
        self.pid = 0
        self.is_started = self.is_to_end = False
        self._performer = performer
        self._own = own
        self._sources = sources
        self._loop = SelectorLoop()
        self._crew = Crew(self._launch, self, self._loop)
        self._askers: list[Asker] = []
        self._stream: Stream | None = None
        self._inbox, self._outbox = Inbox(), Outbox()
        self._said: list[Item] = []
        self._calls = 0  # that have no outcome yet

    def start(self) -> None:
        """Returns when it is there, or will never be."""
        if not self.is_started:
            self._crew.start(1)
            self._until(lambda: self.is_started)

    def perform(self, items: Sequence[Item], calls: int) -> list[Item]:
        """The outcomes of all `calls` among the items, or of those before it ended.

        Among them the remarks on these calls, as they came.
        """
        self._said, self._calls = [], calls
        self._outbox.put(encode(items))
        self._push()
        self._until(lambda: not self._calls)
        return self._said

    def kill(self) -> None:
        """End what it is at; may be called by another thread."""
        self.is_to_end = True
        self._loop.wake()

    def close(self) -> None:
        """End it, and all that it has started."""
        self._disconnect()
        self._crew.close()
        for asker in self._askers:
            asker.close()
        self._loop.close()

    def _until(self, done: Callable[[], bool]) -> None:
        while not (self.why or done()):
            self._loop.dispatch(self._loop.poll(None))
            if self.is_to_end:
                self._crew.kill(self.pid)

    def _launch(self) -> LauncherLink:
        ours, theirs = socket.socketpair()
        with theirs:
            self._hear(Stream(ours.detach()))
            return LauncherLink(self._performer, self._own, questions=theirs.fileno())

    def _hear(self, stream: Stream) -> None:
        """Answer what is asked there for modules."""
        self._askers.append(Asker(stream, self._loop, self._asked))

    def _asked(self, asker: Asker, name: bytes) -> None:
        asker.answer(self._sources(name))

    # --- what the crew tells ---

    def joined(self, pid: int, descriptor: int) -> None:
        self.pid, self._stream, self.is_started = pid, Stream(descriptor), True
        with suppress(OSError):  # it has died: the launcher reports it
            self._hear(send_aside(self._stream))
        self._stream.setblocking(False)
        self._loop.register(descriptor, self._read, self._push)

    def ended(self, pid: int, why: str) -> None:
        if pid != self.pid:
            return  # it was turned away
        while self._read():
            pass
        self._disconnect()
        self.why = why

    def unstarted(self, count: int, why: str) -> None:
        assert count == 1
        self.why = why

    # --- what the process says ---

    def _read(self) -> bool:
        """Take what has come; False when there is nothing more, for now or for good."""
        if self._stream is None:
            return False
        try:
            items = self._inbox.pull(self._stream)
        except BlockingIOError:
            return False
        except (EOFError, ConnectionError):
            self._disconnect()
            self._crew.kill(self.pid)  # it may live on without a stream
            return False
        self._said += items
        self._calls -= sum(map(is_call, items))
        return True

    def _push(self) -> None:
        if self._stream is None:
            return
        with suppress(ConnectionError):  # it has died: the launcher reports it
            is_blocked = not self._outbox.push(self._stream)
            self._loop.want_write(self._stream.fileno(), is_blocked)

    def _disconnect(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            self._loop.unregister(stream.fileno())
            stream.close()
