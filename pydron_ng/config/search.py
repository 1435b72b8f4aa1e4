"""Which pydron.conf is in force, and whether it may be believed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pydron_ng.config.mistakes import Mistake
from pydron_ng.errors import ConfigError

VARIABLE = "PYDRON_CONF"
NAME = "pydron.conf"

_GROUP_WRITES = 0o020
_OTHERS_WRITE = 0o002


class Place(NamedTuple):
    """Where a pydron.conf may be. path: None where a variable does not say."""

    name: str
    path: Path | None

    @property
    def is_there(self) -> bool:
        return self.path is not None and self.path.is_file()


def places() -> tuple[Place, ...]:
    """Where it is looked for, in this order; the first one that is there counts."""
    named = os.environ.get(VARIABLE)
    return (
        Place(f"${VARIABLE}", Path(named).expanduser().absolute() if named else None),
        Place("working directory", Path.cwd() / NAME),
        Place("home directory", Path(os.path.expanduser("~"), NAME)),
        Place("/etc", Path("/etc", NAME)),
    )


def find() -> Path | None:
    """The first pydron.conf there is; None if there is none: all local cores, then.

    Looked for in $PYDRON_CONF, the working directory, the home directory, /etc.

    Raises:
        ConfigError: $PYDRON_CONF names a file that does not exist.
    """
    if named := os.environ.get(VARIABLE):
        return _named(Path(named).expanduser())
    places = ("", os.path.expanduser("~"), "/etc")
    candidates = (Path(place, NAME) for place in places)
    return next((path.absolute() for path in candidates if path.is_file()), None)


def _named(path: Path) -> Path:
    if path.is_file():
        return path.absolute()
    raise ConfigError(Mistake(f"${VARIABLE}", str(path), "no such file"))


def distrust(path: Path, status: os.stat_result) -> str | None:
    """Why a file in the working directory is not to be believed; None if it is.

    A configuration can name commands to run, and one may work in anybody's directory.
    """
    if os.name == "nt" or path.parent != Path.cwd():
        return None
    if status.st_uid not in (os.getuid(), 0):
        return f"it belongs to another user ({_user(status.st_uid)}) and can run commands"
    if status.st_mode & _OTHERS_WRITE or (status.st_mode & _GROUP_WRITES and _shared(status)):
        return f"others may write it and it can run commands; to keep it: chmod go-w {path}"
    return None


def _shared(status: os.stat_result) -> bool:
    """Whether the file's group has anybody in it but the file's owner."""
    import grp

    try:
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return True
    owner = _user(status.st_uid)
    return group.gr_name != owner or any(member != owner for member in group.gr_mem)


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
