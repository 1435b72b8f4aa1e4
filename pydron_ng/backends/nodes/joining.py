"""A node that dials: it offers itself to a program that listens, again and again."""

from __future__ import annotations

import select

from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.nodes.dial import Endpoint
from pydron_ng.backends.nodes.door import Door
from pydron_ng.backends.nodes.greeting import Role
from pydron_ng.backends.nodes.reception import GREETING_SECONDS
from pydron_ng.backends.remote.trouble import Trouble
from pydron_ng.backends.station import WAY_OUT
from pydron_ng.log import log

#: So long, in s, after so many attempts in vain; the last one again and again.
_PAUSES = (1.0, 1.0, 2.0, 5.0, 10.0, 30.0)


class Joining:
    """It serves one program after the other, from ``run`` until ``stop``."""

    def __init__(self, program: Endpoint, door: Door) -> None:
        self._program = program
        self._door = door
        self._end = Bell()
        self._told = ""

    def run(self) -> None:
        failures, pause = 0, 0.0
        while not select.select([self._end], [], [], pause)[0]:
            failures = 0 if self._serve() else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]

    def stop(self) -> None:
        """May be called by a signal handler; whoever is served is seen out by the door."""
        self._end.ring()

    def _serve(self) -> bool:
        """Whether there was a program; why there is none is said once."""
        try:
            line = self._program.dial(Role.NODE, GREETING_SECONDS)
        except Trouble as trouble:
            if trouble.why != self._told:
                why = f"{trouble.why}{WAY_OUT}{trouble.way_out}"
                log().warning("%s: %s", self._program.address, why)
            self._told = trouble.why
            return False
        self._told = ""
        self._door.serve(str(self._program.address), line)
        return True
