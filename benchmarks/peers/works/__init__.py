"""What is measured, in the order of the table."""

from __future__ import annotations

from benchmarks.peers.works import arrays, calls, computing, faults, memory, starting
from benchmarks.peers.works.work import Work as Work

WORKS: tuple[Work, ...] = (
    *calls.WORKS,
    *computing.WORKS,
    *arrays.WORKS,
    *starting.WORKS,
    *faults.WORKS,
    *memory.WORKS,
)
