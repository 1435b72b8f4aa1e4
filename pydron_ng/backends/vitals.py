"""How a machine and its processes are: what the system tells, and psutil where it is installed.

Standard library only: it runs on other hosts, too. psutil is imported for the first process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.backends import cores
from pydron_ng.backends.info import HostInfo

if TYPE_CHECKING:
    from psutil import Process

#: What was found out is good for so long: shares of time are those of some stretch of it.
FRESH_SECONDS = 0.5


class ProcessVitals(NamedTuple):
    """As of `WorkerInfo`."""

    rss_bytes: int | None = None
    cpu_percent: float | None = None


class Vitals:
    """Looks at this machine, and at processes of ours, when asked and not too often."""

    def __init__(self) -> None:
        self._host: HostInfo | None = None
        self._times: tuple[float, float] | None = None
        self._processes: dict[int, _Watched] = {}

    def host(self) -> HostInfo:
        now = time.time()
        if self._host is None or not 0 <= now - self._host.at < FRESH_SECONDS:
            total, free = memory_bytes("MemTotal"), memory_bytes("MemAvailable")
            self._host = HostInfo("", cores.available(), total, free, _load(), self._cpu(), now)
        return self._host

    def _cpu(self) -> float | None:
        before, self._times = self._times, _times()
        if before is None or self._times is None or self._times[1] <= before[1]:
            return None
        busy, total = self._times[0] - before[0], self._times[1] - before[1]
        return round(max(0.0, min(100.0, 100.0 * busy / total)), 1)

    def process(self, pid: int) -> ProcessVitals:
        """Nothing is known of one that has ended."""
        if pid not in self._processes:
            if (psutil := _psutil()) is None:
                return ProcessVitals()
            try:
                self._processes[pid] = _Watched(psutil.Process(pid))
            except psutil.Error:
                return ProcessVitals()
        return self._processes[pid].look()

    def forget(self, pid: int) -> None:
        """It has ended."""
        self._processes.pop(pid, None)


class _Watched:
    """A process that is looked at now and then."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._last = ProcessVitals()
        self._at = self._seconds = 0.0

    def look(self) -> ProcessVitals:
        now = time.monotonic()
        if not self._at or now - self._at >= FRESH_SECONDS:
            with suppress(Exception):  # it has ended, or is not ours to look at
                self._last = self._looked(now)
        return self._last

    def _looked(self, now: float) -> ProcessVitals:
        with self._process.oneshot():
            rss = self._process.memory_info().rss
            times = self._process.cpu_times()
        seconds = times.user + times.system
        spent, elapsed = seconds - self._seconds, now - self._at
        share = round(max(0.0, 100.0 * spent / elapsed), 1) if self._at else None
        self._seconds, self._at = seconds, now
        return ProcessVitals(rss, share)


def _psutil() -> Any:
    """The package; None where it is not installed."""
    try:
        import psutil
    except ImportError:
        return None
    return psutil


def _times() -> tuple[float, float] | None:
    """How long the cores have worked, and how long there have been any, in some unit."""
    with suppress(OSError, ValueError, IndexError), open("/proc/stat", encoding="ascii") as file:
        times = list(map(int, file.readline().split()[1:9]))  # then what guests take of these
        _user, _nice, _system, idle, waits, *_ = times
        return sum(times) - idle - waits, sum(times)
    if (psutil := _psutil()) is None:
        return None
    times = psutil.cpu_times()
    return sum(times) - times.idle, sum(times)


def _load() -> float | None:
    with suppress(OSError, AttributeError):
        return round(os.getloadavg()[0], 2)
    return None


def memory_bytes(line: str) -> int | None:
    """What Linux says in such a line of /proc/meminfo, as far as the control group allows it."""
    with suppress(OSError, KeyError, ValueError, IndexError):
        own = int(entries(Path("/proc/meminfo"))[line].split()[0]) * 1024
        return min(own, _cgroup_memory(own))
    if line == "MemTotal":
        with suppress(OSError, ValueError):
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _cgroup_memory(most: int) -> int:
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return most


def entries(file: Path) -> Mapping[str, str]:
    """The lines ``name: value``; of those that come again and again the last one."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return {n.strip(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
