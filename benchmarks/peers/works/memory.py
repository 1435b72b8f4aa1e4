"""What a loop of very many calls keeps."""

from __future__ import annotations

import resource

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, seconds


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _loop(peer: Peer, calls: int) -> Measured:
    before = _peak_megabytes()
    taken = seconds(lambda: peer.total(tasks.same, range(calls)), sum(range(calls)))
    return Measured(_peak_megabytes(), {"before MB": before, "s": taken})


def many(peer: Peer, setting: Setting) -> Measured:
    return _loop(peer, setting.sizes.many)


def very_many(peer: Peer, setting: Setting) -> Measured:
    return _loop(peer, setting.sizes.very_many)


WORKS = (
    Work("many", "200,000 calls in one loop: peak of the program", "MB", many, limit_seconds=120),
    Work(
        "very_many",
        "1,000,000 calls in one loop: peak of the program",
        "MB",
        very_many,
        limit_seconds=240,
    ),
)
