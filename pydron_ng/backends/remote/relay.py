"""The process beside the program that carries its frames to one host, and watches the way there.

It is apart from the program, which may hold the interpreter's lock for minutes, fork, or be
stopped: beats go on all the same. When the program is gone, or the way, so is the relay.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydron_ng.backends.descriptors import end_of
from pydron_ng.backends.remote.boarding import board
from pydron_ng.backends.remote.carriers import Carrier, by_hand, carrier_for, settled, version_by
from pydron_ng.backends.remote.frames import Frames, Kind, said, saying
from pydron_ng.backends.remote.traffic import Traffic
from pydron_ng.backends.remote.trouble import Trouble


def main(control: str, program: str) -> None:
    """Serve the program on the descriptor `control` until it, or the host, is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # ignored by what a shell starts with &
    stream = socket.socket(fileno=int(control))
    plan = _order(stream)
    end = end_of(int(program))
    waiting = _Waiting(stream, end)
    time.sleep(plan["wait_seconds"])
    carrier: Carrier | None = None
    try:
        plan = settled(plan)
        carrier = carrier_for(plan, lambda text: _tell(stream, Kind.NOTE, text=text))
        waiting.at_end = carrier.close
        _tell(stream, Kind.REACHED, **carrier.identity())
        begun = _begin(carrier, plan)
        waiting.stop()
        Traffic(stream, carrier, begun, plan["silence_seconds"]).run(end)
    except Trouble as trouble:
        words = {"why": trouble.why, "way_out": trouble.way_out, "lasting": trouble.lasting}
        _tell(stream, Kind.LOST, **words)
    if carrier is not None:
        carrier.close()
    os._exit(0)  # threads may be waiting for what never comes


def _tell(stream: socket.socket, kind: Kind, **what: Any) -> None:
    with suppress(OSError):  # the program is gone: whoever waits for that ends this process
        stream.sendall(saying(kind, **what))


def _order(stream: socket.socket) -> dict[str, Any]:
    """What the program wants, which it says first of all."""
    frames = Frames()
    while True:
        for order in frames.pull(stream)[1]:
            return said(order.data)


def _begin(carrier: Carrier, plan: dict[str, Any]) -> bytes:
    """Raises: Trouble."""
    late = threading.Timer(plan["timeout_seconds"], carrier.close)
    late.daemon = True
    late.start()
    try:
        return board(carrier, plan["settings"], lambda: version_by(plan), by_hand(plan))
    except Trouble:
        if not late.is_alive():
            seconds = plan["timeout_seconds"]
            why = f"Python there did not answer within {seconds:g} s"
            raise Trouble(why, 'see what the host does; "timeout_seconds" allows more') from None
        raise
    finally:
        late.cancel()


class _Waiting:
    """Ends the process as soon as the program does, while there is nothing to be carried."""

    def __init__(self, stream: socket.socket, end: int) -> None:
        """end: of the program, see ``end_of``."""
        self.at_end: Callable[[], None] = _nothing
        self._over, self._stop = os.pipe()
        self._watched = [stream.fileno(), self._over, *([end] if end >= 0 else [])]
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        os.write(self._stop, b"\0")
        self._thread.join()

    def _watch(self) -> None:
        """The program says nothing before it has heard that the host is there."""
        ready, _, _ = select.select(self._watched, [], [])
        if self._over not in ready:
            self.at_end()
            os._exit(0)


def _nothing() -> None:
    """Nothing is to be ended yet."""
