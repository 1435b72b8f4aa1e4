"""Nodes on a network of their own: off this machine, by TLS, and with cables that are pulled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backends.nodes.running import Node
from tests.backends.remote.network import Host
from tests.backends.rig import Rig, wait_until


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(3, tmp_path / "host")
    yield host
    host.remove()


def node_on(host: Host, folder: Path, *options: str, **more: Any) -> Node:
    """It ends with its host."""
    around = ("ip", "netns", "exec", host.name)
    return Node(folder, *options, address=host.address, around=around, **more)


PATIENCE: dict[str, Any] = {"silence_seconds": 2.5, "timeout_seconds": 2.0}


def test_a_cable_that_is_pulled_is_noticed_at_both_ends(host: Host, tmp_path: Path) -> None:
    node = node_on(host, tmp_path / "node", "--cores", "1")
    rig = Rig("node", 1, **node.keys, **PATIENCE).start()
    assert rig.call(b"echo", b"far") == (b"far",)
    host.cut()
    rig.until(lambda: not rig.alive)
    assert "nothing was heard of it for 2.5 s" in rig.losses[0][1]
    wait_until(lambda: not node.consoles)  # its core is free
    host.mend()
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)
    rig.close()
    assert node.stop() == 0


def test_a_node_dials_a_program_that_it_cannot_be_reached_by(host: Host, tmp_path: Path) -> None:
    node = node_on(host, tmp_path / "node", "--join", "10.231.3.1:7735", port=None)
    wait_until(node.token.exists)
    keys: dict[str, Any] = {"listen": "10.231.3.1:7735", "token_file": str(node.token), **PATIENCE}
    rig = Rig("node", 1, **keys).start()
    assert rig.call(b"echo", b"far") == (b"far",)
    host.cut()
    rig.until(lambda: not rig.alive)
    wait_until(lambda: not node.consoles)
    host.mend()
    rig.until(lambda: bool(rig.alive))
    assert rig.call(b"echo", b"again") == (b"again",)
    rig.close()
    assert node.stop() == 0
