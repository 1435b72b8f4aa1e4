"""Tasks of no length through pools: how many in a second, and how much memory a million takes.

    python -m benchmarks.pools [--rounds 5] [--million]

Two workers each. "chunk 1": each item is a task of its own; "good chunk": found out by pydron_ng,
100 for multiprocessing and distex. In each round all have their turn; the median of the rounds is
told, and the ratio to multiprocessing in the same round. distex, if it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pydron_ng import Pool

_WORKERS = 2
_SINGLE, _CHUNKED, _MILLION = 30_000, 1_000_000, 1_000_000
_WARM = 2_000

#: The results of items, each a task of its own, or as many together as are good.
Map = Callable[[Iterable[int], bool], Iterator[Any]]


def square(number: int) -> int:
    return number * number


def _pydron(stack: ExitStack) -> Map:
    pool = stack.enter_context(Pool(_WORKERS))
    return lambda items, single: pool.imap(square, items, chunksize=1 if single else "auto")


def _multiprocessing(stack: ExitStack) -> Map:
    pool = stack.enter_context(multiprocessing.get_context("forkserver").Pool(_WORKERS))
    return lambda items, single: pool.imap(square, items, chunksize=1 if single else 100)


def _distex(stack: ExitStack) -> Map:
    import distex

    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # its workers
    pool = stack.enter_context(distex.Pool(_WORKERS))
    return lambda items, single: pool.map(square, items, chunksize=1 if single else 100)


def _rate(results: Map, items: int, *, single: bool) -> float:
    begun = time.perf_counter()
    taken = deque(results(range(items), single), maxlen=1)
    elapsed = time.perf_counter() - begun
    assert taken[0] == (items - 1) ** 2
    return items / elapsed


def compare(rounds: int) -> None:
    """Print a row for each pool and way."""
    makers = {"pydron_ng": _pydron, "multiprocessing": _multiprocessing}
    if importlib.util.find_spec("distex"):
        makers["distex"] = _distex
    with ExitStack() as stack:
        pools = {name: make(stack) for name, make in makers.items()}
        for name, single, items in (("chunk 1", True, _SINGLE), ("good chunk", False, _CHUNKED)):
            rates: dict[str, list[float]] = {pool: [] for pool in pools}
            for results in pools.values():
                _rate(results, _WARM, single=single)
            for _ in range(rounds):
                for pool, results in pools.items():
                    rates[pool].append(_rate(results, items, single=single))
            for pool, measured in rates.items():
                pairs = zip(measured, rates["multiprocessing"], strict=True)
                ratio = statistics.median(own / other for own, other in pairs)
                median = statistics.median(measured)
                print(f"{name:<11} {pool:<16} {median:>10,.0f} /s  {ratio:5.2f}", flush=True)


def grow() -> None:
    """Print by how much the program grows while a million items go through ``imap``."""
    with Pool(_WORKERS) as pool:
        for single in (False, True):
            results = pool.imap(square, range(_MILLION), chunksize=1 if single else "auto")
            for _ in range(_WARM):
                next(results)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            deque(results, maxlen=0)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            how = "chunk 1" if single else "good chunk"
            print(f"{how:<11} a million items: {grown:.1f} MB more at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--million", action="store_true", help="memory instead of speed")
    arguments = parser.parse_args()
    grow() if arguments.million else compare(arguments.rounds)


if __name__ == "__main__":
    main()
