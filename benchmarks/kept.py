"""Large values and a host that keeps them: a chain of calls, and a table that many calls are given.

    python -m benchmarks.kept [--links 20] [--mb 50] [--to paramiko openssh dask]

An SSH server on this machine, or Dask with two processes; every call is made there. "nothing": the
host keeps nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.backends.engines import by_dask
from pydron_ng.backends.engines.by_dask import Dask
from pydron_ng.backends.engines.engine import CarryOut
from pydron_ng.backends.remote import fleet
from pydron_ng.backends.remote.host import Link
from tests.backends.dask_cluster import cluster
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


class CountedDask(Dask):
    """The same for orders."""

    def submit(self, place: str, call: CarryOut, data: bytes) -> Future[bytes]:
        Counted.sent += len(data)
        return super().submit(place, call, data)


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
    parser.add_argument("--to", nargs="+", default=["paramiko", "openssh", "dask"])
    asked = parser.parse_args(given)
    fleet.Link = Counted  # type: ignore[misc]
    by_dask.Dask = CountedDask  # type: ignore[misc]
    for name in asked.to:
        with tempfile.TemporaryDirectory() as folder, _workers(name, Path(folder)) as worker:
            for program in (chain, looked_up):
                for kept, kept_mb in (("nothing", 0), ("auto", "auto")):
                    size = asked.mb * 125_000
                    keys = {**worker, "kept_mb": kept_mb, "cores": 2}
                    taken, sent = measure(program, size, asked.links, keys)
                    what = f"{name:9} {program.__name__:10} {kept:8}"
                    print(f"{what} {taken:6.2f} s {sent:6.0f} MB there", flush=True)


@contextmanager
def _workers(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Their configuration, for as long as they are there."""
    if name == "dask":
        with cluster(folder, 1, 1) as made:
            yield {"type": "dask", "address": made.address}
        return
    server = Server(folder)
    try:
        yield {"type": "ssh", **server.keys, "python": sys.executable, "transport": name}
    finally:
        server.stop()


if __name__ == "__main__":
    main()
