"""The process beside the program that alone creates instances, and ends them all.

It is apart from the program as a relay is. When the program is gone, however it went, the keeper
ends what the session has; when both are gone, the instances' own leases do.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from pydron_ng.backends.clouds.account import Account
from pydron_ng.backends.clouds.order import Order
from pydron_ng.backends.clouds.rentals import Rentals
from pydron_ng.backends.descriptors import end_of
from pydron_ng.backends.remote.trouble import Trouble

_LINE_BYTES = 1 << 16


def main(control: str, program: str, desk: str) -> None:
    """Serve the program on the descriptor `control`, and its relays at `desk`, until it is gone."""
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_IGN)
    stream = socket.socket(fileno=int(control))
    lines = _lines(stream, end_of(int(program)))
    order = next(lines, b"")
    if order:
        with suppress(Exception):
            _serve(Order.read(order), lines, stream, socket.socket(fileno=int(desk)))
    os._exit(0)  # threads may be waiting for what never comes


def _serve(
    order: Order, lines: Iterator[bytes], stream: socket.socket, desk: socket.socket
) -> None:
    rentals = Rentals(order, lambda: Account(order.access))
    threading.Thread(target=_receive, args=(desk, rentals), daemon=True).start()
    try:
        for line in lines:
            given_up = json.loads(line)
            _apart(rentals.give_up, given_up["slot"], given_up["turn"])
    finally:
        desk.close()
        left = rentals.close()
        with suppress(OSError):
            stream.sendall(json.dumps({"left": left}).encode() + b"\n")


def _receive(desk: socket.socket, rentals: Rentals) -> None:
    """Relays come in, each with one question."""
    while True:
        try:
            relay, _ = desk.accept()
        except OSError:
            return
        _apart(_answer, relay, rentals)


def _answer(relay: socket.socket, rentals: Rentals) -> None:
    with relay, suppress(OSError):
        if not _is_own(relay):
            return
        with relay.makefile("rwb") as talk:
            asked = json.loads(talk.readline() or b"{}")
            if asked:
                talk.write(json.dumps(_found(rentals, **asked)).encode() + b"\n")


def _found(rentals: Rentals, slot: int, turn: int, refused: str) -> dict[str, Any]:
    """An instance, or the trouble with it."""
    try:
        return rentals.provide(slot, turn, refused)
    except Trouble as trouble:
        words = {"why": trouble.why, "way_out": trouble.way_out, "lasting": trouble.lasting}
        return {"trouble": words}
    except Exception as error:  # whoever asks waits for an answer
        why = f"the keeper of instances failed: {type(error).__name__}"
        return {"trouble": {"why": why, "way_out": "report that", "lasting": True}}


def _is_own(relay: socket.socket) -> bool:
    """Whether it is a process of the same user."""
    size = 3 * 4
    found = relay.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return int.from_bytes(found[4:8], sys.byteorder) == os.getuid()


def _apart(work: Callable[..., object], *arguments: Any) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _lines(stream: socket.socket, end: int) -> Iterator[bytes]:
    """What the program says, until it is gone. end: of the program, see ``end_of``."""
    over, bell = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(bell, b"\0"))
    watched = [stream.fileno(), over, *([end] if end >= 0 else [])]
    rest = b""
    while True:
        ready, _, _ = select.select(watched, [], [])
        if stream.fileno() not in ready:
            return
        try:
            more = stream.recv(_LINE_BYTES)
        except OSError:
            return
        if not more:
            return
        *whole, rest = (rest + more).split(b"\n")
        yield from whole
