"""How soon a fresh program has something."""

from __future__ import annotations

import time

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, expect


def first(peer: Peer, setting: Setting) -> Measured:
    """From the start of the interpreter, the import of the peer included."""
    expect(peer.call(tasks.same, 7), 7)
    return Measured((time.monotonic() - setting.began) * 1e3)


WORKS = (Work("first", "first result of a fresh program", "ms", first),)
