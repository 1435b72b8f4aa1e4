"""The worker's side: performs items in order and sends the outcomes back."""

from __future__ import annotations

import importlib
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from pydron_ng.backends.base import Blob, Performer, TaskId, Token
from pydron_ng.backends.dialogue import Dialogue, Line
from pydron_ng.backends.exchange import End, WorkerEnd
from pydron_ng.backends.outfit import Outfit
from pydron_ng.backends.permits import Permit
from pydron_ng.backends.wire import WELCOME, Item, Key, about, subject
from pydron_ng.memory.arena import WORKER_IDLE_BYTES, Arena

if TYPE_CHECKING:
    import asyncio

    from pydron_ng.backends.coroutines import Attach, Coroutines


def find(performer: str) -> Callable[[str], Performer]:
    """The performer's factory, named ``module:attribute``."""
    module, _, attribute = performer.partition(":")
    return cast(Callable[[str], Performer], getattr(importlib.import_module(module), attribute))


class Work:
    """The calls of one worker: each outcome is sent exactly once.

    send: called with outcomes, in the order of the calls; coroutines in that of their ends. By
        any thread with a remark on a call, before its outcome.
    """

    def __init__(
        self,
        performer: Performer,
        send: Callable[[list[Item]], None],
        permit: Permit | None = None,
        dialogue: Dialogue | None = None,
    ) -> None:
        """permit: which calls were not taken back meanwhile; None: all are begun.

        dialogue: what is said while a call goes on; None: nothing is.
        """
        self._performer = performer
        self._dialogue = dialogue
        self._hold_seconds = performer.hold_seconds
        self._send = send
        self._permit = permit
        self._coroutines: Coroutines | None = None

    def do(self, items: Sequence[Item]) -> None:
        """Perform the items in order; coroutines are only begun."""
        outcomes: list[Item] = []
        permit = self._permit
        sent_at = time.perf_counter()
        for key, blob in items:
            if not isinstance(key, int):
                self._heed(key, blob)
            elif (task := subject(key)) is not None:
                if not blob:  # else an answer, too late
                    self._cancel(task)
            elif permit is None or permit.take(TaskId(key)):
                self._perform(TaskId(key), blob, outcomes)
                if (now := time.perf_counter()) - sent_at > self._hold_seconds:
                    self._send(outcomes)
                    outcomes, sent_at = [], now
        if outcomes:
            self._send(outcomes)

    def _heed(self, key: Key, blob: Blob) -> None:
        if key == WELCOME:
            if self._dialogue is not None:
                self._performer.nest(self._dialogue, blob)
        elif isinstance(key, bytes):
            self._performer.define(Token(key), blob)
        else:
            self._performer.settings(blob)

    def _perform(self, task: TaskId, blob: Blob, outcomes: list[Item]) -> None:
        if self._dialogue is not None:
            self._dialogue.task = task
        outcome = self._performer.perform(blob, partial(self._remark, task))
        if isinstance(outcome, tuple):
            outcomes.append((task, outcome))
            return
        if self._coroutines is None:
            from pydron_ng.backends.coroutines import Coroutines

            self._coroutines = Coroutines(self._send)
        self._coroutines.add(task, outcome)

    def _remark(self, task: TaskId, remark: Blob) -> None:
        self._send([(about(task), remark)])

    def _cancel(self, task: TaskId) -> None:
        if self._coroutines is not None:
            self._coroutines.cancel(task)

    def finish(self, attach: Attach, more: Callable[[], None]) -> None:
        """See the coroutines through that were begun; see ``Coroutines.run``."""
        if self._coroutines:
            self._coroutines.run(attach, more)

    def close(self) -> None:
        """Nothing is performed any more."""
        if self._coroutines is not None:
            self._coroutines.close()


def serve(
    stream: socket.socket,
    performer: Performer,
    environment: Mapping[str, str],
    outfit: Outfit,
    end: End | None = None,
    folder: str = "",
) -> None:
    """Perform what comes out of the stream until it ends.

    environment: the worker's own variables, kept whatever the program's settings say.
    outfit: its second stream is for memory that is shared. end: what else spares parts their way.
    folder: where it may keep files.
    """
    line = Line(stream, end or WorkerEnd(outfit.aside))
    performer.dwell(folder)
    if outfit.aside is not None:
        performer.share(Arena(WORKER_IDLE_BYTES, compared=False))

    def attach(
        loop: asyncio.AbstractEventLoop, something: Callable[[], None]
    ) -> Callable[[], object]:
        loop.add_reader(stream, something)
        return partial(loop.remove_reader, stream)

    work = Work(_Housed(performer, environment), line.send, outfit.permit, Dialogue(line))
    try:
        while True:
            work.do(line.receive())
            if not line.has_more:
                work.finish(attach, lambda: work.do(line.receive()))
    except (EOFError, ConnectionError):
        return


class _Housed:
    """A performer whose settings never take away the worker's own environment."""

    __slots__ = (
        "_environment",
        "_performer",
        "define",
        "dwell",
        "hold_seconds",
        "nest",
        "perform",
        "share",
    )

    def __init__(self, performer: Performer, environment: Mapping[str, str]) -> None:
        self._performer = performer
        self._environment = environment
        self.hold_seconds = performer.hold_seconds
        self.share = performer.share
        self.dwell = performer.dwell
        self.define = performer.define
        self.perform = performer.perform
        self.nest = performer.nest

    def settings(self, blob: Blob) -> None:
        self._performer.settings(blob)
        for name, value in self._environment.items():
            os.environ.setdefault(name, value)
