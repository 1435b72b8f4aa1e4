"""Where workers may keep files for as long as they live: who buries a worker removes its folder.

Nothing is there until a worker needs it. What a launcher leaves behind that was killed, its owner
removes: the program, or the agent on another host.
"""

from __future__ import annotations

import os
from contextlib import suppress


def name_within(place: str) -> str:
    """A path that nobody else comes upon, for the folders of one launcher's workers."""
    return os.path.join(place, f"pydron-tasks-{os.urandom(8).hex()}")


def usual_place() -> str:
    """Where temporary files are on this machine."""
    return os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  nobody knows the names there


def folder_of(folders: str, worker: int) -> str:
    """The path of a worker's own."""
    return os.path.join(folders, str(worker))


def make(folder: str) -> None:
    """Make a worker's own, if it is not there; nobody else can read it. Raises: OSError."""
    for path in (os.path.dirname(folder), folder):
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)


def remove(folder: str) -> None:
    """It, and all that is in there; a task may have forbidden that."""
    if not os.path.lexists(folder):
        return
    import shutil  # not needed where no task has files

    shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        for path, inside, _ in os.walk(folder):
            for name in inside:
                with suppress(OSError):
                    os.chmod(os.path.join(path, name), 0o700, follow_symlinks=False)
        shutil.rmtree(folder, ignore_errors=True)
