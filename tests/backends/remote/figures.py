"""How long it takes until a fault is known and mended: ``python -m tests.backends.remote.figures``.

Needs root, for network namespaces. An argument says how often each fault is tried.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.backends.remote.network import Host
from tests.backends.remote.test_faults import agents_of, launcher_of, parent_in
from tests.backends.rig import Rig, is_alive, wait_until

SILENCE_SECONDS = 2.0
#: Brings it about; gives what is to be mended before the host is back, and what must not remain.
Fault = Callable[[Rig, "Place"], Callable[[], object]]


class Place:
    """A host, its directory, and a worker that is busy and never listens."""

    def __init__(self, host: Host, folder: Path, busy: int) -> None:
        self.host = host
        self.folder = folder
        self.busy = busy

    @property
    def agent(self) -> int:
        return parent_in(agents_of(self.folder))


def nothing() -> None:
    """There is nothing to be mended."""


def kill_worker(_: Rig, place: Place) -> Callable[[], object]:
    os.kill(place.busy, signal.SIGKILL)
    return nothing


def kill_launcher(_: Rig, place: Place) -> Callable[[], object]:
    stat = Path(f"/proc/{place.busy}/stat").read_text()
    os.kill(int(stat.rpartition(")")[2].split()[1]), signal.SIGKILL)
    return nothing


def kill_agent(_: Rig, place: Place) -> Callable[[], object]:
    os.kill(place.agent, signal.SIGKILL)
    return nothing


def stop_agent(_: Rig, place: Place) -> Callable[[], object]:
    agent = place.agent
    os.kill(agent, signal.SIGSTOP)
    return lambda: os.kill(agent, signal.SIGCONT)


def pull_cable(_: Rig, place: Place) -> Callable[[], object]:
    place.host.cut()
    return place.host.mend


def lose_power(_: Rig, place: Place) -> Callable[[], object]:
    place.host.lose_power()
    return place.host.restart


FAULTS: dict[str, Fault] = {
    "worker killed": kill_worker,
    "launcher killed": kill_launcher,
    "agent killed": kill_agent,
    f"agent stopped, silence {SILENCE_SECONDS:g} s": stop_agent,
    f"cable pulled, silence {SILENCE_SECONDS:g} s": pull_cable,
    f"power lost, silence {SILENCE_SECONDS:g} s": lose_power,
}


@contextmanager
def busy_host(host: Host, folder: Path) -> Iterator[tuple[Rig, Place]]:
    own = {"python": sys.executable, "silence_seconds": SILENCE_SECONDS, "tmp_dir": str(folder)}
    rig = Rig("ssh", 2, **{**host.keys, **own}).start()
    (folder / "held").unlink(missing_ok=True)
    launcher_of(rig)  # both work
    rig.submit((b"hold_gil", str(folder / "held").encode()))
    rig.until((folder / "held").exists)
    yield rig, Place(host, folder, int((folder / "held").read_text()))
    rig.close()


def measure(fault: Fault, host: Host, folder: Path) -> tuple[float, float, float]:
    """Seconds from the fault until the program knows, nothing remains, and it works again."""
    with busy_host(host, folder) as (rig, place):
        before = set(agents_of(folder)) if fault is not kill_worker else {place.busy}
        before -= {place.agent} if fault is kill_launcher else set()
        before -= {int(Path("/proc/self").readlink().name)}
        began = time.perf_counter()
        mend = fault(rig, place)
        left = 1 if fault is kill_worker else 0
        rig.until(lambda: len(rig.alive) == left)
        known = time.perf_counter() - began
        if fault is stop_agent:
            mend()
        wait_until(lambda: not any(map(is_alive, before)))
        gone = time.perf_counter() - began
        if fault is not stop_agent:
            mend()
        mended = time.perf_counter()
        rig.losses.clear()
        rig.backend.start(2 - len(rig.alive), rig, rig.loop)
        rig.until(lambda: len(rig.alive) == 2)
        rig.call(b"echo", worker=1)
        return known, gone, time.perf_counter() - mended


def main(times: int) -> None:
    print("| fault | tried | known after | nothing remains after | works again after |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        host = Host(9, Path(name) / "sshd")
        try:
            for what, fault in FAULTS.items():
                found = [measure(fault, host, Path(name)) for _ in range(times)]
                columns = zip(*found, strict=True)
                figures = [f"{median(c):.2f} s, at most {max(c):.2f}" for c in columns]
                print("|", " | ".join([what, str(times), *figures]), "|", flush=True)
        finally:
            host.remove()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
