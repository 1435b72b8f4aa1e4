"""A worker dies in the middle of the work."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.peers import tasks
from benchmarks.peers.peer import Peer
from benchmarks.peers.works.work import Measured, Setting, Work, seconds

_KILL = "import os, sys, time; time.sleep(float(sys.argv[2])); os.kill(int(sys.argv[1]), 9)"


def killed(peer: Peer, setting: Setting) -> Measured:
    """Seconds that it costs, against the same work with nobody killed just before."""
    sizes = setting.sizes
    found = set(peer.each(tasks.where, range(8 * setting.cores))) - {os.getpid()}
    if not found:
        raise LookupError("no worker processes")
    wanted = list(range(sizes.naps))
    undisturbed = seconds(lambda: peer.each(tasks.nap, range(sizes.naps)), wanted)
    command = [sys.executable, "-S", "-c", _KILL, str(min(found)), str(sizes.kill_after_seconds)]
    with subprocess.Popen(command):
        taken = seconds(lambda: peer.each(tasks.nap, range(sizes.naps)), wanted)
    return Measured(taken - undisturbed, {"undisturbed s": undisturbed})


WORKS = (
    Work(
        "killed",
        "a worker killed 0.6 s into 200 calls of 20 ms: seconds lost",
        "s",
        killed,
        limit_seconds=40,
    ),
)
