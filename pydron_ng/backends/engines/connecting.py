"""The connection to Ray that a process may have, made by a thread that may be left behind.

Where it is not let in, or the head has troubles of its own, Ray waits for minutes, or for ever.
"""

from __future__ import annotations

import threading
from typing import ClassVar

from pydron_ng.backends.engines.engine import Refused
from pydron_ng.backends.engines.knocking import ask, is_for_clients, knock

#: So long it usually takes at most; after that the head is asked what is wrong.
_USUAL_SECONDS = 4.0
_PATIENCE_SECONDS = 30.0


class Connecting(threading.Thread):
    """failure: what Ray has raised. pending: the only one that may be under way, by turns."""

    pending: ClassVar[Connecting | None] = None
    turn: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, address: str) -> None:
        super().__init__(name="pydron to Ray", daemon=True)
        self.address = address
        self.failure: Exception | None = None

    def run(self) -> None:
        import ray

        try:
            ray.init(self.address, log_to_driver=False, configure_logging=False)
        except Exception as failure:  # of whatever kind: it has many
            self.failure = failure

    def wait(self) -> None:
        """Returns when it is there. Raises: Refused, what Ray raises."""
        self.join(_USUAL_SECONDS)
        if self.is_alive():
            ask(self.address)
            self.join(_PATIENCE_SECONDS)
        if self.is_alive():
            why = f"the head has not let the program in for {_PATIENCE_SECONDS:g} s"
            raise Refused(why, "look into its logs, and start it again")
        Connecting.pending = None
        if self.failure is not None:
            ask(self.address)  # it may say it better
            raise self.failure


def connect(address: str) -> bool:
    """Was the connection made here? It is there when this returns.

    Raises: Refused, what Ray raises.
    """
    import ray

    with Connecting.turn:
        if Connecting.pending is None:
            if ray.is_initialized():
                return False
            knock(address)
            if not is_for_clients(address):  # who serves these may break if it is asked meanwhile
                ask(address)
            Connecting.pending = Connecting(address)
            Connecting.pending.start()
        if Connecting.pending.address != address:
            why = f"this program is still waiting for ray {Connecting.pending.address}"
            raise Refused(why, "a program can use one cluster of Ray")
        Connecting.pending.wait()
        return True
