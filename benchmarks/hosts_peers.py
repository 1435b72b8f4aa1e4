"""The same calls through peers that have workers on other hosts; run by ``benchmarks.hosts``.

Arguments: the peer, where the SSH server listens, a key, a file of known hosts. Answers with MB/s
and ms, as ``benchmarks.hosts.measure`` gives them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any

LARGE = 50_000_000
SMALL = b"x" * 100
CALLS = 300


def echo(data: bytes) -> bytes:
    return data


def dask(port: int, key: str, known_hosts: str) -> Callable[[bytes], bytes]:
    from distributed import Client, SSHCluster

    cluster = SSHCluster(
        ["127.0.0.1", "127.0.0.1"],
        connect_options={"port": port, "client_keys": [key], "known_hosts": known_hosts},
        worker_options={"nthreads": 1},
        remote_python=sys.executable,
    )
    client = Client(cluster)
    return lambda data: client.submit(echo, data, pure=False).result()


def distex(port: int, key: str, known_hosts: str) -> Callable[[bytes], bytes]:
    """It calls ``ssh`` in a way of its own: one on the path adds what that has to know."""
    from distex import Pool

    folder = Path(mkdtemp())
    options = f"-i {key} -o UserKnownHostsFile={known_hosts} -o BatchMode=yes"
    path = f"PATH={Path(sys.executable).parent}:$PATH"
    (folder / "ssh").write_text(
        f'#!/bin/sh\n(echo "{path}"; exec cat) | exec /usr/bin/ssh {options} "$@"\n'
    )
    (folder / "ssh").chmod(0o755)
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pool = Pool(0, hosts=[f"ssh://127.0.0.1:{port}/1"])
    return lambda data: loop.run_until_complete(pool.run_async(echo, data))


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(peer: str, port: str, key: str, known_hosts: str) -> None:
    call = {"dask": dask, "distex": distex}[peer](int(port), key, known_hosts)
    data = os.urandom(LARGE)
    assert call(data) == data
    large = min(seconds(lambda: call(data)) for _ in range(3))
    small = median(seconds(lambda: call(SMALL)) for _ in range(CALLS))
    print(json.dumps([2 * LARGE / large / 1e6, small * 1e3]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
