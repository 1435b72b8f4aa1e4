"""What a file or directory was when a call looked at it, and whether it still is."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Final, NamedTuple

from pydron_ng.values.hashing import blake2b

#: So old, in ns, a file must be for its times to tell that it is not written again meanwhile:
#: file systems count time in ticks of the kernel, which are up to 10 ms long.
_SETTLED_NS: Final = 50_000_000
#: Of files that are younger, up to so many bytes are compared.
_COMPARED: Final = 1 << 20
_TOO_MUCH: Final = b""


class Look(IntEnum):
    """How closely a call has looked. A closer look sees all that the ones before it see."""

    KIND = 0  # whether it is there, and as what
    STATUS = 1  # size and times
    CONTENT = 2


class Print(NamedTuple):
    """What a look has seen.

    status: inode, size, times and the like; None where there was nothing.
    content: a digest, of what may have been written in that very moment.
    """

    status: tuple[int, ...] | None
    content: bytes | None = None


class Abroad(NamedTuple):
    """What a look on another host has seen.

    status: what two hosts that share the file agree on; None where there was nothing.
    content: a digest; None if it was too large, or not looked at.
    is_settled: the same status means the same content.
    """

    status: tuple[object, ...] | None
    content: bytes | None
    is_settled: bool


class Unseen(NamedTuple):
    """The call has asked where nobody can compare what another host answers."""

    event: str


def print_of(path: str, look: Look) -> Print:
    """What such a look at the path sees now."""
    status = _status(path, look)
    if look < Look.CONTENT or status is None or time.time_ns() - status[-1] > _SETTLED_NS:
        return Print(status)
    return Print(status, _content(path))


def is_unchanged(path: str, look: Look, seen: Print) -> bool:
    """Does such a look see now what was seen?"""
    if _status(path, look) != seen.status:
        return False
    return seen.content is None or (seen.content != _TOO_MUCH and _content(path) == seen.content)


def _status(path: str, look: Look) -> tuple[int, ...] | None:
    """What the file system says, the time of the last change at the end."""
    try:
        own = real_lstat(path)
    except (OSError, ValueError):
        return None
    link = (own.st_ino, own.st_ctime_ns) if stat.S_ISLNK(own.st_mode) else ()
    try:
        found = real_stat(path) if link else own
    except (OSError, ValueError):
        return link  # to nowhere
    kind = (*link, stat.S_IFMT(found.st_mode), found.st_ino, found.st_dev)
    if look is Look.KIND:
        return kind
    owner = found.st_mode, found.st_uid, found.st_gid, found.st_nlink
    return (*kind, *owner, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _content(path: str) -> bytes:
    digest = blake2b(digest_size=16)
    try:
        if os.path.isdir(path):
            names = "\0".join(sorted(os.listdir(path)))
            digest.update(names.encode("utf-8", "surrogateescape"))
        elif os.path.isfile(path) and os.path.getsize(path) <= _COMPARED:
            with open(path, "rb") as file:
                digest.update(file.read())
        else:
            return _TOO_MUCH
    except OSError:
        return _TOO_MUCH
    return digest.digest()


#: As they are: in workers, those in the module os tell what they were asked.
real_stat: Final[Callable[[str], os.stat_result]] = os.stat
real_lstat: Final[Callable[[str], os.stat_result]] = os.lstat
