"""Calls on another host: what they cost beside plain ssh that carries the same bytes.

``python -m benchmarks.hosts``: an SSH server on this machine, once as near as it is, once behind a
link with a delay. Raw is ``ssh host python -c ECHO``: the same bytes there and back, nothing else.
Peers: Dask's SSHCluster, and distex.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.peers.catalogue import Entry
from benchmarks.peers.environments import default_folder, interpreter
from tests.backends.rig import Rig
from tests.backends.sshd import Server

LARGE = 50_000_000
SMALL = b"x" * 100
CALLS = 300
DELAY_SECONDS = 0.0005  # each way
PEERS = (
    Entry("dask-ssh", "dask", ("distributed", "asyncssh")),
    Entry("distex", "distex", ("distex", "numpy")),
)


ECHO = """
import sys
while size := sys.stdin.buffer.readline():
    sys.stdout.buffer.write(sys.stdin.buffer.read(int(size)))
    sys.stdout.buffer.flush()
"""


class Raw:
    """What is sent comes back once all of it is there, as with a call."""

    def __init__(self, server: Server, port: int) -> None:
        options = [f"UserKnownHostsFile={server.known_hosts}", "BatchMode=yes"]
        words = [word for option in options for word in ("-o", option)]
        command = ["ssh", "-T", "-p", str(port), "-i", str(server.user_key), *words]
        echo = shlex.join([sys.executable, "-c", ECHO])
        self._process = subprocess.Popen(
            [*command, server.address, echo], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def call(self, data: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"%d\n" % len(data) + data)
        self._process.stdin.flush()
        return self._process.stdout.read(len(data))

    def close(self) -> None:
        self._process.communicate()


class Ours:
    """One worker that answers with what it was sent."""

    def __init__(self, server: Server, port: int, transport: str) -> None:
        keys = {**server.keys, "port": port, "transport": transport, "python": sys.executable}
        self._rig = Rig("ssh", 1, **keys).start()

    def call(self, data: bytes) -> bytes:
        answer = self._rig.call(b"echo", data)[0]
        assert isinstance(answer, bytes)
        return answer

    def close(self) -> None:
        self._rig.close()


def measure(way: Raw | Ours) -> tuple[float, float]:
    """MB/s there and back, the best of three; ms of a small call, the median."""
    data = os.urandom(LARGE)
    assert way.call(data) == data
    large = min(_seconds(lambda: way.call(data)) for _ in range(3))
    small = median(_seconds(lambda: way.call(SMALL)) for _ in range(CALLS))
    way.close()
    return 2 * LARGE / large / 1e6, small * 1e3


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def delayed(port: int) -> int:
    """A port that leads to the other one, later."""
    made: list[int] = []
    ready = threading.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 20):
            loop.call_later(DELAY_SECONDS, writer.write, data)
        loop.call_later(DELAY_SECONDS, writer.close)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back), pump(there, writer))

    async def serve() -> None:
        server = await asyncio.start_server(join, "127.0.0.1", 0)
        made.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    threading.Thread(target=asyncio.run, args=(serve(),), daemon=True).start()
    ready.wait()
    return made[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        later = delayed(server.port)
        names = server.name, server.name.replace(str(server.port), str(later))
        server.known_hosts.write_text("".join(f"{name} {server.host_key}\n" for name in names))
        try:
            print(f"{'':10} {'way':10} {'50 MB there and back':>22} {'100 bytes':>12}")
            for link, port in (("near", server.port), ("1 ms", later)):
                _table(server, link, port)
        finally:
            server.stop()


def _table(server: Server, link: str, port: int) -> None:
    ways: dict[str, Callable[[], Raw | Ours]] = {
        "raw ssh": lambda: Raw(server, port),
        "paramiko": lambda: Ours(server, port, "paramiko"),
        "openssh": lambda: Ours(server, port, "openssh"),
    }
    raw = 0.0, 0.0
    for name, make in ways.items():
        found = measure(make())
        raw = raw if raw[0] else found
        _show(link, name, found, raw)
    for entry in PEERS:
        _show(link, entry.name, _of_peer(entry, server, port), raw)


def _show(link: str, name: str, found: tuple[float, float], raw: tuple[float, float]) -> None:
    speed, delay = found
    against = f"{speed:6.0f} MB/s = {speed / raw[0]:4.2f} x"
    print(f"{link:10} {name:10} {against:>22} {delay:7.2f} ms (+{delay - raw[1]:.2f})", flush=True)


def _of_peer(entry: Entry, server: Server, port: int) -> tuple[float, float]:
    """Dask's data goes past SSH, unencrypted, over ports of its own: the delay does not count."""
    python = interpreter(entry, default_folder())
    script = str(Path(__file__).with_name("hosts_peers.py"))
    ways = [str(port), str(server.user_key), str(server.known_hosts)]
    path = f"{python.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [str(python), script, entry.adapter, *ways],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": path},
        check=True,
    )
    speed, delay = json.loads(done.stdout.splitlines()[-1])
    return speed, delay


if __name__ == "__main__":
    main()
