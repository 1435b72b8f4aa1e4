"""A shell beside the program that tidies the terminal up where the program cannot.

That is when it was killed, or must not write because others have the terminal now. The shell is
nobody's child, and in a session of its own: no key of the terminal's reaches it.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress

from pydron_ng.memory.descriptor import Descriptor

SHOWN, GONE, TIDY = b"1\n", b"0\n", b"t\n"
#: A shell takes the standard input away from what it starts with &.
_START = 'exec 3<&0; /bin/sh -c "$@" <&3 3<&- &'
_SCRIPT = """
cd /
while read -r said; do
    last=$said
    if [ "$said" = t ]; then printf "$0"; fi
done
if [ "$last" = 1 ]; then printf "$0"; fi
"""


class Guard:
    """Raises: OSError, if it cannot be started."""

    def __init__(self, terminal: int, tidying: str) -> None:
        """tidying: what it writes to the terminal, as printf understands it."""
        theirs, ours = os.pipe()
        self._rope = Descriptor(ours)
        try:
            subprocess.run(
                ["/bin/sh", "-c", _START, "sh", _SCRIPT, tidying],
                stdin=theirs,
                stdout=terminal,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
            )
        finally:
            os.close(theirs)

    def say(self, what: bytes) -> None:
        """Something is on the terminal now, or nothing, or it is to be taken away."""
        if self._rope.is_ours():
            with suppress(OSError):
                os.write(self._rope.number, what)

    def close(self) -> None:
        self._rope.close()
