"""What a call costs that computes nothing."""

from __future__ import annotations

import os
import socket
import time

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, expect, seconds

_WARM_UP = 64
_MESSAGE = b"x" * 40


def _warm(peer: Peer) -> None:
    expect(peer.each(tasks.same, range(_WARM_UP)), list(range(_WARM_UP)))


def one_by_one(peer: Peer, setting: Setting) -> Measured:
    _warm(peer)
    calls = range(setting.sizes.calls)
    taken = seconds(lambda: peer.each(tasks.same, calls), list(calls))
    return Measured(taken / len(calls) * 1e6)


def round_trip(peer: Peer, setting: Setting) -> Measured:
    """Beside it what the bytes alone take over a socket pair, the better of before and after."""
    _warm(peer)
    trips = setting.sizes.trips
    peer.call(tasks.same, 0)
    before = bare_trip(trips)
    began = time.perf_counter()
    for number in range(trips):
        expect(peer.call(tasks.same, number), number)
    taken = (time.perf_counter() - began) / trips * 1e6
    return Measured(taken, {"socket pair": min(before, bare_trip(trips))})


def bare_trip(trips: int) -> float:
    """Microseconds to an interpreter that sends back what it gets, and home."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        while data := theirs.recv(4096):
            theirs.send(data)
        os._exit(0)
    theirs.close()
    began = time.perf_counter()
    for _ in range(trips):
        ours.send(_MESSAGE)
        ours.recv(4096)
    taken = time.perf_counter() - began
    ours.close()
    os.waitpid(child, 0)
    return taken / trips * 1e6


def chain(peer: Peer, setting: Setting) -> Measured:
    _warm(peer)
    expect(peer.chain(tasks.increment, 0, 8), 8)
    links = setting.sizes.links
    taken = seconds(lambda: peer.chain(tasks.increment, 0, links), links)
    return Measured(taken / links * 1e6)


def tree(peer: Peer, setting: Setting) -> Measured:
    _warm(peer)
    expect(peer.tree(tasks.add, range(8)), 28)
    leaves = range(setting.sizes.leaves)
    taken = seconds(lambda: peer.tree(tasks.add, leaves), sum(leaves))
    return Measured(taken * 1e3)


WORKS = (
    Work("noop", "20,000 no-op calls, one by one", "us a call", one_by_one, limit_seconds=120),
    Work("trip", "round trip, one at a time", "us", round_trip, shown="socket pair"),
    Work("chain", "chain of 1,000 calls", "us a link", chain),
    Work("tree", "1,024 leaves summed in pairs", "ms", tree),
)
