"""A real SSH server on this machine, with keys of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.backends.rig import wait_until

CONFIG = """
Port {port}
ListenAddress {address}
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/user_key.pub
StrictModes no
UsePAM no
PasswordAuthentication {password}
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin yes
UseDNS no
MaxSessions 100
MaxStartups 100
"""


def make_key(path: Path, *more: str) -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path), *more]
    subprocess.run(command, check=True)
    return path


class Server:
    """It runs until it is stopped. around: what it is started with, such as a namespace.

    more: further lines of its configuration.
    """

    def __init__(
        self,
        folder: Path,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        password: bool = False,
        around: tuple[str, ...] = (),
        more: str = "",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.address = address
        self.port = port or _free_port()
        self._around = around
        self.user_key = folder / "user_key"
        for path in (folder / "host_key", self.user_key):
            if not path.exists():
                make_key(path)
        config = CONFIG.format(
            port=self.port,
            address=address,
            folder=folder,
            password="yes" if password else "no",
        )
        (folder / "sshd_config").write_text(config + more)
        (folder / "ssh_config").write_text("")
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.write_text(f"{self.name} {self.host_key}\n")
        self.start()

    @property
    def name(self) -> str:
        """As a file of known hosts has it."""
        return self.address if self.port == 22 else f"[{self.address}]:{self.port}"

    @property
    def host_key(self) -> str:
        return (self.folder / "host_key.pub").read_text().rpartition(" ")[0]

    @property
    def keys(self) -> dict[str, Any]:
        """How it is reached, for pydron.conf."""
        return {
            "hostname": self.address,
            "port": self.port,
            "private_key_files": [str(self.user_key)],
            "agent": False,
            "known_hosts": str(self.known_hosts),
            "ssh_config": str(self.folder / "ssh_config"),
        }

    def start(self) -> None:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        assert sshd is not None, "these tests need an SSH server: apt-get install openssh-server"
        self._log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [*self._around, sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")],
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )
        wait_until(lambda: b"listening" in (self.folder / "log").read_bytes())

    def restart(self) -> None:
        """It was killed."""
        self._process.wait()
        self._log.close()
        (self.folder / "log").unlink()
        self.start()

    def stop(self) -> None:
        """Whoever is logged in stays."""
        self._process.terminate()
        self._process.wait()
        self._log.close()
        (self.folder / "log").unlink()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
