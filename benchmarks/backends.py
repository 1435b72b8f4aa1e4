"""What a call costs on each kind of worker, and how much of the cores short calls leave unused.

    python -m benchmarks.backends                       # those that need no preparation
    python -m benchmarks.backends dask=tcp://host:8786 'ray=ray://host:10001'

Two workers of each kind, one after the other in one run: ratios between rows hold on a busy
machine, too. Round trip: one call, submitted and waited for. Stream: calls that do nothing, of
``imap_unordered``, which puts as many into one task as are worth their way. Use: the time that so
many calls of 1 ms (10 ms, 100 ms) of work take at least, divided by what they took.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from pydron_ng import Pool

ROUND_TRIPS = 30
NO_OPS = 20_000
WORK_SECONDS = 1.0  # of each worker
GRAINS = (0.001, 0.01, 0.1)

KINDS: dict[str, dict[str, Any]] = {
    "multicore": {"type": "multicore", "cores": 2},
    "threads": {"type": "threads", "cores": 2},
    "command": {"type": "command", "command": ["env"], "python": sys.executable, "cores": 2},
    "executor, processes": {
        "type": "executor",
        "factory": "concurrent.futures:ProcessPoolExecutor",
        "kwargs": {"max_workers": 2},
    },
    "executor, loky": {
        "type": "executor",
        "factory": "loky:ProcessPoolExecutor",
        "kwargs": {"max_workers": 2},
    },
}


def nothing(_: int) -> None:
    """The smallest call."""


def wait(seconds: float) -> None:
    """Takes a worker's time, and no core: so the machine's load is no part of the figure."""
    time.sleep(seconds)


def main() -> None:
    print(f"{'workers':<22}{'start':>8}{'round trip':>12}{'stream':>12}{'use at':>9}")
    print(f"{'':<22}{'s':>8}{'ms':>12}{'calls/s':>12}{'1 ms':>9}{'10 ms':>9}{'100 ms':>9}")
    for name, worker in {**KINDS, **_asked_for()}.items():
        _row(name, worker)


def _asked_for() -> dict[str, dict[str, Any]]:
    pairs = [argument.split("=", 1) for argument in sys.argv[1:]]
    return {type_: {"type": type_, "address": address, "cores": 2} for type_, address in pairs}


def _row(name: str, worker: dict[str, Any]) -> None:
    began = time.perf_counter()
    with Pool(config={"workers": [worker]}) as pool:
        pool.submit(nothing, 0).result()
        start = time.perf_counter() - began
        trips = [_seconds(lambda: pool.submit(nothing, 0).result()) for _ in range(ROUND_TRIPS)]
        stream = NO_OPS / _seconds(lambda: list(pool.imap_unordered(nothing, range(NO_OPS))))
        uses = [_use(pool, grain) for grain in GRAINS]
    shown = "".join(f"{use:>9.2f}" for use in uses)
    print(f"{name:<22}{start:>8.2f}{statistics.median(trips) * 1e3:>12.2f}{stream:>12,.0f}{shown}")


def _use(pool: Pool, grain: float) -> float:
    calls = [grain] * round(2 * WORK_SECONDS / grain)
    return WORK_SECONDS / _seconds(lambda: list(pool.imap_unordered(wait, calls)))


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
