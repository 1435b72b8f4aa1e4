"""The directory with a socket for each program of the user that can be asked; nobody else's."""

from __future__ import annotations

import os
import stat

#: What a program listens on; it has another name until it does.
SUFFIX, NEW = ".sock", ".new"
_OTHERS = 0o077


def folder() -> str:
    """Its path; it need not be there."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isdir(runtime):
        return os.path.join(runtime, "pydron")
    parent = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  ours in it is private
    return os.path.join(parent, f"pydron-programs-{os.getuid()}")


def path_of(pid: int) -> str:
    """The socket of a program."""
    return os.path.join(folder(), f"{pid}{SUFFIX}")


def make() -> None:
    """See to it that it is there. Raises: OSError; PermissionError, if it is not ours alone."""
    os.makedirs(folder(), mode=0o700, exist_ok=True)
    check()


def check() -> None:
    """Raises: FileNotFoundError; PermissionError, if somebody else could have made it."""
    path = folder()
    found = os.lstat(path)
    is_mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_mine or found.st_mode & _OTHERS:
        raise PermissionError(
            f"{path} is not a directory that only you may use\n  try: look who made it; remove it"
        )


def pids() -> list[int]:
    """The programs that have a socket there; some may be gone. Raises: PermissionError."""
    try:
        check()
    except FileNotFoundError:
        return []
    names = [name.removesuffix(SUFFIX) for name in os.listdir(folder()) if name.endswith(SUFFIX)]
    return sorted(int(name) for name in names if name.isdecimal())
