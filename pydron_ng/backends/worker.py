"""The worker's side: performs items in order and sends the outcomes back."""

from __future__ import annotations

import importlib
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from pydron_ng.backends.base import Blob, Performer, TaskId
from pydron_ng.backends.wire import Inbox, Item, Outbox, encode

#: Outcomes of short calls travel together, but none is held back for longer than this.
_HOLD_SECONDS = 0.001

Outcomes = list[tuple[TaskId, Blob]]


def find(performer: str) -> Callable[[str], Performer]:
    """The performer's factory, named ``module:attribute``."""
    module, _, attribute = performer.partition(":")
    return cast(Callable[[str], Performer], getattr(importlib.import_module(module), attribute))


def work(performer: Performer, items: Sequence[Item], send: Callable[[Outcomes], None]) -> None:
    """Perform the items in order; each call's outcome is sent exactly once, in the same order."""
    outcomes: Outcomes = []
    sent_at = time.perf_counter()
    for key, blob in items:
        if isinstance(key, int):
            outcomes.append((TaskId(key), performer.perform(blob)))
            if (now := time.perf_counter()) - sent_at > _HOLD_SECONDS:
                send(outcomes)
                outcomes, sent_at = [], now
        elif key is None:
            performer.settings(blob)
        else:
            performer.define(key, blob)  # type: ignore[arg-type]  # a token is bytes on the wire
    if outcomes:
        send(outcomes)


def serve(stream: socket.socket, performer: Performer, environment: Mapping[str, str]) -> None:
    """Perform what comes out of the stream until it ends.

    environment: the worker's own variables, kept whatever the program's settings say.
    """
    inbox, outbox = Inbox(), Outbox()

    def send(outcomes: Outcomes) -> None:
        outbox.put(encode(outcomes))
        outbox.push(stream)

    while True:
        try:
            items = inbox.pull(stream)
        except (EOFError, ConnectionError):
            return
        work(_Housed(performer, environment), items, send)


class _Housed:
    """A performer whose settings never take away the worker's own environment."""

    __slots__ = ("_environment", "_performer", "define", "perform")

    def __init__(self, performer: Performer, environment: Mapping[str, str]) -> None:
        self._performer = performer
        self._environment = environment
        self.define = performer.define
        self.perform = performer.perform

    def settings(self, blob: Blob) -> None:
        self._performer.settings(blob)
        for name, value in self._environment.items():
            os.environ.setdefault(name, value)
