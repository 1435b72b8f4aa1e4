"""Workers reached by SSH keep the contract, over paramiko and over the program ssh."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backends.contract import Contract
from tests.backends.promise import HostPromise
from tests.backends.rig import Rig
from tests.backends.sshd import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


class OverSsh(Contract):
    type = "ssh"
    rounds = 3
    transport: str

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server

    def make(self, **more: Any) -> Rig:
        keys = {**self.server.keys, "python": sys.executable, "transport": self.transport}
        return Rig("ssh", **keys, **more)


class TestParamiko(OverSsh):
    transport = "paramiko"


class TestOpenssh(OverSsh):
    transport = "openssh"


class TestSshForPrograms(HostPromise):
    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        server: Server = request.getfixturevalue("server")
        return {"type": "ssh", "cores": 2, "python": sys.executable, **server.keys}
