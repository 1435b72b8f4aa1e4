"""The functions that workers run; plain, and importable in every environment."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: How long the arrays of `filled` are, in bytes, in workers too.
ARRAY_BYTES = int(os.environ.get("BENCHMARK_ARRAY_BYTES", "50000000"))


def same(x: int) -> int:
    return x


def increment(x: int) -> int:
    return x + 1


def add(x: int, y: int) -> int:
    return x + y


def tiny(x: int) -> int:
    """About a microsecond of work."""
    for _ in range(12):
        x = (x * 31 + 7) % 1_000_003
    return x


def burn(rounds: int) -> int:
    """So many rounds of a plain loop."""
    x = 1
    for _ in range(rounds):
        x = (x * 31 + 7) % 1_000_003
    return x


def nap(x: int) -> int:
    """Twenty milliseconds that no processor is needed for."""
    time.sleep(0.02)
    return x


def where(_: int) -> int:
    """The process that it runs in; slow enough that all workers come to run one."""
    time.sleep(0.02)
    return os.getpid()


def ends(array: np.ndarray) -> float:
    """Reads the whole array, and tells which one it is."""
    return float(array[0]) + float(array[-1]) + float(array.sum()) * 0.0


def filled(x: int) -> np.ndarray:
    """A large array of that number."""
    import numpy as np

    return np.full(ARRAY_BYTES // 8, float(x))


FUNCTIONS = (same, increment, add, tiny, burn, nap, where, ends, filled)
