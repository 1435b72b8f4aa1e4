"""Arrays of 50 MB to workers and back: bytes a second, and the memory that it takes at most.

    python benchmarks/large_values.py

Every call is dispatched. Beside each figure stand those of a plain multiprocessing.Pool and of
copying memory, taken in turns with it: on a machine that others use only ratios mean anything.

"alone" is what the processor time that program and workers have used comes to, on as many
processors as there are workers; "/copy" compares that with the processor time of copying.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

import pydron_ng
from pydron_ng.runtime.session import session

SIZE = 50_000_000
CALLS = 50
POOL_CALLS = 6
ROUNDS = 3
WORKERS = 2


@pydron_ng.functional
def total(array: Any) -> float:
    return float(np.sum(array))


@pydron_ng.functional
def made(number: int) -> Any:
    return np.full(SIZE // 8, float(number))


@pydron_ng.schedule
def totals(arrays: list[Any]) -> float:
    found = 0.0
    for array in arrays:
        found += total(array)
    return found


@pydron_ng.schedule
def results(numbers: list[int]) -> float:
    found = 0.0
    for number in numbers:
        array = made(number)
        found += array[-1]
    return found


def pool_totals(pool: Any, arrays: list[Any]) -> float:
    return sum(pool.imap(total, arrays))


def pool_results(pool: Any, numbers: list[int]) -> float:
    return sum(array[-1] for array in pool.imap(made, numbers))


def speed(deed: Callable[[list[Any]], float], values: list[Any], size: int = SIZE) -> float:
    """GB of arrays a second."""
    begin = time.perf_counter()
    deed(values)
    return len(values) * size / (time.perf_counter() - begin) / 1e9


class Copying:
    """GB a second of copying to memory that is there already: by the clock, by processor time."""

    def __init__(self) -> None:
        self._source = np.ones(SIZE // 8)
        self._target = self._source.copy()

    def by(self, clock: Callable[[], float]) -> float:
        begin = clock()
        for _ in range(10):
            np.copyto(self._target, self._source)
        return 10 * SIZE / (clock() - begin) / 1e9


def processor_speed(deed: Callable[[list[Any]], float], values: list[Any]) -> float:
    """GB of arrays a second, if as many processors as there are workers had nothing else to do."""
    begin = _processor_seconds()
    deed(values)
    return len(values) * SIZE * WORKERS / (_processor_seconds() - begin) / 1e9


def _processor_seconds() -> float:
    ticks = os.sysconf("SC_CLK_TCK")
    fields = [
        Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        for process in _processes()
    ]
    return sum(int(of_one[11]) + int(of_one[12]) for of_one in fields) / ticks


class Peak:
    """The most memory that this process and its workers have together, in MB, in the block."""

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self._begin = self.most = _memory()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.most = max(self.most, _memory())

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.grown = (self.most - self._begin) / 1e6


def _memory() -> int:
    """Bytes: pages that several have count once."""
    return sum(map(_share, _processes()))


def _processes() -> list[int]:
    """The program, and the workers that it has at the moment."""
    backend: Any = session().driver._backends[0]  # noqa: SLF001
    return [os.getpid(), *[process.pid for process in backend._workers.values()]]  # noqa: SLF001


def _share(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def main() -> None:
    base = np.random.default_rng(1).random(SIZE // 8)
    copying = Copying()
    different = [base + number for number in range(CALLS)]
    cases: list[tuple[str, Any, Any, list[Any]]] = [
        ("the same array in", totals, pool_totals, [base] * CALLS),
        ("different arrays in", totals, pool_totals, different),
        ("results out", results, pool_results, list(range(CALLS))),
    ]
    print(f"{CALLS} calls, {SIZE // 10**6} MB each, {WORKERS} workers; GB/s, best of {ROUNDS}\n")
    names = ("ours", "pool", "memcpy", "/pool", "/memcpy", "alone", "/copy", "peak MB")
    print(" " * 20 + "".join(f"{name:>8}" for name in names))
    worker = {"type": "multicore", "cores": WORKERS}
    with (
        multiprocessing.get_context("fork").Pool(WORKERS) as pool,
        pydron_ng.configure(workers=[worker], inline=False),
    ):
        for name, ours, of_pool, values in cases:
            with Peak() as peak:
                assert ours(values) == sum(map(float, _plain(ours, values)))
            table = [
                (
                    speed(ours, values),
                    speed(lambda some, run=of_pool: run(pool, some), values[:POOL_CALLS]),
                    copying.by(time.perf_counter),
                    processor_speed(ours, values),
                    copying.by(time.process_time),
                )
                for _ in range(ROUNDS)
            ]
            mine, theirs, memcpy, alone, copy = map(max, zip(*table, strict=True))
            print(
                f"{name:20}{mine:8.2f}{theirs:8.2f}{memcpy:8.2f}{mine / theirs:8.1f}"
                f"{mine / memcpy:8.2f}{alone:8.2f}{alone / copy:8.2f}{peak.grown:8.0f}"
            )


def _plain(scheduled: Any, values: list[Any]) -> list[float]:
    """What the calls give, one by one."""
    return [total(v) if scheduled is totals else float(v) for v in values]


if __name__ == "__main__":
    main()
