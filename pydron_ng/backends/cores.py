"""How many cores there are for us: affinity and control group included."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Literal

#: Libraries that start a thread per core of their own accord, in every worker.
THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def available() -> int:
    """The cores that this process may use; at least 1."""
    return max(1, min(_affinity(), _quota(Path("/sys/fs/cgroup/cpu.max"))))


def resolve(cores: int | Literal["auto"]) -> int:
    """The number that a configuration means."""
    return available() if cores == "auto" else cores


def thread_limits(workers: int) -> dict[str, str]:
    """Variables that keep `workers` processes from using more cores than there are."""
    threads = str(max(1, available() // workers))
    return {name: threads for name in THREAD_LIMITS if name not in os.environ}


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(limit: Path) -> int:
    """What the control group allows, rounded up; as many as there are if it sets no limit."""
    try:
        quota, period = limit.read_text().split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        return os.cpu_count() or 1
