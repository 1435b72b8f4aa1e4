"""What a program leaves about: descriptors, threads, processes, files, shared memory."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.backends.rig import descriptors, is_alive, wait_until

_MARK = "PYDRON_TEST_TRACES"


@contextmanager
def none_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch, others: str | None = None
) -> Iterator[None]:
    """What is started within, by way of whatever, is gone by the end.

    folder: an empty one, in which temporary files are made; also of hosts, if they are told so.
    others: so the names of files begin that are not ours to remove, if there are any.
    """
    monkeypatch.setenv(_MARK, mark := f"{os.getpid()}-{folder.name}")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    shared = set(os.listdir("/dev/shm"))
    gc.collect()
    files, threads = descriptors(), threading.active_count()
    yield
    wait_until(lambda: not gc.collect() and descriptors() == files)  # cycles of others hold some
    wait_until(lambda: threading.active_count() <= threads)
    wait_until(lambda: not processes(mark, folder))
    wait_until(lambda: set(os.listdir("/dev/shm")) <= shared)
    left = [path for path in folder.iterdir() if not (others and path.name.startswith(others))]
    assert [path.name for path in left if not path.name.startswith("pydron-")] == []
    assert [len(list(home.iterdir())) for home in left] in ([], [1])  # what has travelled


def processes(mark: str, folder: Path) -> set[int]:
    """Those that were started with the mark, and those that work in the folder."""
    pids = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid()}
    return {pid for pid in pids if _belongs(pid, mark, folder) and is_alive(pid)}


def _belongs(pid: int, mark: str, folder: Path) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return f"{_MARK}={mark}".encode() in environment or folder in _cwd(pid).parents
    except OSError:
        return False


def _cwd(pid: int) -> Path:
    return Path(os.readlink(f"/proc/{pid}/cwd"))
