"""Workers at a node keep the contract, whether it is dialled or dials."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backends.contract import Contract
from tests.backends.nodes.running import Node
from tests.backends.promise import HostPromise
from tests.backends.rig import Rig


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("node"), "--cores", "8")
    yield node
    node.stop()


class TestNode(Contract):
    type = "node"
    rounds = 3

    @pytest.fixture(autouse=True)
    def _node(self, node: Node) -> None:
        self.node = node

    def make(self, **more: Any) -> Rig:
        return Rig("node", **self.node.keys, **more)


class TestNodeForPrograms(HostPromise):
    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        node: Node = request.getfixturevalue("node")
        return {"type": "node", "cores": 2, "python": sys.executable, **node.keys}
