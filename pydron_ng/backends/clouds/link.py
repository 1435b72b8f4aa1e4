"""The program's side of the keeper: starts it, tells it little, and hears when it is gone."""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import replace

from pydron_ng.backends.base import Loop
from pydron_ng.backends.clouds.order import Order
from pydron_ng.backends.detached import Detached
from pydron_ng.log import log
from pydron_ng.memory.descriptor import Descriptor

_LINE_BYTES = 1 << 16
#: A keeper that dies is followed by another one, so often.
_KEEPERS = 4


def new_desk() -> str:
    """An address that nobody else has: in no file system, so nothing is left there."""
    return f"pydron-{secrets.token_hex(16)}"


class KeeperLink:
    """The keeper of a session. Raises: OSError when it cannot be started."""

    def __init__(self, order: Order, desk: str, loop: Loop) -> None:
        """desk: where relays ask; it outlives the keeper, and its successor serves there."""
        self._order = order
        self._loop = loop
        self._said = b""
        self._is_there = False
        self._keepers_left = _KEEPERS
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"\0{desk}")
            listening.listen(1024)
            self._desk = Descriptor(os.dup(listening.fileno()))
        try:
            self._start()
        except BaseException:
            self._desk.close()
            raise

    def end(self, slot: int, turn: int) -> None:
        """The relay of that turn does not go to the slot's instance any more."""
        self._say(json.dumps({"slot": slot, "turn": turn}).encode() + b"\n")

    def close(self) -> None:
        """Have all instances ended; returns then, or after a while, and the keeper goes on."""
        if self._is_there:
            self._is_there = False
            self._loop.unregister(self._stream.fileno())
        while not (is_done := self._has_ended_well()) and self._keepers_left:
            self._detached.forget()
            self._order = replace(self._order, takes_over=True)
            with suppress(OSError):
                self._launch()
        self._desk.close()
        self._detached.close()
        for line in self._said.splitlines():
            if left := ", ".join(json.loads(line)["left"]):
                self._warn(f"could not be ended: {left}")
        if not is_done:
            self._warn("all its keepers died, and instances may be left")

    def forget(self) -> None:
        self._desk.close()
        self._detached.forget()

    def _start(self) -> None:
        """Raises: OSError."""
        self._launch()
        self._stream.setblocking(False)
        self._is_there = True
        self._loop.register(self._stream.fileno(), self._hear, _never)

    def _launch(self) -> None:
        """Raises: OSError."""
        self._keepers_left -= 1
        self._said = b""
        desk = self._desk.number
        self._detached = Detached(
            "pydron_ng.backends.clouds.keeper", [str(desk)], os.environ, passed=[desk]
        )
        self._stream = self._detached.stream
        self._say(self._order.line())

    def _say(self, line: bytes) -> None:
        with suppress(OSError):  # whoever hears will notice
            self._stream.check()
            self._stream.sendall(line)

    def _hear(self) -> None:
        """It says nothing before its end."""
        try:
            self._stream.check()
            said = self._stream.recv(_LINE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said:
            self._said += said
            return
        self._is_there = False
        self._loop.unregister(self._stream.fileno())
        self._detached.forget()
        self._replace()

    def _replace(self) -> None:
        """A new keeper sees what the one before has created."""
        if self._keepers_left:
            log().info("%s: its keeper ended, and another one takes over", self._order.access.place)
            self._order = replace(self._order, takes_over=True)
            with suppress(OSError):
                self._start()
                return
        self._desk.close()  # whoever asks there hears that nobody is there

    def _has_ended_well(self) -> bool:
        """Have it end all instances. Not so: it is gone and has not said that it has."""
        self._detached.hang_up()
        try:
            self._stream.settimeout(_WAIT_SECONDS)
            while said := self._stream.recv(_LINE_BYTES):
                self._said += said
        except TimeoutError:
            return True  # it goes on
        except OSError:
            pass
        return bool(self._said)

    def _warn(self, what: str) -> None:
        log().warning(
            "%s: %s\n  try: pydron cloud reap --session %s",
            *(self._order.access.place, what, self._order.session),
        )


#: To end instances takes a second or two. The keeper goes on if the program does not wait longer.
_WAIT_SECONDS = 20.0


def _never() -> None:
    """Lines to a keeper are short, and it reads."""
