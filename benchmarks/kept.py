"""Large values and a host that keeps them: a chain of calls, and a table that many calls are given.

    python -m benchmarks.kept [--links 20] [--mb 50]

An SSH server on this machine; every call is made there. "nothing": the host keeps nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.backends.remote import fleet
from pydron_ng.backends.remote.host import Link
from tests.backends.sshd import Server


@functional
def grown(x: Any) -> Any:
    return x + 1.0


@functional
def part_of(table: Any, number: int) -> float:
    return float(table[number::1000].sum())


@schedule
def chain(x: Any, links: int) -> Any:
    for _ in range(links):
        x = grown(x)
    return x


@schedule
def looked_up(table: Any, times: int) -> list[float]:
    return [part_of(table, number) for number in range(times)]


class Counted(Link):
    """Knows how many bytes were sent to hosts."""

    sent = 0

    def send(self, buffers: Iterable[bytes | memoryview]) -> None:
        known = list(buffers)
        Counted.sent += sum(map(len, known))
        super().send(known)


def measure(program: Any, size: int, times: int, worker: dict[str, Any]) -> tuple[float, float]:
    """Seconds, and MB sent to the host, of the second run: the first one starts the workers."""
    with pydron_ng.configure(workers=[worker], inline=False):
        for _ in range(2):
            began, before = time.perf_counter(), Counted.sent
            program(np.random.default_rng().random(size), times)
            taken, sent = time.perf_counter() - began, Counted.sent - before
    return taken, sent / 1e6


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kept")
    parser.add_argument("--links", type=int, default=20)
    parser.add_argument("--mb", type=int, default=50)
    parser.add_argument("--transport", nargs="+", default=["paramiko", "openssh"])
    asked = parser.parse_args(given)
    fleet.Link = Counted  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for transport in asked.transport:
                keys = {"python": sys.executable, "transport": transport, "cores": 2}
                worker = {"type": "ssh", **server.keys, **keys}
                for program in (chain, looked_up):
                    for name, kept_mb in (("nothing", 0), ("auto", "auto")):
                        size = asked.mb * 125_000
                        keys = {**worker, "kept_mb": kept_mb}
                        taken, sent = measure(program, size, asked.links, keys)
                        what = f"{transport:9} {program.__name__:10} {name:8}"
                        print(f"{what} {taken:6.2f} s {sent:6.0f} MB there", flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
