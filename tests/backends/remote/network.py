"""Hosts that are network namespaces of this machine, each with an SSH server; root's business."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.backends.rig import wait_until
from tests.backends.sshd import Server


class Host:
    """One namespace, and the cable to it."""

    def __init__(self, number: int, folder: Path, init: tuple[str, ...] = ()) -> None:
        """init: what its SSH server is started by."""
        assert os.getuid() == 0, "only root can make network namespaces"
        self.name = f"pydron{os.getpid()}n{number}"
        self._cable = f"pd{os.getpid() % 1000000}v{number}"
        self.address = f"10.231.{number}.2"
        ip("netns", "add", self.name)
        ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("addr", "add", f"10.231.{number}.1/30", "dev", self._cable)
        ip("link", "set", self._cable, "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", "eth0")
        ip("-n", self.name, "link", "set", "eth0", "up")
        ip("-n", self.name, "link", "set", "lo", "up")
        around = ("ip", "netns", "exec", self.name, *init)
        self.server = Server(folder, address=self.address, port=22, around=around)

    @property
    def keys(self) -> dict[str, Any]:
        return self.server.keys

    @property
    def processes(self) -> set[int]:
        """Those of the host, its SSH server's apart."""
        own = self._sshd()
        return {pid for pid in self._all() if pid not in own}

    def cut(self) -> None:
        """Nothing gets through, and nobody is told."""
        ip("link", "set", self._cable, "down")

    def mend(self) -> None:
        ip("link", "set", self._cable, "up")

    def throttle(self) -> None:
        """From now on 250 kB a second get through, each way."""
        for inside in ([], ["-n", self.name]):
            device = "eth0" if inside else self._cable
            shape = ["tbf", "rate", "2mbit", "burst", "32kbit", "latency", "400ms"]
            command = ["tc", *inside, "qdisc", "add", "dev", device, "root", *shape]
            subprocess.run(command, check=True, capture_output=True)

    def lose_power(self) -> None:
        self.cut()
        wait_until(self._is_dead)

    def _is_dead(self) -> bool:
        """Kills all that is there; what it had just begun to fork is found the next time."""
        found = self._all()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not found

    def restart(self) -> None:
        """There is power again."""
        self.server.restart()
        self.mend()

    def remove(self) -> None:
        self.lose_power()
        with suppress(FileNotFoundError):
            self.server.stop()
        ip("link", "del", self._cable)
        ip("netns", "del", self.name)

    def _all(self) -> list[int]:
        found = subprocess.run(
            ["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True
        )
        return [int(pid) for pid in found.stdout.split()]

    def _sshd(self) -> set[int]:
        return {pid for pid in self._all() if _name(pid).startswith("sshd")}


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
