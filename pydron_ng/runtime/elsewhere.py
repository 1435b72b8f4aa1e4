"""Files that a call looked at on another host: what must be true here for its outcome to count.

Inodes and times mean something here only if both hosts share the file system; then they are the
same. Else contents are compared. Nothing is asked on the other host again: what counts is what
the program itself would find now.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from pydron_ng.runtime.prints import Abroad, Look, real_lstat, real_stat
from pydron_ng.values.installed import is_among_libraries

#: Of files up to that size the content is compared.
COMPARED_BYTES: Final = 64 << 20
#: So old, in ns, a file must be for its times to tell its content; clocks of hosts may differ.
_SETTLED_NS: Final = 10_000_000_000
_OURS: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "")


def print_of(path: str, look: Look) -> Abroad | None:
    """What such a look sees; None if that is the host's own: Python, and what is installed."""
    if is_among_libraries(os.path.join(path, "")) or path in sys.path or path.startswith(_OURS):
        return None
    status, is_settled = _status(path, look)
    content = None
    if look is Look.CONTENT and status is not None and _is_of_something(status):
        content = _content(path, status)
    return Abroad(status, content, is_settled)


def is_same_here(path: str, look: Look, seen: Abroad) -> bool:
    """Does such a look see the same on this host now?"""
    status, _ = _status(path, look)
    if not (_is_of_something(status) and _is_of_something(seen.status)) or look < Look.CONTENT:
        return status == seen.status
    if seen.is_settled and status == seen.status:
        return True
    assert status is not None
    return seen.content is not None and _content(path, status) == seen.content


def _status(path: str, look: Look) -> tuple[tuple[object, ...] | None, bool]:
    target = ""
    try:
        own = real_lstat(path)
        target = os.readlink(path) if stat.S_ISLNK(own.st_mode) else ""
        found = real_stat(path) if target else own
    except (OSError, ValueError):
        return ((target,) if target else None), True  # a link to nowhere, or nothing
    kind = target, stat.S_IFMT(found.st_mode)
    if look is Look.KIND:
        return kind, True
    who = found.st_mode, found.st_uid, found.st_gid, os.geteuid(), os.getegid()
    times = found.st_size, found.st_mtime_ns, found.st_ctime_ns
    is_settled = time.time_ns() - found.st_ctime_ns > _SETTLED_NS and not stat.S_ISDIR(kind[1])
    return (*kind, *who, found.st_ino, found.st_nlink, *times), is_settled


def _is_of_something(status: tuple[object, ...] | None) -> bool:
    return status is not None and len(status) > 1


def _content(path: str, status: tuple[object, ...]) -> bytes | None:
    """A digest of a file, or of the names in a directory as they are listed."""
    if os.path.isdir(path):
        return _digest_of_names(path)
    return _digest_of_file(path, status)


def _digest_of_names(path: str) -> bytes | None:
    try:
        names = "\0".join(os.listdir(path))
    except OSError:
        return None
    return blake2b(names.encode("utf-8", "surrogateescape"), digest_size=16).digest()


@lru_cache(256)
def _remembered(path: str, _status: tuple[object, ...]) -> bytes | None:
    return _read(path)


def _digest_of_file(path: str, status: tuple[object, ...]) -> bytes | None:
    changed_ns = status[-1]
    assert isinstance(changed_ns, int)
    if time.time_ns() - changed_ns > _SETTLED_NS:
        return _remembered(path, status)
    return _read(path)


def _read(path: str) -> bytes | None:
    digest = blake2b(digest_size=16)
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > COMPARED_BYTES:
            return None
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return None
    return digest.digest()
