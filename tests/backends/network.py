"""A network with nothing but a loopback, for engines that listen on all interfaces there are."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_numbers = count()


class Network:
    """A namespace. environment: what programs in it have beside that of this process."""

    def __init__(self, **environment: str) -> None:
        self._name = f"pydron-{os.getpid()}-{next(_numbers)}"
        self._environment = {**os.environ, "PYTHONPATH": str(_ROOT), **environment}
        subprocess.run(["ip", "netns", "add", self._name], check=True)
        subprocess.run(["ip", "-n", self._name, "link", "set", "lo", "up"], check=True)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Both of its streams are in ``stdout``."""
        return subprocess.run(
            ["ip", "netns", "exec", self._name, *command],
            check=False,
            env={**self._environment, **environment},
            cwd=_ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def close(self) -> None:
        """End all that runs there."""
        listed = subprocess.run(
            ["ip", "netns", "pids", self._name], check=True, text=True, capture_output=True
        )
        for pid in map(int, listed.stdout.split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(["ip", "netns", "del", self._name], check=True)


@contextmanager
def loopback(**environment: str) -> Iterator[Network]:
    """One, for as long as the block lasts."""
    network = Network(**environment)
    try:
        yield network
    finally:
        network.close()
