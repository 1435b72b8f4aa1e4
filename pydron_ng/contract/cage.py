"""The process of the canary: performs one call after the other as a worker does."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from pydron_ng.runtime.perform import Performer
from pydron_ng.values.blob import Blob


def main(descriptor: int) -> None:
    """Serve until the stream ends."""
    threading.main_thread().is_pydron_worker = True  # type: ignore[attr-defined]
    stream = Connection(os.dup(descriptor))
    os.close(descriptor)
    performer = Performer("process")
    with suppress(EOFError, OSError):
        while True:
            known, settings, call = stream.recv()
            for token, blob in known.items():
                performer.define(token, blob)
            performer.settings(settings)
            stream.send(performer.perform(call, _unheard))


def _unheard(remark: Blob) -> None:
    """A trial is about the outcome."""
