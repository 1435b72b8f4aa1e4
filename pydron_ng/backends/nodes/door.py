"""What a node does with a program that was let in: a share of its cores, a console on these."""

from __future__ import annotations

import threading
from typing import Any

from pydron_ng.backends.nodes.greeting import tell, told
from pydron_ng.backends.nodes.guest import Guest
from pydron_ng.backends.nodes.line import Line
from pydron_ng.backends.nodes.shares import NoneFree, Share, Shares
from pydron_ng.log import log

_END_SECONDS = 15.0
_STOPPED = "the node was stopped"


class Door:
    """Serves programs, any number at the same time, and sees them out."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._guests: dict[Guest, threading.Thread] = {}
        self._turn = threading.Lock()
        self._is_closed = False

    def serve(self, name: str, line: Line) -> None:
        """To the connection's end. name: for the log. line: of a program that is known."""
        try:
            self._serve(name, line)
        except (EOFError, OSError, ValueError) as why:
            log().warning("%s: gone before anything was begun: %s", name, why)
        finally:
            line.close()

    def close(self) -> None:
        """See everybody out; returns when all is gone that was started."""
        with self._turn:
            self._is_closed = True
            guests = dict(self._guests)
        for guest in guests:
            threading.Thread(target=guest.hang_up, args=(_STOPPED,), daemon=True).start()
        for thread in guests.values():
            thread.join(_END_SECONDS)

    def _serve(self, name: str, line: Line) -> None:
        """Raises: EOFError, OSError, ValueError."""
        who, python, wanted = _asked(told(line))
        try:
            with self._shares.share(wanted) as share:
                guest = _welcomed(line, python, share)
                cores = len(share.cores)
                log().info("%s: %s has %d of %d cores", name, who, cores, self._shares.total)
                how = self._see_out(guest, line, cores)
            log().info("%s: %s is gone, Python %s", name, who, how)
        except NoneFree as why:
            log().info("%s: %s is to come again: %s", name, who, why)
            way_out = "wait: it is tried again; or have the node lend less to each program"
            tell(line, why=str(why), way_out=way_out, lasting=False)

    def _see_out(self, guest: Guest, line: Line, cores: int) -> str:
        """How it ended."""
        with self._turn:
            self._guests[guest] = threading.current_thread()
            is_late = self._is_closed
        try:
            tell(line, cores=cores)
            line.unlimited()
        except OSError:
            guest.hang_up()
        if is_late:
            guest.hang_up(_STOPPED)
        try:
            return guest.serve()
        finally:
            with self._turn:
                del self._guests[guest]


def _asked(said: dict[str, Any]) -> tuple[str, str, int | None]:
    """Who it is, which Python it wants, on how many cores. Raises: ValueError."""
    match said:
        case {"who": str(who), "python": str(python), "cores": None | int() as cores} if (
            who.isprintable()
        ):
            return who, python, cores
        case _:
            raise ValueError("what it said is not what programs say")


def _welcomed(line: Line, python: str, share: Share) -> Guest:
    """Raises: OSError, after the other side was told."""
    try:
        return Guest(line, python, share.processors)
    except (OSError, ValueError) as error:
        why = f"{python or 'Python'} cannot be started there: {error}"
        tell(line, why=why, way_out='say where it is, as "python"', lasting=True)
        raise OSError(why) from None
