"""The other side: who asks programs, and removes the sockets of those that are gone."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec

from pydron_ng.runtime.monitor import folder
from pydron_ng.runtime.monitor.messages import Answer, Look, Refused, Request, Told

#: A program that says nothing for so long is stopped, or is in C code that lets nobody else run.
_PATIENCE_SECONDS = 3.0
_AT_ONCE = 16


class Gone(Exception):
    """There is no such program (any more)."""


class Silent(Exception):
    """The program is there, and does not answer."""


def ask(pid: int, request: Request) -> Answer:
    """What the program answers. Raises: Gone, Silent; PermissionError, as `look`."""
    if (path := folder.sockets().get(pid)) is None:
        raise Gone(f"no program {pid} is there that can be asked")
    try:
        return _answered(path, request) or _answered(path, request) or _nothing()
    except FileNotFoundError:
        raise Gone(f"program {pid} has just ended") from None
    except ConnectionRefusedError:
        with suppress(FileNotFoundError):
            os.unlink(path)
        raise Gone(f"program {pid} has ended") from None
    except (TimeoutError, BlockingIOError):  # the latter: so many others are waiting already
        why = f"program {pid} does not answer: it is stopped, or computes and lets nobody else run"
        raise Silent(why) from None
    except msgspec.DecodeError:
        raise Silent(f"program {pid} does not speak as this version of pydron_ng does") from None
    except ConnectionError as error:
        raise Gone(f"program {pid} has just ended: {error}") from None


def _answered(path: str, request: Request) -> Answer | None:
    """None: it has hung up; it does so before it forks, too. Raises: OSError, DecodeError."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.settimeout(_PATIENCE_SECONDS)
        stream.connect(path)
        pieces = []
        with suppress(ConnectionResetError, BrokenPipeError):
            stream.sendall(msgspec.json.encode(request) + b"\n")
            while piece := stream.recv(1 << 16):
                pieces.append(piece)
    return msgspec.json.decode(b"".join(pieces), type=Answer) if pieces else None


def _nothing() -> Answer:
    raise ConnectionResetError("it has hung up")


def look() -> tuple[list[Told], list[str]]:
    """The user's programs, and why some of them are not among these.

    Raises: PermissionError, if somebody else could have made the directory.
    """
    told: list[Told] = []
    troubles: list[str] = []
    with ThreadPoolExecutor(_AT_ONCE, "look") as asking:
        for answer in asking.map(_looked, folder.sockets()):
            if isinstance(answer, Told):
                told.append(answer)
            elif answer is not None:
                troubles.append(answer)
    return told, troubles


def _looked(pid: int) -> Told | str | None:
    try:
        answer = ask(pid, Look())
    except Gone:
        return None
    except Silent as silent:
        return str(silent)
    if isinstance(answer, Refused):
        return f"program {pid} cannot tell: {answer.why}"
    return answer if isinstance(answer, Told) else None
