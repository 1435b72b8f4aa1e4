"""Calls that compute: how much of two processors arrives, and what small ones cost."""

from __future__ import annotations

import os
import time

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, expect, seconds

_PROBE_ROUNDS = 20_000


def rounds_in(duration: float) -> int:
    """How many rounds of `burn` take so many seconds here and now."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        tasks.burn(_PROBE_ROUNDS)
        times.append(time.perf_counter() - began)
    return max(1, round(_PROBE_ROUNDS * duration / min(times)))


def forked_loops(processes: int, calls: int, rounds: int) -> float:
    """Seconds that plain loops take which share the calls: what nobody can beat."""
    began = time.perf_counter()
    children = []
    for number in range(processes):
        if not (child := os.fork()):
            for _ in range(number, calls, processes):
                tasks.burn(rounds)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return time.perf_counter() - began


def efficiency(peer: Peer, setting: Setting) -> Measured:
    """What plain loops took just before and after, on average, in parts of what the peer took."""
    calls, rounds = setting.sizes.burns, rounds_in(setting.sizes.burn_seconds)
    value = tasks.burn(rounds)
    warm_up = 2 * setting.cores
    expect(peer.each(tasks.burn, [rounds] * warm_up), [value] * warm_up)
    before = forked_loops(setting.cores, calls, rounds)
    taken = seconds(lambda: peer.each(tasks.burn, [rounds] * calls), [value] * calls)
    after = forked_loops(setting.cores, calls, rounds)
    return Measured(
        100 * (before + after) / 2 / taken, {"before s": before, "s": taken, "after s": after}
    )


def plain_total(calls: int) -> int:
    total = 0
    for number in range(calls):
        total += tasks.tiny(number)
    return total


def grain(peer: Peer, setting: Setting) -> Measured:
    """Calls of a microsecond, in multiples of the plain loop, the better of before and after."""
    calls = setting.sizes.tiny
    began = time.perf_counter()
    wanted = plain_total(calls)
    before = time.perf_counter() - began
    expect(peer.total(tasks.tiny, range(64)), plain_total(64))
    taken = seconds(lambda: peer.total(tasks.tiny, range(calls)), wanted)
    plain = min(before, seconds(lambda: plain_total(calls), wanted))
    return Measured(taken / plain, {"plain s": plain})


WORKS = (
    Work("burn", "2,000 calls of 1 ms: part of two plain loops", "%", efficiency, more=True),
    Work(
        "grain",
        "200,000 calls of 1 us: multiple of the plain loop",
        "x",
        grain,
        every=False,
        limit_seconds=120,
    ),
)
