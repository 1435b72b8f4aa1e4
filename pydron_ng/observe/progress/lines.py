"""Progress as lines on standard error, for pipes and files of those who have asked for it."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import suppress

from pydron_ng.observe.progress import STDERR

_COLUMNS = 200


class Lines:
    """A line every ten seconds, and one at the end."""

    seconds = 10.0

    def show(self, line: Callable[[int], str]) -> None:
        _write(line(_COLUMNS))

    def end(self, line: str) -> None:
        _write(line)

    def forget(self) -> None:
        """There is nothing to close."""


def _write(line: str) -> None:
    """Write it as a whole, or not at all where nobody reads."""
    with suppress(OSError):
        poll = select.poll()
        poll.register(STDERR, select.POLLOUT)
        if poll.poll(0):
            os.write(STDERR, f"pydron_ng: {line}\n".encode())
