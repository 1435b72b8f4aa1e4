"""The first thing of ours that runs on a host: unpacks what is needed and starts the agent.

Its text is sent, so it imports nothing of ours. A host keeps what was unpacked, by its content.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_CONTENTS = "contents.json"
_ATTEMPTS = 3
_KEPT_SECONDS = 30 * 86400.0  # after it was last used


class Refusal(Exception):
    """The host cannot be used; args: what is wrong, and the way out."""


def land(
    settings: dict[str, Any], say: Callable[[str], None], take: Callable[[], bytes]
) -> tuple[str, int]:
    """The folder that holds our package, and a lock: while that is open, nobody removes the folder.

    settings: "tmp_dir", where ~ is home here, and the "digest" of the parcel.
    take: the parcel, after it was asked for.
    Raises: Refusal.
    """
    tmp_dir = os.path.expanduser(settings["tmp_dir"])
    try:
        home = home_in(tmp_dir)
        folder = os.path.join(home, settings["digest"])
        for _ in range(_ATTEMPTS):
            if (lock := _held(folder)) is not None:
                break
            say("send")
            _tidy(home)
            _unpack(take(), home, folder)
        else:
            raise OSError(f"{folder} is removed again and again")
        os.utime(os.path.join(folder, _CONTENTS))
    except OSError as error:
        raise Refusal(
            f"cannot write to {tmp_dir}: {error.strerror or error}",
            'make room there, or name another directory as "tmp_dir"',
        ) from error
    return folder, lock


def home_in(tmp_dir: str) -> str:
    """Our directory in tmp_dir; nobody else may have made it, or read it.

    Raises: Refusal, OSError.
    """
    home = os.path.join(tmp_dir, f"pydron-{os.getuid()}")
    try:
        os.mkdir(home, 0o700)
    except FileExistsError:
        found = os.lstat(home)
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if not mine or stat.S_IMODE(found.st_mode) & 0o077:
            raise Refusal(
                f"{home} is not a directory that only you may use",
                f'look who made it; remove it, or name another directory as "tmp_dir": {home}',
            ) from None
    return home


def _tidy(home: str) -> None:
    """Remove what nobody has used for long: other versions of ours."""
    for name in os.listdir(home):
        folder = os.path.join(home, name)
        if _unused_seconds(os.path.join(folder, _CONTENTS), folder) > _KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _unused_seconds(*places: str) -> float:
    """Since the first of these that is there was changed; 0 if none is."""
    for place in places:
        try:
            return time.time() - os.stat(place).st_mtime
        except OSError:
            continue
    return 0.0


def _held(folder: str) -> int | None:
    """A lock on it that others may have, too; None if it is not whole."""
    if not _is_whole(folder):
        return None
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    with suppress(OSError):  # some file systems have no locks
        fcntl.flock(lock, fcntl.LOCK_SH)
    if _is_whole(folder) and os.path.samestat(os.fstat(lock), os.stat(folder)):
        return lock
    os.close(lock)  # somebody was just removing it
    return None


def _is_whole(folder: str) -> bool:
    """Whether all is there: others tidy up in such places, one file at a time."""
    try:
        with open(os.path.join(folder, _CONTENTS), encoding="utf-8") as file:
            contents = json.load(file)
        return all(
            os.stat(os.path.join(folder, name)).st_size == size for name, size in contents.items()
        )
    except (OSError, ValueError):
        return False


def _unpack(parcel: bytes, home: str, folder: str) -> None:
    """All of it beside the final place first: who looks there sees nothing, or everything."""
    beside = tempfile.mkdtemp(dir=home)
    try:
        with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
            archive.extractall(beside)
            contents = {entry.filename: entry.file_size for entry in archive.infolist()}
        with open(os.path.join(beside, _CONTENTS), "w", encoding="utf-8") as file:
            json.dump(contents, file)
        _put(beside, home, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(beside: str, home: str, folder: str) -> None:
    """Into its place, unless another one was faster: that one is in use already."""
    lock = os.open(home, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            os.rename(beside, folder)
        except OSError:  # something is there
            if not _is_whole(folder):
                shutil.rmtree(folder, ignore_errors=True)
                os.rename(beside, folder)
    finally:
        os.close(lock)


def main(
    settings: dict[str, Any],
    read: Callable[[int], bytes],
    say: Callable[[str], None],
    into: int,
    out: int,
) -> None:
    """Called by what the relay has typed in: its own ``read`` and ``say``, and its descriptors."""
    try:
        folder, lock = land(settings, say, lambda: read(int(read(10))))
    except Refusal as refusal:
        say("no " + json.dumps(refusal.args))
        os._exit(1)
    sys.path.insert(0, folder)
    sys.argv = [""]
    say("here")
    from pydron_ng.backends.remote.agent import main as serve

    serve(into, out, {**settings, "lock": lock}, folder)
