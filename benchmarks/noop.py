"""What a functional call costs when every one is dispatched, run-ahead and commit included.

python benchmarks/noop.py
"""

from __future__ import annotations

import time

from pydron_ng import configure, functional, schedule

CALLS = 20_000


@functional
def same(x: int) -> int:
    return x


@schedule
def one_by_one(n: int) -> int:
    total = 0
    for i in range(n):
        total += same(i)
    return total


@schedule
def chain(n: int) -> int:
    x = 0
    for _ in range(n):
        x = same(x)
    return x


def main() -> None:
    """Print microseconds a call, for each backend."""
    for kind in ("threads", "multicore"):
        with configure(workers=[{"type": kind, "cores": 2}], inline=False):
            for program, calls in ((one_by_one, CALLS), (chain, CALLS // 10)):
                program(100)
                began = time.perf_counter()
                program(calls)
                micros = (time.perf_counter() - began) / calls * 1e6
                print(f"{kind:10} {program.__name__:12} {micros:8.1f} us a call")


if __name__ == "__main__":
    main()
