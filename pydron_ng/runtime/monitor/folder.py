"""Where there is a socket for each program of the user that can be asked; for nobody else."""

from __future__ import annotations

import os
import stat

#: Names another directory than the usual ones.
VARIABLE = "PYDRON_RUN_DIR"
#: What a program listens on; it has another name until it does.
SUFFIX, NEW = ".sock", ".new"
_OTHERS = 0o077


def folders() -> list[str]:
    """The directories, which need not be there; a program listens in the first one.

    Others of the user's may have been started where less is known: by cron, in a job.
    """
    if own := os.environ.get(VARIABLE):
        return [own]
    user = os.getuid()
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{user}"
    found = [os.path.join(runtime, "pydron")] if os.path.isdir(runtime) else []
    return [*found, f"/tmp/pydron-programs-{user}"]  # noqa: S108  private to the user


def own_path() -> str:
    """Where this program listens; the directory is made. Raises: OSError; as `check`."""
    folder = folders()[0]
    os.makedirs(folder, mode=0o700, exist_ok=True)
    check(folder)
    return os.path.join(folder, f"{os.getpid()}{SUFFIX}")


def check(folder: str) -> None:
    """Raises: FileNotFoundError; PermissionError, if somebody else could have made it."""
    found = os.lstat(folder)
    is_mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_mine or found.st_mode & _OTHERS:
        raise PermissionError(
            f"{folder} is not a directory that only you may use\n  try: look who made it; remove it"
        )


def sockets() -> dict[int, str]:
    """Of each program its socket; some may be gone. Raises: PermissionError."""
    found = {}
    for folder in reversed(folders()):
        try:
            check(folder)
        except FileNotFoundError:
            continue
        for name in os.listdir(folder):
            pid, suffix = os.path.splitext(name)
            if suffix == SUFFIX and pid.isdecimal():
                found[int(pid)] = os.path.join(folder, name)
    return dict(sorted(found.items()))
