"""Workers on Ray, which listens on all interfaces: it has a network with nothing but a loopback.

Its Python environment is one of its own, as it is the largest of all engines.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pydron_ng.backends.ray import Config, create
from pydron_ng.errors import ConfigError

ROOT = Path(__file__).parents[2]
_PORT, _CLIENT_PORT = 6399, 10001
_HEAD = f"""start --head --node-ip-address=127.0.0.1 --port={_PORT} --num-cpus=8
    --ray-client-server-port={_CLIENT_PORT} --include-dashboard=false --disable-usage-stats"""

#: By its other way in, which is slow.
_SOME = "answered or large or streams or nobody or kill"


class Network:
    """A namespace with a head of Ray in it."""

    def __init__(self, folder: Path, python: Path) -> None:
        self._name = f"pydron-ray-{os.getpid()}"
        self._python = python
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RAY_TMPDIR": str(folder),
            "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0",
        }
        subprocess.run(["ip", "netns", "add", self._name], check=True)
        subprocess.run(["ip", "-n", self._name, "link", "set", "lo", "up"], check=True)

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ip", "netns", "exec", self._name, *command],
            check=False,
            env={**self._environment, **more},
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def start(self) -> None:
        started = self.run(str(self._python.with_name("ray")), *_HEAD.split())
        assert started.returncode == 0, started.stdout

    def close(self) -> None:
        listed = subprocess.run(
            ["ip", "netns", "pids", self._name], check=True, text=True, capture_output=True
        )
        for pid in map(int, listed.stdout.split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(["ip", "netns", "del", self._name], check=True)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    # Its sockets have long names, and there is little room for them.
    folder = Path(f"/tmp/pydron-ray-{os.getpid()}")
    folder.mkdir()
    network = Network(folder, Path(sys.executable))
    try:
        network.start()
        yield network
    finally:
        network.close()
        subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "address, chosen",
    [
        (f"127.0.0.1:{_PORT}", ()),
        (
            f"ray://127.0.0.1:{_CLIENT_PORT}",
            ("-k", "answered or large or streams or nobody or kill"),
        ),
    ],
)
def test_workers_on_ray_keep_the_contract(
    network: Network, address: str, chosen: tuple[str, ...]
) -> None:
    suite = "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/backends/ray_inside.py"
    ran = network.run(sys.executable, *suite, *chosen, PYDRON_TEST_RAY=address)
    assert ran.returncode == 0, ran.stdout


def test_ray_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pydron_ng\\[ray\\]"):
        create(Config(), "module:attribute")
