"""A program that listens: the first node that dials in, and knows the token."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pydron_ng.backends.nodes.address import Address, listener_at
from pydron_ng.backends.nodes.certificate import Certificate
from pydron_ng.backends.nodes.greeting import Role
from pydron_ng.backends.nodes.line import Line
from pydron_ng.backends.nodes.reception import Reception


def awaited(
    address: Address, certificate: Certificate, token: bytes, note: Callable[[str], None]
) -> tuple[str, Line]:
    """Who it is, and the line. note: is told until then who was not let in, and why.

    Raises: OSError, when nobody can listen there.
    """
    first = _First(note)
    listener = listener_at(address, shared=True)
    reception = Reception(listener, certificate, token, Role.PROGRAM, first.came, first.note)
    first.stop = reception.stop
    reception.run()
    assert first.found is not None
    return first.found


class _First:
    """Takes one, and sends away all others, who try again; then it says no more."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._turn = threading.Lock()
        self.found: tuple[str, Line] | None = None
        self.stop: Callable[[], None]

    def came(self, name: str, line: Line) -> None:
        with self._turn:
            if self.found is None:
                self.found = name, line
                self.stop()
            else:
                line.close()

    def note(self, text: str) -> None:
        with self._turn:
            if self.found is None:
                self._note(text)
