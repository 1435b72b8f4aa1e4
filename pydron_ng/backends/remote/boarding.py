"""The relay's side of the beginning: from a console of Python somewhere to an agent there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydron_ng.backends.remote import landing
from pydron_ng.backends.remote.carriers import Carrier
from pydron_ng.backends.remote.luggage import pack
from pydron_ng.backends.remote.trouble import Trouble

#: What comes before that is what shells and their start-up files say.
MAGIC = b"\0PYDRON1 "

#: What standard output was is for frames only; what is printed there goes to standard error.
_FIRST = """
import os, sys, platform
into, out = os.dup(0), os.dup(1)
os.dup2(2, 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
def say(text):
    os.write(out, (text + chr(10)).encode("ascii"))
def read(size):
    data = b""
    while len(data) < size:
        more = os.read(into, size - len(data))
        if not more:
            os._exit(1)
        data += more
    return data
say(chr(0) + "PYDRON1 " + platform.python_version() + " " + platform.python_implementation())
exec(read(int(read(10))))
"""

_NOISE_BYTES = 1 << 20

#: What the program ssh says that will not get better by itself.
_SSH_REFUSALS = (
    (r"IDENTIFICATION HAS CHANGED", "only if you know why it has changed: as it says"),
    (
        r"Host key verification failed",
        'if it is the right one, log in by hand once, or say "host_key": "accept-new"',
    ),
    (r"Permission denied \([a-z,-]+\)", 'check "username", "private_key_files" and the agent'),
)


class Conversation:
    """Lines and numbers of bytes, before the frames begin."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._data = b""

    def say(self, data: bytes) -> None:
        """Raises: EOFError."""
        try:
            self._carrier.write(data)
        except OSError as error:
            raise EOFError from error

    def say_sized(self, data: bytes) -> None:
        self.say(b"%010d" % len(data) + data)

    def await_magic(self) -> str:
        """The line after the magic. Raises: EOFError."""
        while MAGIC not in self._data:
            if len(self._data) > _NOISE_BYTES:
                raise EOFError
            self._more()
        self._data = self._data.partition(MAGIC)[2]
        return self.line()

    def line(self) -> str:
        """Raises: EOFError."""
        while b"\n" not in self._data:
            self._more()
        line, _, self._data = self._data.partition(b"\n")
        return line.decode(errors="replace")

    @property
    def rest(self) -> bytes:
        """What has come after the last line."""
        return self._data

    def _more(self) -> None:
        try:
            more = self._carrier.read(1 << 16)
        except OSError as error:
            raise EOFError from error
        if not more:
            raise EOFError
        self._data += more


def board(
    carrier: Carrier, settings: dict[str, Any], version: Callable[[], str], by_hand: str
) -> bytes:
    """Start an agent on the host; what it has already said.

    settings: for ``landing`` and the agent. version: what Python there says when asked for it.
    by_hand: the command that asks for that.

    Raises:
        Trouble: it cannot be; with the way out.
    """
    talk = Conversation(carrier)
    luggage = pack()
    try:
        talk.say(f"exec({_FIRST!r})\n".encode())
        _check_version(talk.await_magic())
    except EOFError:
        raise _no_python(carrier.last_words(), settings["python"], version, by_hand) from None
    try:
        talk.say_sized(_second({**settings, "digest": luggage.digest}).encode())
        while (line := talk.line()) != "here":
            if line == "send":
                talk.say_sized(luggage.parcel())
            elif line.startswith("no "):
                raise Trouble(*json.loads(line.removeprefix("no ")))
    except EOFError:
        why = f"Python there ended before it could begin: {carrier.last_words()}"
        raise Trouble(why, "try to run it there by hand") from None
    return talk.rest


def _second(settings: dict[str, Any]) -> str:
    text = Path(landing.__file__).read_text(encoding="utf-8")
    return f"{text}\nmain({settings!r}, read, say, into, out)\n"


def _check_version(line: str) -> None:
    """Raises: Trouble."""
    there, _, kind = line.partition(" ")
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if kind.strip() != "CPython" or there.split(".")[:2] != ours.split("."):
        raise other_python(f"{kind.strip()} {there}")


def other_python(there: str) -> Trouble:
    """Code and values do not travel between minor versions of Python."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return Trouble(
        f"Python there is {there}, the program's is CPython {ours}",
        f'install Python {ours} there and name it, such as "python": "python{ours}"',
    )


def _no_python(words: str, python: str, version: Callable[[], str], by_hand: str) -> Trouble:
    """Why nothing of ours answered."""
    if re.search(r"[Uu]nknown option:? *-P", words):
        return other_python(version().strip().removeprefix("Python ") or "older than 3.11")
    if re.search(r"exited with status 127|execve.*[Nn]o such file", words):
        return Trouble(
            f"there is no {python} there: {words}",
            'install Python there, or say where it is, such as "python": "/usr/bin/python3"',
        )
    for said, way_out in _SSH_REFUSALS:
        if re.search(said, words):
            return Trouble(f"ssh gave up: {words}", way_out)
    return Trouble(f"no Python answered: {words}", f"run by hand: {by_hand}", lasting=False)
