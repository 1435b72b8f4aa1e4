"""The processes of one measurement, and how they are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: So long a measurement that took too long may clean up after itself.
_GRACE_SECONDS = 2.0


def descendants(pid: int) -> set[int]:
    """The processes that it started, and those started by them."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            status = (place / "stat").read_text().rpartition(")")[2].split()
            parents[int(place.name)] = int(status[1])
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def peak_megabytes(pid: int) -> float:
    """The most memory that the process had so far; 0 where that cannot be told."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1e3
    return 0.0


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started, gently where that helps."""
    started = descendants(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    _kill({process.pid, *started} if process.poll() is None else started)
    process.wait()


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_for_rest(pids: Iterable[int], limit_seconds: float = 5.0) -> None:
    """What a measurement left behind shall not disturb the next one."""
    end_at = time.monotonic() + limit_seconds
    left = set(pids)
    while left and time.monotonic() < end_at:
        left = {pid for pid in left if Path(f"/proc/{pid}").exists()}
        time.sleep(0.05)
    _kill(left)
