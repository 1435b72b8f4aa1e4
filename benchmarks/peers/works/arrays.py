"""Large arrays on their way to workers and back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, expect, seconds

if TYPE_CHECKING:
    import numpy as np


def _array(setting: Setting, number: int) -> np.ndarray:
    import numpy as np  # other works are to start without it

    return np.full(setting.sizes.array_bytes // 8, float(number))


def _rate(setting: Setting, taken: float) -> Measured:
    return Measured(setting.sizes.arrays * setting.sizes.array_bytes / taken / 1e6)


def _warm(peer: Peer) -> None:
    import numpy as np

    expect(peer.each(tasks.ends, [np.ones(8)] * 4), [2.0] * 4)


def same(peer: Peer, setting: Setting) -> Measured:
    _warm(peer)
    arrays = [_array(setting, 1)] * setting.sizes.arrays
    wanted = [2.0] * len(arrays)
    return _rate(setting, seconds(lambda: peer.each(tasks.ends, arrays), wanted))


def different(peer: Peer, setting: Setting) -> Measured:
    _warm(peer)
    arrays = [_array(setting, number) for number in range(setting.sizes.arrays)]
    wanted = [2.0 * number for number in range(len(arrays))]
    return _rate(setting, seconds(lambda: peer.each(tasks.ends, arrays), wanted))


def out(peer: Peer, setting: Setting) -> Measured:
    """Each is looked at and let go."""
    _warm(peer)
    began = time.perf_counter()
    numbers = range(setting.sizes.arrays)
    found = [_marks(array) for array in peer.stream(tasks.filled, numbers)]
    taken = time.perf_counter() - began
    expect(found, [(number, number, setting.sizes.array_bytes) for number in numbers])
    return _rate(setting, taken)


def _marks(array: np.ndarray) -> tuple[float, float, int]:
    return float(array[0]), float(array[-1]), array.nbytes


WORKS = (
    Work("same", "the same 50 MB array in, 50 times", "MB/s", same, more=True),
    Work("in", "50 different 50 MB arrays in", "MB/s", different, more=True),
    Work("out", "50 arrays of 50 MB out", "MB/s", out, more=True),
)
