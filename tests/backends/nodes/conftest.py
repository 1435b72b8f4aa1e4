"""Nodes that tests of a module share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backends.nodes.running import Node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("node"))
    yield node
    assert node.stop() == 0


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Node]]:
    """Starts nodes of one's own, see ``Node``; they are ended."""
    nodes: list[Node] = []

    def one(*options: str, token: Path | None = None, port: int | None = 0) -> Node:
        nodes.append(Node(tmp_path / f"node{len(nodes)}", *options, token=token, port=port))
        return nodes[-1]

    yield one
    for node in nodes:
        if node.process.poll() is None:
            node.stop()
