"""Workers on Ray, which listens on all interfaces: it has a network with nothing but a loopback.

Its Python environment is one of its own, as it is the largest of all engines.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng.backends.ray import Config, create
from pydron_ng.errors import ConfigError
from tests.backends.network import Network, loopback

_PORT, _CLIENT_PORT = 6399, 10001
_HEAD = f"""start --head --node-ip-address=127.0.0.1 --port={_PORT} --num-cpus=8
    --ray-client-server-port={_CLIENT_PORT} --include-dashboard=false --disable-usage-stats"""
_DIRECT, _BY_CLIENT = f"127.0.0.1:{_PORT}", f"ray://127.0.0.1:{_CLIENT_PORT}"
#: By its other way in, which is slow.
_SOME = "-k", "answered or large or streams or nobody or kill"

#: Its port for clients forks while threads are in epoll, and then may never let anybody in.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "GRPC_POLL_STRATEGY": "poll"}
_TOKEN = "0123456789abcdef" * 4
_TRY = """
import socket, sys
from pydron_ng import Pool
from pydron_ng.errors import BackendError
silent = socket.create_server(("127.0.0.1", 4711))
with Pool(config={"workers": [{"type": "ray", "address": sys.argv[1], "cores": 1}]}) as pool:
    try:
        print(pool.submit(abs, -1).result())
    except BackendError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """With a head that takes nobody without a token."""
    # Its sockets have long names, and there is little room for them.
    folder = Path(f"/tmp/pydron-ray-{os.getpid()}")
    folder.mkdir()
    secret = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _TOKEN}
    try:
        with loopback(HOME=str(folder), RAY_TMPDIR=str(folder), **_QUIET, **secret) as made:
            ray = Path(sys.executable).with_name("ray")
            started = made.run(str(ray), *_HEAD.split())
            assert started.returncode == 0, started.stdout
            yield made
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("address, chosen", [(_DIRECT, ()), (_BY_CLIENT, _SOME)])
def test_workers_on_ray_keep_the_contract(
    network: Network, address: str, chosen: tuple[str, ...]
) -> None:
    suite = "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/backends/ray_inside.py"
    ran = network.run(sys.executable, *suite, *chosen, PYDRON_TEST_RAY=address)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    "secret, why",
    [
        ({"RAY_AUTH_TOKEN": "f" * 64}, "it takes nobody without the right token"),
        ({"RAY_AUTH_TOKEN": ""}, "it is to be given a token, and there is none here"),
        ({"RAY_AUTH_MODE": "disabled"}, "it takes nobody without the right token"),
    ],
)
@pytest.mark.parametrize("address", [_DIRECT, _BY_CLIENT])
def test_who_has_not_the_token_is_told(
    network: Network, address: str, secret: dict[str, str], why: str
) -> None:
    tried = network.run(sys.executable, "-c", _TRY, address, **secret)
    assert f"ray {address}: {why}\n  try: give the program the cluster's token" in tried.stdout


@pytest.mark.parametrize("address", ["127.0.0.1:4711", "ray://127.0.0.1:4711"])
def test_who_answers_and_is_no_head_of_ray_is_told(network: Network, address: str) -> None:
    tried = network.run(sys.executable, "-c", _TRY, address)
    assert f"ray {address}: what answers there is no head of Ray" in tried.stdout


def test_ray_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pydron_ng\\[ray\\]"):
        create(Config(), "module:attribute")
