"""Functions that hang in workers, or kill them; workers import this quickly."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from pydron_ng import functional, schedule
from pydron_ng.runtime.limits import MAX_DEATHS


def is_worker() -> bool:
    return getattr(threading.main_thread(), "is_pydron_worker", False)


def attempts(folder: str) -> int:
    """How often workers have begun, this time included."""
    (Path(folder) / f"{os.getpid()}-{time.monotonic_ns()}").touch()
    return len(list(Path(folder).iterdir()))


@functional(timeout=1.0)
def hangs_in_workers(x: int) -> int:
    if x == 2 and is_worker():
        time.sleep(60)
    return x * x


@functional(timeout=1.0)
def hangs_once(x: int, folder: str) -> int:
    if x == 2 and is_worker() and attempts(folder) == 1:
        time.sleep(60)
    return x * x


@functional(retries=2)
def dies_often(folder: str) -> int:
    if is_worker() and attempts(folder) < MAX_DEATHS + 2:
        os._exit(1)
    return 7


@functional
def dies_always(x: int) -> int:
    if is_worker():
        os._exit(1)
    return x


@schedule
def all_squares(n: int) -> list[int]:
    return [hangs_in_workers(x) for x in range(n)]


@schedule
def squares(n: int, folder: str) -> list[int]:
    return [hangs_once(x, folder) for x in range(n)]


@schedule
def survivor(folder: str) -> int:
    return dies_often(folder)


@schedule
def deadly(x: int) -> int:
    return dies_always(x)
