"""An interpreter for each peer, in an environment of its own that is made once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.peers.catalogue import Entry


def default_folder() -> Path:
    """The user's cache; nothing is written into the checkout."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "pydron_ng" / "peers"


def interpreter(entry: Entry, folder: Path) -> Path:
    """The one that has what the entry asks for; its environment is made if it is not there.

    Raises: CalledProcessError, if it cannot be had.
    """
    if not entry.requirements:
        return Path(sys.executable)
    place = folder / entry.name
    python, complete = place / "bin" / "python", place / "complete"
    wanted = "\n".join((sys.version, *entry.requirements))
    if not complete.is_file() or complete.read_text() != wanted:
        run(sys.executable, "-m", "venv", "--clear", str(place))
        run(str(python), "-m", "pip", "install", "--quiet", *entry.requirements)
        complete.write_text(wanted)
    return python


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def versions(entry: Entry, folder: Path) -> str:
    """What was installed of what the entry asks for."""
    if not entry.requirements:
        return sys.version.split()[0]
    ask = f"from importlib.metadata import version; print(version({entry.requirements[0]!r}))"
    command = [str(interpreter(entry, folder)), "-c", ask]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
